"""One join per entity: who knows it, what each source says of it, and its golden record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.tables import ENTITY_ID
from expectations.engine.expressions import typed
from expectations.engine.flagging import flags_of_candidate
from expectations.engine.functions import quote_name
from expectations.engine.projection import CONSTANTS, Projection
from expectations.engine.sandbox import Step
from expectations.plan import Candidate, EntityPlan, GoldenColumn


@dataclass(frozen=True)
class Speaker:
    """The one row per entity of a dataset: the latest confirmed, then the last in the source.

    `row` is the condition that picks it where a dataset has many rows per entity.
    """

    dataset: str
    row: str | None = None


@dataclass(frozen=True)
class Join:
    """The joined table of an entity.

    Columns: `k` the entity's id; per dataset d `p{d}` whether it knows the entity; per compared
    candidate n `h{n}`; `fed` whether the entity has a golden record; per golden column m `g{m}`
    its typed value and `t{m}` when that was confirmed.
    """

    entity: EntityPlan
    projections: Mapping[str, Projection]
    compared: tuple[Candidate, ...]
    golden: tuple[GoldenColumn, ...]

    @property
    def table(self) -> str:
        """The table's quoted name."""
        return quote_name(f"joined {self.entity.key}")

    @property
    def step(self) -> str:
        """The name of the step that makes it."""
        return f"joined:{self.entity.key}"

    def knows(self, dataset: str) -> str:
        """The column that tells whether a dataset knows the entity."""
        return f"p{self.datasets.index(dataset)}"

    def hashed(self, candidate: Candidate) -> str:
        """The column of a candidate's hash."""
        return f"h{self._compared_places[candidate]}"

    def value(self, golden: GoldenColumn) -> str:
        """The column of an attribute's golden value."""
        return f"g{self._golden_places[golden]}"

    def confirmed(self, golden: GoldenColumn) -> str:
        """The column that says when the golden value was confirmed."""
        return f"t{self._golden_places[golden]}"

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
        yield from (_superseded(self.projections[path]) for path in alone)
        needs = [self.projections[path].ready for path in self.datasets]
        needs += [f"superseded:{path}" for path in alone]
        table = f"CREATE TABLE {self.table} AS {self._select()}"
        yield Step(self.step, table, needs=tuple(needs))
        yield self._view()

    def _speaks_alone(self, path: str) -> bool:
        return self.projections[path].dataset.rows == "one"

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
        speakers = self._speakers()
        present = [self._present(number, speakers) for number in range(len(self.datasets))]
        fed = [f"p{self.datasets.index(p)}" for p in self.entity.feeding if p in self.datasets]
        compared = [f"{self._of(c, 'h', speakers)} AS h{n}" for n, c in enumerate(self.compared)]
        joined = " FULL JOIN ".join(
            f"({self._speaking(speaker)}) s{n}" + (" USING (k)" if n else "")
            for n, speaker in enumerate(speakers)
        )
        golden = [part for m, g in enumerate(self.golden) for part in self._golden(m, g, speakers)]
        inner = f"SELECT k, {', '.join([*present, *compared, *golden])} FROM {joined}"
        return f"SELECT *, {' OR '.join(fed) or 'false'} AS fed FROM ({inner})"

    def _speakers(self) -> list[Speaker]:
        """Every row that can speak: one per dataset, and one per row condition on it."""
        whole = [Speaker(path) for path in self.datasets]
        candidates = [*self.compared, *(c for g in self.golden for c in g.candidates)]
        picked = [Speaker(c.column.dataset, c.row) for c in candidates if c.row]
        return list(dict.fromkeys([*whole, *(s for s in picked if s.dataset in self.datasets)]))

    def _present(self, number: int, speakers: Sequence[Speaker]) -> str:
        position = speakers.index(Speaker(self.datasets[number]))
        return f"coalesce(s{position}.here, false) AS p{number}"

    def _of(self, candidate: Candidate, letter: str, speakers: Sequence[Speaker]) -> str:
        """A column of the row that speaks for a candidate; NULL where its source is missing."""
        column = candidate.column
        if column.dataset not in self.projections:
            return "CAST(NULL AS UBIGINT)" if letter == "h" else "NULL"
        position = speakers.index(Speaker(column.dataset, candidate.row))
        return f"s{position}.{letter}{self.projections[column.dataset].index(column)}"

    def _golden(self, m: int, golden: GoldenColumn, speakers: Sequence[Speaker]) -> list[str]:
        """The first candidate with a usable value, and when that value was confirmed."""
        usable = [c for c in golden.candidates if c.column.dataset in self.projections]
        cases = [(self._usable(c, speakers), c) for c in usable]
        values = " ".join(f"WHEN {ok} THEN {self._of(c, 'v', speakers)}" for ok, c in cases)
        times = " ".join(f"WHEN {ok} THEN {self._time(c, speakers)}" for ok, c in cases)
        value = f"CASE {values} END" if cases else "CAST(NULL AS VARCHAR)"
        time = f"CASE {times} END" if cases else "CAST(NULL AS TIMESTAMP)"
        return [f"{typed(value, golden.type)} AS g{m}", f"{time} AS t{m}"]

    def _usable(self, candidate: Candidate, speakers: Sequence[Speaker]) -> str:
        projection = self.projections[candidate.column.dataset]
        position = speakers.index(Speaker(candidate.column.dataset, candidate.row))
        conditions = [f"{self._of(candidate, 'v', speakers)} IS NOT NULL"]
        told = [projection.told(flag) for flag in flags_of_candidate(projection, candidate)]
        conditions += [f"NOT s{position}.{flag}" for flag in told if flag not in CONSTANTS]
        if candidate.when:
            condition = projection.condition(candidate.when, candidate.column)
            conditions.append(f"s{position}.{condition}")
        return " AND ".join(conditions)

    def _time(self, candidate: Candidate, speakers: Sequence[Speaker]) -> str:
        if not candidate.recent:
            return "CAST(NULL AS TIMESTAMP)"
        if candidate.column.confirmed_by:
            return self._of(candidate, "c", speakers)
        return f"s{speakers.index(Speaker(candidate.column.dataset, candidate.row))}.t"

    def _speaking(self, speaker: Speaker) -> str:
        projection = self.projections[speaker.dataset]
        if speaker.row:
            return _picked_of_many(projection, self._row_flag(speaker))
        if projection.dataset.rows == "many":
            return _picked_of_many(projection, "true")
        return _picked(projection)

    def _row_flag(self, speaker: Speaker) -> str:
        projection = self.projections[speaker.dataset]
        candidates = [*self.compared, *(c for g in self.golden for c in g.candidates)]
        chosen = next(c for c in candidates if Speaker(c.column.dataset, c.row) == speaker)
        return projection.condition(chosen.row, chosen.column)


LATEST = "row_number() OVER (PARTITION BY k ORDER BY t DESC NULLS LAST, ro DESC) = 1"


def _superseded(projection: Projection) -> Step:
    """Few ids are repeated: only their rows are sorted."""
    sql = (
        f"CREATE TABLE {projection.superseded} AS SELECT ro FROM {projection.counted} "
        f"WHERE k IN (SELECT k FROM {projection.repeated}) QUALIFY NOT ({LATEST})"
    )
    return Step(f"superseded:{projection.dataset.path}", sql, needs=(projection.ready,))


def _picked(projection: Projection) -> str:
    return (
        f"SELECT *, true AS here FROM {projection.counted} "
        f"ANTI JOIN {projection.superseded} USING (ro) WHERE k IS NOT NULL"
    )


def _picked_of_many(projection: Projection, condition: str) -> str:
    return (
        f"SELECT *, true AS here FROM {projection.counted} "
        f"WHERE k IS NOT NULL AND {condition} QUALIFY {LATEST}"
    )
