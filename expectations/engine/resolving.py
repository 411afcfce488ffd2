"""Resolves the attributes of an entity in stages: those that others ask for come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.sql import check_condition
from catalog.tables import ENTITY_ID
from expectations.engine.contest import Contest, as_text
from expectations.engine.expressions import PARSED, SQL_TYPES, cleanse, typed
from expectations.engine.functions import quote
from expectations.plan import GoldenColumn


@dataclass(frozen=True)
class Resolution:
    """The contests of one entity, over a relation in which their bids are laid down.

    It adds, per attribute m that is not plain, `w{m}` the number of the winning bid, `g{m}` the
    value, `t{m}` when it was confirmed and `l{m}` whether it is current; where all is told `s{m}`
    the state, `u{m}` the last current day, `r{m}` the row's id where that is not the entity's,
    `c{m}` the reason, `n{m}` and `d{m}` how many independent datasets spoke and disagree; where the
    contest itself is told `x{m}_{n}` why bid n lost and `z{m}_{n}` what state its value is in.
    """

    contests: tuple[Contest, ...]
    id: str

    def over(self, relation: str) -> str:
        """The relation with everything added."""
        for level in self._levels():
            relation = self._resolved(relation, level)
        return relation

    def _levels(self) -> list[list[Contest]]:
        """The contests that can be held at once, level by level."""
        depth: dict[str, int] = {}
        units = {c.golden.attribute: self._unit(c) for c in self.contests}

        def level(attribute: str) -> int:
            if attribute not in depth:
                asked = {key for c in units[attribute] for key in asked_by(c.golden, self._columns)}
                depth[attribute] = 1 + max((level(key) for key in asked), default=0)
            return depth[attribute]

        staged = [c for c in self.contests if not c.is_plain]
        numbers = sorted({level(c.golden.attribute) for c in staged})
        return [[c for c in staged if level(c.golden.attribute) == n] for n in numbers]

    def _unit(self, contest: Contest) -> list[Contest]:
        group = contest.golden.survival.group
        return [
            one
            for one in self.contests
            if one is contest or (group and one.golden.survival.group == group)
        ]

    @cached_property
    def _columns(self) -> Mapping[str, str]:
        return {c.golden.name: c.golden.attribute for c in self.contests}

    def _resolved(self, relation: str, level: Sequence[Contest]) -> str:
        named = {ENTITY_ID: self.id, **{c.golden.name: f"g{c.m}" for c in self.contests}}
        relation = _replacing(relation, (sql for c in level for sql in c.taking_part(named)))
        alive = {c.m: c.all("i") for c in level}
        dropped: dict[int, list[tuple[str, list[str], list[str]]]] = {c.m: [] for c in level}
        drops = {c.m: c.drops() for c in level}
        for number in range(max(len(some) for some in drops.values())):
            added = []
            for contest in level:
                if number < len(drops[contest.m]):
                    drop, before = drops[contest.m][number], alive[contest.m]
                    names = [f"b{contest.m}_{n}_{number}" for n in range(len(before))]
                    stays = zip(drop.stays(before), names, strict=True)
                    added += [f"{sql} AS {name}" for sql, name in stays]
                    dropped[contest.m].append((drop.code, before, names))
                    alive[contest.m] = names
            relation = _adding(relation, added)
        first = [f"{c.winner(alive[c.m])} AS f{c.m}" for c in level]
        relation = _adding(relation, first)
        spelled = [
            f"{c.best_spelling(alive[c.m], f'f{c.m}') if c.is_spelled else f'f{c.m}'} AS o{c.m}"
            for c in level
        ]
        relation = _adding(relation, spelled)
        relation = _adding(relation, [f"{self._place(c)} AS y{c.m}" for c in level])
        relation = _adding(relation, [f"{self._final(c)} AS w{c.m}" for c in level])
        values = [sql for c in level for sql in self._values(c, alive[c.m])]
        relation = _adding(relation, values)
        told = [sql for c in level for sql in Telling(c, dropped[c.m], alive[c.m]).columns()]
        return _adding(relation, told) if told else relation

    def _place(self, contest: Contest) -> str:
        """The row that won; of a group the one from which its first value comes."""
        members = self._unit(contest)
        places = [_place_of(member, f"o{member.m}") for member in members]
        return f"coalesce({', '.join(places)})" if len(places) > 1 else places[0]

    def _final(self, contest: Contest) -> str:
        """The winner; in a group what the row that leads says."""
        if len(self._unit(contest)) == 1:
            return f"o{contest.m}"
        own = f"WHEN {_place_of(contest, f'o{contest.m}')} = y{contest.m} THEN o{contest.m}"
        cases = " ".join(
            f"WHEN y{contest.m} = {contest.speakers.place(candidate)} AND {one} THEN {n}"
            for n, (candidate, one) in enumerate(
                zip(contest.candidates, contest.all("i"), strict=True)
            )
        )
        return f"CAST(CASE {own} {cases} END AS TINYINT)"

    def _values(self, contest: Contest, alive: Sequence[str]) -> Iterator[str]:
        m, w, golden = contest.m, f"w{contest.m}", contest.golden
        value = contest.picked(w, "v")
        if golden.survival.is_set:
            value = contest.set_of(alive)
        if contest.can_be_deleted:
            value = f"CASE WHEN NOT {contest.picked(w, 'x')} THEN {value} END"
        if contest.overridden:
            value = f"CASE WHEN ov{m} THEN {override_value(contest)} ELSE {value} END"
        yield f"{typed(value, golden.type)} AS g{m}"
        if contest.asked.dated or contest.asked.told:
            confirmed = contest.picked(w, "t", "TIMESTAMP")
            yield f"{_unless_overridden(contest, confirmed)} AS t{m}"
            current = contest.picked(w, "f") if golden.survival.can_be_stale else "true"
            held = f"ov{m} OR {current}" if contest.overridden else current
            yield f"({held}) AS l{m}"


@dataclass(frozen=True)
class Telling:
    """All that is said of one attribute's golden value, after its contest."""

    contest: Contest
    dropped: Sequence[tuple[str, Sequence[str], Sequence[str]]]
    alive: Sequence[str]

    def columns(self) -> Iterator[str]:
        """The columns that are asked for."""
        m, w = self.contest.m, f"w{self.contest.m}"
        if self.contest.asked.told:
            yield f"{self._state()} AS s{m}"
            until = self.contest.picked(w, "u", "DATE")
            yield f"{_unless_overridden(self.contest, until)} AS u{m}"
            if self.contest.is_recorded:
                record = self.contest.picked(w, "r", "VARCHAR")
                yield f"{_unless_overridden(self.contest, record)} AS r{m}"
            yield f"{self._reason()} AS c{m}"
            yield f"{self._voters(agree=None)} AS n{m}"
            yield f"{self._voters(agree=False)} AS d{m}"
        if self.contest.asked.contested:
            for n in range(len(self.alive)):
                yield f"{self._lost(n)} AS x{m}_{n}"
                yield f"{self._bid_state(n)} AS z{m}_{n}"

    def _state(self) -> str:
        contest, m = self.contest, self.contest.m
        deleted = contest.picked(f"w{m}", "x") if contest.can_be_deleted else "false"
        current = contest.picked(f"w{m}", "f") if contest.golden.survival.can_be_stale else "true"
        won = f"CASE WHEN {deleted} THEN 'deleted' WHEN {current} THEN 'current' ELSE 'stale' END"
        unusable = " OR ".join(self._unusable()) or "false"
        rest = f"WHEN w{m} IS NOT NULL THEN {won} WHEN {unusable} THEN 'invalid' ELSE 'missing'"
        override = f"CASE WHEN g{m} IS NULL THEN 'deleted' ELSE 'current' END"
        first = f"WHEN ov{m} THEN {override} " if contest.overridden else ""
        return f"CASE {first}{rest} END"

    def _unusable(self) -> list[str]:
        """Which bids hold something that cannot be used; of a group those of its row."""
        contest = self.contest
        if contest.golden.survival.is_manual:
            return []
        found = contest.all("z")
        if not contest.group:
            return found
        places = [contest.speakers.place(candidate) for candidate in contest.candidates]
        return [
            f"({one} AND coalesce(y{contest.m} = {place}, true))"
            for one, place in zip(found, places, strict=True)
        ]

    def _reason(self) -> str:
        """The criterion that decided against the best loser."""
        contest, m = self.contest, self.contest.m
        cases = [f"WHEN ov{m} THEN 'override'"] if contest.overridden else []
        cases.append(f"WHEN w{m} IS NULL THEN NULL")
        cases += [f"WHEN {led} THEN 'group'" for led in self._led()]
        votes = zip(contest.all("i"), contest.candidates, strict=True)
        taking = _counted([one for one, candidate in votes if candidate.voter])
        if any(candidate.guards.fallback for candidate in contest.candidates):
            cases.append("WHEN true THEN 'fallback'")
        cases.append(f"WHEN {taking} <= 1 THEN 'only_value'")
        if contest.is_spelled:
            cases.append(f"WHEN f{m} <> o{m} THEN 'spelling'")
        cases.append(f"WHEN NOT ({self._others(contest.all('i'))}) THEN 'all_agree'")
        cases.append(f"WHEN {self._others(self.alive)} THEN {quote(self._end)}")
        for code, before, after in reversed(self.dropped):
            fell = [f"({b} AND NOT {a})" for b, a in zip(before, after, strict=True)]
            cases.append(f"WHEN {self._others(fell)} THEN {quote(code)}")
        return f"CASE {' '.join(cases)} ELSE {quote(self._end)} END"

    @property
    def _end(self) -> str:
        """What decides in the end: the order of the claims, by itself or after a chain."""
        last = self.contest.golden.survival.chain[-1].kind
        return last if last in ("priority", "all") else "claim_order"

    def _led(self) -> Iterator[str]:
        """Whether another attribute of the group, one before this, chose the row."""
        before = [m for m, _ in self.contest.group if m < self.contest.m]
        if before:
            yield f"coalesce({', '.join(f'o{m}' for m in before)}) IS NOT NULL"

    def _others(self, chosen: Sequence[str]) -> str:
        """Whether an independent bid among those chosen says something else than the winner."""
        contest = self.contest
        own = contest.picked(f"w{contest.m}", "h")
        held = zip(chosen, contest.all("h"), contest.candidates, strict=False)
        others = [
            f"({one} AND {hashed} IS DISTINCT FROM {own})"
            for one, hashed, candidate in held
            if candidate.voter
        ]
        return " OR ".join(others) or "false"

    def _voters(self, agree: bool | None) -> str:
        """How many independent datasets hold a usable value; with `agree` false, another one."""
        contest = self.contest
        voters: dict[str, list[int]] = {}
        for n, candidate in enumerate(contest.candidates):
            if candidate.voter is not None:
                voters.setdefault(candidate.voter, []).append(n)
        counted = []
        for group in voters.values():
            spoke = " OR ".join(self._holds(n) for n in group)
            same = " OR ".join(f"({self._holds(n)} AND {self._same(n)})" for n in group)
            sql = f"({spoke})" if agree is None else f"(({spoke}) AND NOT ({same}))"
            counted.append(f"CAST({sql} AS INTEGER)")
        return f"CAST({' + '.join(counted) or '0'} AS INTEGER)"

    def _holds(self, n: int) -> str:
        contest = self.contest
        value = contest.bid(n, "i")
        return f"({value} AND NOT {contest.bid(n, 'x')})" if contest.can_be_deleted else value

    def _same(self, n: int) -> str:
        """Whether a bid says what the golden record says."""
        contest, m = self.contest, self.contest.m
        if contest.golden.survival.is_set:
            same = self.alive[n]
        else:
            same = f"coalesce({contest.bid(n, 'h')} = {contest.picked(f'w{m}', 'h')}, false)"
            if contest.can_be_deleted:
                same = f"({same} AND NOT coalesce({contest.picked(f'w{m}', 'x')}, false))"
        if not contest.overridden:
            return same
        held = f"coalesce({contest.bid(n, 'h')} = {override_hash(contest)}, false)"
        return f"CASE WHEN ov{m} THEN {held} ELSE {same} END"

    def _lost(self, n: int) -> str:
        """Why a bid lost; NULL for the winner."""
        contest, m = self.contest, self.contest.m
        candidate = contest.candidates[n]
        cases = (
            [f"WHEN ov{m} THEN CASE WHEN {self._same(n)} THEN 'agrees' ELSE 'override' END"]
            if (contest.overridden)
            else []
        )
        cases.append(f"WHEN w{m} = {n} THEN NULL")
        cases.append(f"WHEN {contest.bid(n, 'z')} THEN 'invalid'")
        cases.append(f"WHEN NOT {contest.bid(n, 'i')} THEN {self._absent(n)}")
        if candidate.voter is None:
            cases.append("WHEN true THEN 'copy'")
        cases.append(f"WHEN {self._same(n)} THEN 'agrees'")
        if contest.golden.survival.is_manual:
            cases.append("WHEN true THEN 'manual'")
        cases += [f"WHEN {led} THEN 'group'" for led in self._led()]
        for code, before, after in self.dropped:
            word = "stale" if code == "current" else code
            cases.append(f"WHEN {before[n]} AND NOT {after[n]} THEN {quote(word)}")
        return f"CASE {' '.join(cases)} ELSE {quote(self._end)} END"

    def _bid_state(self, n: int) -> str:
        """What a bid is, as the golden value would be if it had won."""
        contest = self.contest
        current = contest.bid(n, "f") if contest.golden.survival.can_be_stale else "true"
        deleted = contest.bid(n, "x") if contest.can_be_deleted else "false"
        return (
            f"CASE WHEN {deleted} THEN 'deleted' WHEN {contest.bid(n, 'z')} THEN 'invalid' "
            f"WHEN {contest.bid(n, 'v')} IS NULL THEN 'missing' "
            f"WHEN {current} THEN 'current' ELSE 'stale' END"
        )

    def _absent(self, n: int) -> str:
        """Why a bid does not take part: its conditions, a time to come, or there is nothing."""
        value = self.contest.bid(n, "v")
        return f"CASE WHEN {value} IS NOT NULL THEN 'when' ELSE 'missing' END"


