"""Resolves the attributes of an entity in stages: those that others ask for come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from catalog.sql import check_condition
from catalog.tables import ENTITY_ID
from expectations.engine.comparing import Comparing
from expectations.engine.contest import Contest
from expectations.engine.dropping import Criteria
from expectations.engine.expressions import typed
from expectations.engine.overriding import override_value, unless_overridden
from expectations.engine.telling import Telling
from expectations.engine.winning import best_spelling, is_spelled, set_of, winner
from expectations.plan import GoldenColumn


@dataclass(frozen=True)
class Resolution:
    """The contests of one entity, over a relation in which their bids are laid down.

    It adds, per attribute m that is not plain, `w{m}` the number of the winning bid, `g{m}` the
    value, `t{m}` when it was confirmed and `l{m}` whether it is current; where all is told `s{m}`
    the state, `u{m}` the last current day, `r{m}` the row's id where that is not the entity's,
    `c{m}` the reason, `n{m}` and `d{m}` how many independent datasets spoke and disagree; where the
    contest itself is told `x{m}_{n}` why bid n lost and `z{m}_{n}` what state its value is in;
    where the value is compared with what claims say, what `Comparing` adds.
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
        drops = {c.m: Criteria(c).drops() for c in level}
        for number in range(max(len(some) for some in drops.values())):
            stays = []
            for contest in level:
                if number < len(drops[contest.m]):
                    drop, before = drops[contest.m][number], alive[contest.m]
                    names = [f"b{contest.m}_{n}_{number}" for n in range(len(before))]
                    stays.append(drop.stays(before, names))
                    dropped[contest.m].append((drop.code, before, names))
                    alive[contest.m] = names
            relation = _adding_all(relation, stays)
        first = [f"{winner(c, alive[c.m])} AS f{c.m}" for c in level]
        relation = _adding(relation, first)
        spelled = [
            f"{best_spelling(c, alive[c.m], f'f{c.m}') if is_spelled(c) else f'f{c.m}'} AS o{c.m}"
            for c in level
        ]
        relation = _adding(relation, spelled)
        relation = _adding(relation, [f"{self._place(c)} AS y{c.m}" for c in level])
        relation = _adding(relation, [f"{self._final(c)} AS w{c.m}" for c in level])
        values = [sql for c in level for sql in self._values(c, alive[c.m])]
        relation = _adding(relation, values)
        tellings = [Telling(c, dropped[c.m], alive[c.m]) for c in level]
        relation = _adding_all(relation, [one.layers() for one in tellings])
        return _adding(relation, [sql for one in tellings for sql in Comparing(one).columns()])

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
            value = set_of(contest, alive)
        if contest.can_be_deleted:
            value = f"CASE WHEN NOT {contest.picked(w, 'x')} THEN {value} END"
        if contest.overridden:
            value = f"CASE WHEN ov{m} THEN {override_value(contest)} ELSE {value} END"
        yield f"{typed(value, golden.type)} AS g{m}"
        if contest.asked.dated or contest.asked.told:
            confirmed = contest.picked(w, "t", "TIMESTAMP")
            yield f"{unless_overridden(contest, confirmed)} AS t{m}"
            current = contest.picked(w, "f") if golden.survival.can_be_stale else "true"
            held = f"ov{m} OR {current}" if contest.overridden else current
            yield f"({held}) AS l{m}"


def asked_by(golden: GoldenColumn, columns: Mapping[str, str]) -> set[str]:
    """The attributes that must be resolved before one; `columns` are the entity's, by name."""
    found = {one.text for one in golden.survival.chain if one.kind == "same_as"}
    for candidate in golden.candidates:
        if candidate.guards.where:
            known = {ENTITY_ID: None, **columns}
            named = check_condition(candidate.guards.where, known).columns
            found |= {columns[name] for name in named if name in columns}
    return found & set(columns.values())


def _place_of(contest: Contest, winner: str) -> str:
    cases = " ".join(
        f"WHEN {n} THEN {contest.speakers.place(candidate)}"
        for n, candidate in enumerate(contest.candidates)
    )
    return f"CASE {winner} {cases} END" if cases else "CAST(NULL AS INTEGER)"


def _adding(relation: str, columns: Sequence[str]) -> str:
    return f"SELECT *, {', '.join(columns)} FROM ({relation})" if columns else relation


def _adding_all(relation: str, added: Sequence[Iterator[list[str]]]) -> str:
    """The relation with the layers of all of them added, the nth of each together."""
    for layer in zip_longest(*added, fillvalue=[]):
        relation = _adding(relation, [column for columns in layer for column in columns])
    return relation


def _replacing(relation: str, columns: Iterator[str]) -> str:
    listed = ", ".join(columns)
    return f"SELECT * REPLACE ({listed}) FROM ({relation})" if listed else relation
