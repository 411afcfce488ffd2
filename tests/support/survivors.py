"""Decides what survives by brute force in plain Python, for tests of golden records.

It shares no code with the product: what the documentation says of survivorship is written here a
second time, slowly and one entity at a time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Row = Mapping[str, str | None]
Told = Callable[[Row, date], bool]


@dataclass(frozen=True)
class Trust:
    """Trust that falls with age; `lowered` are per cent, condition and floor.

    With `measured`, what evidence proves of a source stands for `most`, where there is enough.
    """

    most: float | None
    least: float = 0
    days: int = 0
    curve: str = "none"
    lowered: Sequence[tuple[float, Told, float]] = ()
    measured: str | None = None

    def on(
        self, row: Row, told: date | None, day: date, proved: Mapping[str, float]
    ) -> float | None:
        """The trust in a row on a day; None where nothing is known of it."""
        most = proved.get(self.measured or "", self.most)
        if most is None:
            return None
        number = self._by_age(most, min(self.least, most), told, day)
        for per_cent, applies, floor in self.lowered:
            if applies(row, day) and number > floor:
                number = max(floor, number * (1 - per_cent / 100))
        return round(number, 6)

    def _by_age(self, most: float, least: float, told: date | None, day: date) -> float:
        if self.curve == "none":
            return most
        if told is None:
            return least
        part = max((day - told).days, 0) / self.days
        left = {
            "linear": 1 - min(part, 1),
            "half_life": 0.5**part,
            "fast_first": (1 - min(part, 1)) ** 2,
            "slow_first": 1 - min(part, 1) ** 2,
        }[self.curve]
        return least + (most - least) * left


@dataclass(frozen=True)
class Claim:
    """One claim: where its value stands, and all that guards it."""

    dataset: str
    field: str
    number: int
    confirmed: str | None = None
    loaded: bool = False
    when: Told | None = None
    where: Callable[[Mapping[str, Any]], bool] | None = None
    valid_if: Callable[[str, Row], bool] | None = None
    until: str | None = None
    holds: Told | None = None
    deleted: Told | None = None
    blank_deletes: bool = False
    trust: Trust | None = None
    only_if_empty: bool = False
    protect: bool = False
    voter: str | None = None
    fallback: bool = False


@dataclass(frozen=True)
class Attribute:
    """How one attribute survives."""

    key: str
    claims: Sequence[Claim]
    chain: Sequence[tuple[str, Any]] = (("priority", None),)
    valid_days: int | None = None
    usable: Callable[[str], bool] = lambda value: True
    cleanse: Callable[[str], str] = str.strip
    fold: Callable[[str], str] = str
    typed: Callable[[str], Any] = str
    group: str | None = None

    @property
    def can_be_stale(self) -> bool:
        """Whether anything ends a value."""
        return bool(self.valid_days is not None or any(c.until or c.holds for c in self.claims))


@dataclass
class Bid:
    """What one claim says of one entity."""

    claim: Claim
    row: Row
    record: str
    value: str | None
    told: date | None
    usable: bool
    invalid: bool
    deleted: bool
    current: bool
    compared: str | None = None

    @property
    def takes_part(self) -> bool:
        """A usable value, or the word that there is none."""
        return self.usable or self.deleted


@dataclass(frozen=True)
class Golden:
    """The surviving value and how it came about."""

    value: str | None
    state: str
    dataset: str | None
    record: str | None
    told: date | None
    spoke: int
    disagree: int
    place: str | None = None


@dataclass(frozen=True)
class Heard:
    """What is compared of one golden value: the value itself, of a set each, what a steward set,
    and the usable values that fields hold, by the field's path.
    """

    golden: frozenset[str]
    is_set: bool
    said: Sequence[tuple[str, str | None]]


@dataclass(frozen=True)
class Dataset:
    """A dataset of one row per entity, in the order of its file."""

    path: str
    rows: Sequence[Row]
    confirmed: str | None = None
    loaded: bool = False

    def speaking(self, day: date) -> dict[str, Row]:
        """Per id the latest row of those that have come, then the last."""
        chosen: dict[str, Row] = {}
        for row in self.rows:
            key = row["id"]
            if key and (key not in chosen or self._age(row, day) >= self._age(chosen[key], day)):
                chosen[key] = row
        return chosen

    def _age(self, row: Row, day: date) -> str:
        told = row[self.confirmed] if self.confirmed else None
        return told if told and (self.loaded or told <= day.isoformat()) else ""


@dataclass
class Truth:
    """Resolves entities one by one; of a day to come nothing is known after `known_by`."""

    datasets: Sequence[Dataset]
    attributes: Sequence[Attribute]
    day: date
    overrides: Mapping[tuple[str, str], tuple[str | None, date | None]] = field(
        default_factory=dict
    )
    incumbents: Mapping[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)
    proved: Mapping[str, float] = field(default_factory=dict)
    known_by: date | None = None
    heard: dict[tuple[str, str], Heard] = field(default_factory=dict)

    def resolve(self) -> dict[tuple[str, str], Golden]:
        """The golden record of every entity and attribute."""
        speaking = {one.path: one.speaking(self.known_by or self.day) for one in self.datasets}
        found = {}
        for entity in sorted({key for rows in speaking.values() for key in rows}):
            rows = {path: some[entity] for path, some in speaking.items() if entity in some}
            known: dict[str, Golden] = {}
            for unit in self._units():
                self._resolve_unit(entity, unit, rows, known)
            found |= {(entity, key): golden for key, golden in known.items()}
        return found

    def _units(self) -> list[list[Attribute]]:
        """Attributes that survive together; they stand in an order in which none waits."""
        units: dict[str, list[Attribute]] = {}
        for one in self.attributes:
            units.setdefault(one.group or one.key, []).append(one)
        return list(units.values())

    def _resolve_unit(
        self,
        entity: str,
        unit: Sequence[Attribute],
        rows: Mapping[str, Row],
        known: dict[str, Golden],
    ) -> None:
        bids = {one.key: self._bids(one, entity, rows, known) for one in unit}
        alive = {one.key: self._alive(one, entity, bids, unit, known) for one in unit}
        winners = {one.key: self._winner(one, alive[one.key]) for one in unit}
        lead = next((winners[one.key] for one in unit if winners[one.key]), None)
        for one in unit:
            winner = winners[one.key]
            if one.group and lead and not (winner and winner.claim.dataset == lead.claim.dataset):
                together = (b for b in bids[one.key] if b.claim.dataset == lead.claim.dataset)
                winner = next((b for b in together if b.takes_part), None)
            place = lead.claim.dataset if lead else None
            golden = self._golden(one, entity, bids[one.key], alive[one.key], winner, place)
            known[one.key] = golden
            self.heard[entity, one.key] = self._heard(
                one, golden, bids[one.key], alive[one.key], (entity, one.key)
            )

    def _heard(
        self,
        one: Attribute,
        golden: Golden,
        bids: Sequence[Bid],
        alive: Sequence[Bid],
        key: tuple[str, str],
    ) -> Heard:
        override = self.overrides.get(key)
        is_set = bool(override and (override[1] is None or override[1] >= self.day))
        values = [] if golden.value is None else [one.fold(golden.value)]
        if one.chain[0][0] == "all" and not is_set:
            values = [b.compared for b in alive if b.compared is not None and not b.deleted]
        said = [(f"{b.claim.dataset}.{b.claim.field}", b.compared) for b in bids if b.usable]
        return Heard(frozenset(values), is_set, said)

    def _bids(
        self, one: Attribute, entity: str, rows: Mapping[str, Row], known: Mapping[str, Golden]
    ) -> list[Bid]:
        return [
            self._bid(one, claim, rows[claim.dataset], known)
            for claim in one.claims
            if claim.dataset in rows
        ]

    def _bid(self, one: Attribute, claim: Claim, row: Row, known: Mapping[str, Golden]) -> Bid:
        raw = row[claim.field]
        value = one.cleanse(raw) or None if raw else None
        text = row[claim.confirmed] if claim.confirmed else None
        told = date.fromisoformat(text) if text and not claim.loaded else None
        asked = (told is None or told <= (self.known_by or self.day)) and (
            claim.when is None or claim.when(row, self.day)
        )
        asked = asked and (
            claim.where is None or claim.where({k: g.value for k, g in known.items()})
        )
        deleted = asked and (
            bool(claim.deleted and claim.deleted(row, self.day))
            or (claim.blank_deletes and bool(raw) and value is None)
        )
        good = value is not None and one.usable(value)
        good = good and (claim.valid_if is None or claim.valid_if(value or "", row))
        ends = row[claim.until] if claim.until else None
        current = (
            (
                one.valid_days is None
                or (told is not None and told >= self.day - timedelta(one.valid_days))
            )
            and (not ends or ends >= self.day.isoformat())
            and (claim.holds is None or claim.holds(row, self.day))
        )
        usable = bool(asked and good and not deleted)
        invalid = bool(asked and value is not None and not good and not deleted)
        value = None if deleted else value
        compared = one.fold(value) if value is not None else None
        return Bid(
            claim, row, str(row["id"]), value, told, usable, invalid, deleted, current, compared
        )

    def _alive(
        self,
        one: Attribute,
        entity: str,
        bids: Mapping[str, list[Bid]],
        unit: Sequence[Attribute],
        known: Mapping[str, Golden],
    ) -> list[Bid]:
        alive = [b for b in bids[one.key] if b.takes_part]
        if one.chain[0][0] == "manual":
            return []
        alive = [b for b in alive if not b.claim.only_if_empty] or alive
        if one.chain[0][0] == "all":
            alive = [b for b in alive if not b.deleted] or alive
        if one.can_be_stale:
            alive = [b for b in alive if b.current] or alive
        held = self.incumbents.get((entity, one.key))
        protected = [
            b for b in alive if b.claim.protect and held == (b.claim.dataset, b.record, b.value)
        ]
        alive = protected or alive
        for kind, argument in one.chain:
            if kind not in ("priority", "all"):
                weights = [self._weight(kind, argument, one, b, alive, bids, known) for b in alive]
                alive = _best(
                    alive, weights, least=kind in ("oldest", "shortest", "min", "rank_asc")
                )
        return alive

    def _weight(  # noqa: PLR0911
        self,
        kind: str,
        argument: Any,
        one: Attribute,
        bid: Bid,
        alive: Sequence[Bid],
        bids: Mapping[str, list[Bid]],
        known: Mapping[str, Golden],
    ) -> Any:
        if kind in ("most_recent", "oldest"):
            return bid.told
        if kind == "most_trusted":
            trust = bid.claim.trust
            return trust.on(bid.row, bid.told, self.day, self.proved) if trust else None
        if kind in ("longest", "shortest"):
            return None if bid.value is None else len(bid.value)
        if kind in ("min", "max"):
            return None if bid.deleted or bid.value is None else one.typed(bid.value)
        if kind == "majority":
            say = (bid.deleted, None if bid.deleted else bid.compared)
            return len({
                b.claim.voter for b in alive
                if b.claim.voter and (b.deleted, None if b.deleted else b.compared) == say
            })  # fmt: skip
        if kind == "most_complete" and one.group:
            return sum(
                any(b.takes_part and b.claim.dataset == bid.claim.dataset for b in some)
                for some in bids.values()
            )
        if kind == "most_complete":
            return sum(bool(value) for value in bid.row.values())
        if kind == "same_as":
            return known[argument].place == bid.claim.dataset
        return argument(bid.row)

    def _winner(self, one: Attribute, alive: Sequence[Bid]) -> Bid | None:
        if not alive:
            return None
        first = alive[0]
        if one.chain[-1][0] in ("priority", "all"):
            return first
        same = [b for b in alive if b.compared == first.compared and b.compared is not None]
        if len(same) < 2:
            return first
        return max(same, key=lambda b: (_marks(b.value or ""), -b.claim.number))

    def _golden(
        self,
        one: Attribute,
        entity: str,
        bids: Sequence[Bid],
        alive: Sequence[Bid],
        winner: Bid | None,
        place: str | None,
    ) -> Golden:
        spoken = [b for b in bids if b.usable and b.claim.voter]
        voters = {b.claim.voter for b in spoken}
        override = self.overrides.get((entity, one.key))
        if override and (override[1] is None or override[1] >= self.day):
            value = override[0]
            same = {
                b.claim.voter for b in spoken if value is not None and b.compared == one.fold(value)
            }
            state = "deleted" if value is None else "current"
            return Golden(value, state, None, None, None, len(voters), len(voters - same))
        if one.chain[0][0] == "all":
            value = "; ".join(_set(alive)) or None
            same = {b.claim.voter for b in spoken if b in alive}
        else:
            value = winner.value if winner and not winner.deleted else None
            same = {
                b.claim.voter for b in spoken
                if winner and not winner.deleted and b.compared == winner.compared
            }  # fmt: skip
        if winner is None:
            faults = [
                b for b in bids if b.invalid and (not one.group or place in (None, b.claim.dataset))
            ]
            is_invalid = faults and one.chain[0][0] != "manual"
            state = "invalid" if is_invalid else "missing"
            return Golden(None, state, None, None, None, len(voters), len(voters - same), place)
        state = "deleted" if winner.deleted else "current" if winner.current else "stale"
        if not one.can_be_stale and not winner.deleted:
            state = "current"
        return Golden(
            value, state, winner.claim.dataset, winner.record, winner.told,
            len(voters), len(voters - same), place,
        )  # fmt: skip


def _best(alive: list[Bid], weights: Sequence[Any], *, least: bool) -> list[Bid]:
    known = [weight for weight in weights if weight is not None]
    if not known:
        return alive
    best = min(known) if least else max(known)
    return [bid for bid, weight in zip(alive, weights, strict=True) if weight == best]


def _set(alive: Sequence[Bid]) -> list[str]:
    kept: dict[str, Bid] = {}
    for bid in alive:
        if bid.deleted or bid.compared is None or bid.value is None:
            continue
        other = kept.get(bid.compared)
        if other is None or _marks(bid.value) > _marks(other.value or ""):
            kept[bid.compared] = bid
    return sorted(str(bid.value) for bid in kept.values())


def _marks(text: str) -> int:
    """Letters beyond plain Latin."""
    return sum(ord(one) > 127 and one.isalpha() for one in unicodedata.normalize("NFC", text))
