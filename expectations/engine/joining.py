"""One join per entity: who knows it, what each source says of it, and its golden record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from catalog.tables import ENTITY_ID
from expectations.engine.contest import Asked, Contest
from expectations.engine.functions import quote_name
from expectations.engine.knowing import Known, incumbents_sql, overrides_sql
from expectations.engine.picking import Speaker, superseded_step
from expectations.engine.projection import Projection
from expectations.engine.resolving import Resolution
from expectations.engine.sandbox import Step
from expectations.engine.speaking import Speakers
from expectations.engine.surviving import units_of
from expectations.engine.wanted import Dialect
from expectations.plan import Candidate, EntityPlan, GoldenColumn


@dataclass(frozen=True)
class Join:
    """The joined table of an entity.

    Columns: `k` the entity's id; per dataset d `p{d}` whether it knows the entity; per compared
    candidate n `h{n}`; `fed` whether the entity has a golden record; per golden column m `g{m}`
    its typed value, of the `dated` ones `t{m}` when that was confirmed and `l{m}` whether it is
    current, and what more is `asked` (see `Resolution`), of single ones by `judged`. With `only`, a
    SELECT of ids, it holds no other entities, and it is a table of its own; so is that of a day
    `ahead`.
    """

    entity: EntityPlan
    projections: Mapping[str, Projection]
    compared: tuple[Candidate, ...]
    golden: tuple[GoldenColumn, ...]
    dialect: Dialect
    dated: frozenset[GoldenColumn] = frozenset()
    asked: Asked = field(default_factory=Asked)
    known: Known = field(default_factory=Known)
    only: str | None = None
    judged: Mapping[GoldenColumn, Asked] = field(default_factory=dict)
    ahead: date | None = None

    @property
    def table(self) -> str:
        """The table's quoted name."""
        return quote_name(f"{'some' if self.only else 'joined'} {self._name}")

    @property
    def step(self) -> str:
        """The name of the step that makes it."""
        return f"{'some' if self.only else 'joined'}:{self._name}"

    @property
    def _name(self) -> str:
        return f"{self.entity.key} {self.ahead}" if self.ahead else self.entity.key

    def knows(self, dataset: str) -> str:
        """The column that tells whether a dataset knows the entity."""
        return f"p{self.datasets.index(dataset)}"

    def hashed(self, candidate: Candidate) -> str:
        """The column of a candidate's hash."""
        return f"h{self._compared_places[candidate]}"

    def value(self, golden: GoldenColumn) -> str:
        """The column of an attribute's golden value."""
        return f"g{self._golden_places[golden]}"

    def current(self, golden: GoldenColumn) -> str:
        """The column that tells whether the golden value is current, of a dated one."""
        return f"l{self._golden_places[golden]}"

    def told(self, letter: str, golden: GoldenColumn) -> str:
        """The column of what more is told of an attribute, by its letter (see `Resolution`)."""
        return f"{letter}{self._golden_places[golden]}"

    def belongs(self, golden: GoldenColumn) -> str:
        """Whether the entity is of the subtype that an attribute belongs to."""
        if golden.subtype is None:
            return "true"
        return f"coalesce({self.dialect.condition(golden.subtype, self.columns)}, false)"

    def contest(self, golden: GoldenColumn) -> Contest:
        """The contest of an attribute."""
        return self.contests[self._golden_places[golden]]

    @cached_property
    def _compared_places(self) -> Mapping[Candidate, int]:
        return {candidate: n for n, candidate in enumerate(self.compared)}

    @cached_property
    def _golden_places(self) -> Mapping[GoldenColumn, int]:
        return {golden: m for m, golden in enumerate(self.golden)}

    @cached_property
    def columns(self) -> dict[str, str]:
        """The columns that stewards' conditions on the golden record may name."""
        names = {golden.name: f"g{m}" for m, golden in enumerate(self.golden)}
        return {ENTITY_ID: self._id, **names}

    @property
    def _id(self) -> str:
        """The entity's id as text."""
        whole = any(self.projections[path].whole_keys for path in self.datasets)
        return "CAST(k AS VARCHAR)" if whole else "k"

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that can be joined, in the order of the files."""
        return tuple(path for path in self.entity.datasets if path in self.projections)

    def steps(self) -> Iterator[Step]:
        """The statements that make the table and the view on it."""
        alone = [path for path in self.datasets if self._speaks_alone(path)]
        yield from (superseded_step(self.projections[path], self.dialect) for path in alone)
        needs = [self.projections[path].ready for path in self.datasets]
        needs += [f"superseded:{path}" for path in alone]
        yield self.making(needs)
        yield self._view()

    def making(self, needs: Iterable[str]) -> Step:
        """The statement that makes the table, after the steps it needs."""
        return Step(self.step, f"CREATE TABLE {self.table} AS {self._select()}", tuple(needs))

    def _speaks_alone(self, path: str) -> bool:
        projection = self.projections[path]
        return projection.dataset.rows == "one" and projection.match is None

    def _view(self) -> Step:
        """The golden record as stewards' SQL sees it, named after its entity."""
        named = [f"g{m} AS {quote_name(g.name)}" for m, g in enumerate(self.golden)]
        sql = (
            f"CREATE VIEW {quote_name(f'golden {self.entity.key}')} AS "
            f"SELECT {', '.join([f'{self._id} AS {ENTITY_ID}', *named])} "
            f"FROM {self.table} WHERE fed"
        )
        return Step(f"golden:{self.entity.key}", sql, needs=(self.step,))

    def _select(self) -> str:
        present = [f"{self.speakers.here(p)} AS p{n}" for n, p in enumerate(self.datasets)]
        fed = [f"p{self.datasets.index(p)}" for p in self.entity.feeding if p in self.datasets]
        compared = [f"{self.speakers.hashed(c)} AS h{n}" for n, c in enumerate(self.compared)]
        laid = [sql for contest in self.contests for sql in self._laid_down(contest)]
        relation = f"SELECT k, {', '.join([*present, *compared, *laid])} FROM {self._joined()}"
        relation = Resolution(self.contests, self._id).over(relation)
        kept = ["k", *(f"p{n}" for n in range(len(present))), *self._kept()]
        order = " ORDER BY k" if self.asked.told else ""
        return (
            f"SELECT {', '.join(kept)}, {' OR '.join(fed) or 'false'} AS fed "
            f"FROM ({relation}){order}"
        )

    def _laid_down(self, contest: Contest) -> Iterator[str]:
        if contest.is_plain:
            value, time = contest.first_usable()
            yield f"{value} AS g{contest.m}"
            if contest.asked.dated:
                yield f"{time} AS t{contest.m}"
                yield f"true AS l{contest.m}"
            return
        yield from contest.laid_down()
        if contest.overridden:
            yield f"o.o{contest.m} AS oo{contest.m}"
            yield f"coalesce(o.p{contest.m}, false) AS ov{contest.m}"
        if any(candidate.guards.protect for candidate in contest.candidates):
            yield from (f"i.{x}{contest.m} AS b{contest.m}{x}" for x in "drv")

    def _kept(self) -> Iterator[str]:
        """The columns of the table beside who knows the entity."""
        yield from (f"h{n}" for n in range(len(self.compared)))
        for contest in self.contests:
            m, asked = contest.m, contest.asked
            yield f"g{m}"
            if asked.dated or asked.told:
                yield f"t{m}"
            if asked.dated:
                yield f"l{m}"
            if asked.told:
                letters = ("w", "s", "u", "c", "n", "d", *("r" if contest.is_recorded else ""))
                yield from (f"{letter}{m}" for letter in letters)
            yield from _judged(contest)
            if asked.contested:
                for n in range(len(contest.candidates)):
                    yield from (f"x{m}_{n}", f"z{m}_{n}", *(contest.bid(n, x) for x in "pehus"))
                    yield from ([contest.bid(n, "r")] if contest.is_recorded else [])
                    yield from ([contest.bid(n, contest.trust)] if contest.trust else [])
                if contest.overridden:
                    yield f"oo{m}"

    def _joined(self) -> str:
        """The rows that speak, what stewards have set, and what the record was."""
        relation = self.speakers.joined()
        named = [(c.m, c.golden.attribute) for c in self.contests]
        if self.known.overrides and any(c.overridden for c in self.contests):
            overrides = overrides_sql(self.known.overrides, named, self.dialect)
            relation += f" LEFT JOIN ({overrides}) o ON o.entity = CAST(k AS VARCHAR)"
        protected = [
            (c.m, c.golden.attribute)
            for c in self.contests
            if any(candidate.guards.protect for candidate in c.candidates)
        ]
        if protected:
            incumbents = incumbents_sql(self.known.incumbents.get(self.entity.key), protected)
            relation += f" LEFT JOIN ({incumbents}) i ON i.entity = CAST(k AS VARCHAR)"
        return relation

    @cached_property
    def speakers(self) -> Speakers:
        """Every row that can speak: one per dataset, and one per row condition on it."""
        whole = [Speaker(path) for path in self.datasets]
        candidates = [*self.compared, *(c for g in self.golden for c in g.candidates)]
        picked = {
            Speaker(c.column.dataset, c.row): c
            for c in candidates
            if c.row and c.column.dataset in self.datasets
            if not self.projections[c.column.dataset].match
        }
        rows = {
            speaker: self.projections[speaker.dataset].condition(c.row, c.column)
            for speaker, c in picked.items()
        }
        listed = tuple(dict.fromkeys([*whole, *picked]))
        return Speakers(
            listed,
            self.projections,
            rows,
            self.dialect,
            self.only,
            units_of(self.golden),
            incumbents=self.known.incumbents.get(self.entity.key),
        )

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """One per golden column."""
        numbers = {golden.attribute: m for m, golden in enumerate(self.golden)}
        watched = {
            criterion.text
            for golden in self.golden
            for criterion in golden.survival.chain
            if criterion.kind == "same_as"
        }
        return tuple(
            Contest(
                m,
                golden,
                self.speakers,
                self.asked_of(golden),
                numbers,
                self._together(golden),
                golden.attribute in watched,
                golden.attribute in self.known.overridden,
            )
            for m, golden in enumerate(self.golden)
        )

    def asked_of(self, golden: GoldenColumn) -> Asked:
        """What is wanted of a golden column beside its value."""
        asked = self.judged.get(golden, self.asked)
        return replace(asked, dated=True) if golden in self.dated else asked

    def _together(self, golden: GoldenColumn) -> tuple[tuple[int, GoldenColumn], ...]:
        group = golden.survival.group
        return tuple(
            (m, one) for m, one in enumerate(self.golden) if group and one.survival.group == group
        )


def _judged(contest: Contest) -> Iterator[str]:
    """The columns that compare an attribute with what its claims say (see `Comparing`)."""
    m, asked = contest.m, contest.asked
    if asked.decided or asked.weighed:
        yield f"i{m}"
    if asked.weighed:
        yield from (f"a{m}", *(() if asked.told else (f"n{m}", f"d{m}")))
        yield from (f"j{m}_{n}" for n in range(len(contest.candidates)))
    if asked.is_compared:
        yield f"k{m}"
    if asked.spread:
        yield f"q{m}"