def asked_by(golden: GoldenColumn, columns: Mapping[str, str]) -> set[str]:
    """The attributes that must be resolved before one; `columns` are the entity's, by name."""
    found = {one.text for one in golden.survival.chain if one.kind == "same_as"}
    for candidate in golden.candidates:
        if candidate.guards.where:
            known = {ENTITY_ID: None, **columns}
            named = check_condition(candidate.guards.where, known).columns
            found |= {columns[name] for name in named if name in columns}
    return found & set(columns.values())


def override_value(contest: Contest) -> str:
    """What a steward has set, as a value of the attribute's type."""
    return f"TRY_CAST(oo{contest.m} AS {SQL_TYPES.get(contest.golden.type, 'VARCHAR')})"


def override_hash(contest: Contest) -> str:
    """The hash of what a steward has set, as it compares with what sources say."""
    compare = contest.candidates[0].column.compare if contest.candidates else ()
    text = as_text(override_value(contest), contest.golden)
    if compare or contest.golden.type not in PARSED:
        return f"hash({cleanse(text, compare)})"
    return f"hash({override_value(contest)})"


def _unless_overridden(contest: Contest, sql: str) -> str:
    return f"CASE WHEN NOT ov{contest.m} THEN {sql} END" if contest.overridden else sql


def _place_of(contest: Contest, winner: str) -> str:
    cases = " ".join(
        f"WHEN {n} THEN {contest.speakers.place(candidate)}"
        for n, candidate in enumerate(contest.candidates)
    )
    return f"CASE {winner} {cases} END" if cases else "CAST(NULL AS INTEGER)"


def _counted(flags: Sequence[str]) -> str:
    return f"({' + '.join(f'CAST({one} AS INTEGER)' for one in flags) or '0'})"


def _adding(relation: str, columns: Sequence[str]) -> str:
    return f"SELECT *, {', '.join(columns)} FROM ({relation})" if columns else relation


def _replacing(relation: str, columns: Iterator[str]) -> str:
    listed = ", ".join(columns)
    return f"SELECT * REPLACE ({listed}) FROM ({relation})" if listed else relation
