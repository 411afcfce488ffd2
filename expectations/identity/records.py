"""Reads an entity's records through the engine's cleansing into one file that can be compared.

Columns of the file: `n` the number of the record by dataset and id, `dataset`, `record_id`, `kinds`
the subtypes it is known to be, `shared` the id that names its entity institution-wide, where the
dataset has one; per attribute i `v{i}` the cleansed text, `c{i}` what is compared, `k{i}` what
identifies (values that fit their type alone), and the parts that comparisons ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from catalog.errors import SourceUnreadable
from catalog.model import Attribute, Catalog, Dataset, Entity, Match
from catalog.scratch import scratch_folder
from catalog.sql import check_condition
from catalog.workspace import Workspace
from expectations.compiler.datasets import dataset_plan
from expectations.engine.complaints import in_plain_words
from expectations.engine.embedded import limits_of
from expectations.engine.expressions import SQL_TYPES, canonical, cleanse, parse
from expectations.engine.functions import quote, quote_name
from expectations.engine.port import Missing
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Step, run_steps
from expectations.engine.wanted import Dialect
from expectations.identity.preparing import prepared_steps
from expectations.runner import Progress, read_sources
from expectations.sources.port import Extract


@dataclass(frozen=True)
class Question:
    """What is asked of the sources: the records of one entity, and the attributes of them."""

    catalog: Catalog
    entity: Entity
    as_of: date

    @property
    def match(self) -> Match:
        """How the entity's records are brought together; an entity without is never asked of."""
        assert self.entity.match is not None
        return self.entity.match

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """What is looked at, in the order of the columns."""
        return tuple(self.catalog.attributes[name] for name in self.match.attributes)

    def index(self, attribute: str) -> int:
        """The number of an attribute's columns."""
        return self.match.attributes.index(attribute)

    @cached_property
    def datasets(self) -> tuple[Dataset, ...]:
        """The datasets whose rows are the entity's records, by their paths."""
        listed = self.catalog.datasets_of(self.entity.key)
        return tuple(sorted(listed, key=lambda dataset: dataset.path))


@dataclass(frozen=True)
class Read:
    """How many records of a dataset there are, and which of its rows none could be made of."""

    dataset: str
    records: int
    unnamed: int
    repeated: int


def read_records(
    workspace: Workspace, question: Question, target: Path, progress: Progress
) -> tuple[Read, ...]:
    """Write the records to `target` as Parquet; SourceUnreadable when one dataset cannot be read.

    Half of the records would give other entities, so nothing is matched without all of them.
    """
    paths = [dataset.path for dataset in question.datasets]
    zone = workspace.settings.timezone
    with scratch_folder("spool") as spool:
        found = read_sources(workspace, question.catalog, paths, spool, progress)
        missing = [one.message for one in found.values() if isinstance(one, Missing)]
        if missing:
            raise SourceUnreadable(f"nothing was matched: {'; '.join(missing)}")
        extracts = {path: one for path, one in found.items() if isinstance(one, Extract)}
        tables = [
            RecordTable(question, dataset, extracts[dataset.path], Dialect(question.as_of, zone))
            for dataset in question.datasets
        ]
        steps = [step for table in tables for step in table.steps()]
        steps += prepared_steps(
            question.match, question.attributes, {t.path: t.select for t in tables}
        )
        steps.append(_copy(target))
        outcomes = run_steps(
            steps,
            readable=[file for one in extracts.values() for file in one.files],
            writable=[target.parent],
            limits=limits_of(workspace.settings.engine, zone),
            on_step=lambda one: progress(
                "reading records", steps_done(steps, one.name), len(steps)
            ),
        )
    for outcome in outcomes.values():
        if outcome.failure:
            said = in_plain_words(outcome.failure.message)
            raise SourceUnreadable(f"nothing was matched: {outcome.name}: {said}")
    return tuple(
        Read(table.dataset.path, *(int(str(n)) for n in outcomes[f"count:{table.path}"].rows[0]))
        for table in tables
    )


def steps_done(steps: Sequence[Step], name: str) -> int:
    """How many steps are done once the one of that name is."""
    return [step.name for step in steps].index(name) + 1


def _copy(target: Path) -> Step:
    where = quote(str(target))
    sql = f"COPY (SELECT * FROM prepared ORDER BY n) TO {where} (FORMAT parquet)"
    return Step("writing records", sql, needs=("prepared",))


@dataclass(frozen=True)
class RecordTable:
    """The records of one dataset: the fields that hold attributes, and the SQL that reads them."""

    question: Question
    dataset: Dataset
    extract: Extract
    dialect: Dialect

    @property
    def path(self) -> str:
        """The dataset's path."""
        return self.dataset.path

    @cached_property
    def reading(self) -> Reading:
        """The fields as SQL over the extract."""
        return Reading(dataset_plan(self.dataset), self.extract, self.dialect.zone)

    @property
    def table(self) -> str:
        """The name of the table, quoted."""
        return quote_name(f"records {self.path}")

    @property
    def select(self) -> str:
        """A SELECT of its records with the columns all datasets share."""
        columns = [f"s{i}, y{i}" for i in range(len(self.question.attributes))]
        named = f"{quote(self.path)} AS dataset, record_id, kinds, shared"
        return f"SELECT {', '.join([named, *columns])} FROM {self.table}"

    def steps(self) -> Iterator[Step]:
        """The table of records, and how many rows there were."""
        raw = quote_name(f"raw {self.path}")
        yield Step(f"raw:{self.path}", f"CREATE TABLE {raw} AS {self._rows()}")
        need = (f"raw:{self.path}",)
        yield Step(f"rows:{self.path}", f"CREATE TABLE {self.table} AS {self._grouped(raw)}", need)
        counted = (
            "SELECT count(DISTINCT record_id), count(*) FILTER (record_id IS NULL), "
            f"count(record_id) - count(DISTINCT record_id) FROM {raw}"
        )
        yield Step(f"count:{self.path}", counted, need, fetch=True)

    def _rows(self) -> str:
        """Every row that counts: its record's id, its attributes' texts, the subtypes it fits."""
        typed = self.reading.typed_fields()
        texts = [f"{self._text(attribute)} AS s{i}" for i, attribute in self._numbered()]
        record = self._spelled(self.dataset.record or self.dataset.id)
        shared = self._spelled(self.dataset.id)
        named = [f"{record} AS record_id", f"{shared} AS shared", f"{self._kinds()} AS kinds"]
        columns = [*named, *texts]
        where = ""
        if self.dataset.population:
            typed = self.reading.typed_fields()
            where = f" WHERE {self.dialect.condition(self.dataset.population, typed)}"
        return f"SELECT {', '.join(columns)} FROM ({self.reading.select()}){where}"

    def _grouped(self, raw: str) -> str:
        """One row per record; where an id is repeated, of each column the smallest value."""
        columns = [f"min(s{i}) AS s{i}" for i, _ in self._numbered()]
        rows = (
            f"SELECT record_id, list_sort(list_distinct(flatten(list(kinds)))) AS kinds, "
            f"min(shared) AS shared, {', '.join(columns)} FROM {raw} "
            "WHERE record_id IS NOT NULL GROUP BY record_id"
        )
        zone = self.dialect.zone
        parsed = [f"{parse(f's{i}', a.type, zone)} AS y{i}" for i, a in self._numbered()]
        return f"SELECT *, {', '.join(parsed)} FROM ({rows})"

    def _spelled(self, key: str | None) -> str:
        """The canonical text of a field, as ids are joined elsewhere; NULL without one."""
        if key is None:
            return "CAST(NULL AS VARCHAR)"
        field = self.reading.dataset.field(key)
        return canonical(self.reading.typed(field.key), self.reading.text(field.key), field.type)

    def _text(self, attribute: Attribute) -> str:
        """The cleansed and canonical text of an attribute; of several fields the first with one."""
        texts = [self._claimed(attribute, field) for field in self._fields(attribute)]
        if not texts:
            return "CAST(NULL AS VARCHAR)"
        return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"

    def _claimed(self, attribute: Attribute, field: str) -> str:
        text = cleanse(self.reading.text(field), attribute.cleanse)
        value = parse(text, attribute.type, self.dialect.zone, self.reading.format(field))
        spelled = canonical(value, text, attribute.type)
        rows = [c.row for c in attribute.claims if c.field == f"{self.path}.{field}"]
        if not all(rows):
            return spelled
        typed = self.reading.typed_fields()
        held = [self.dialect.condition(row, typed) for row in rows if row]
        return f"CASE WHEN {' OR '.join(f'({one})' for one in held)} THEN {spelled} END"

    def _fields(self, attribute: Attribute) -> list[str]:
        """The dataset's fields that an attribute claims, in the order of its claims."""
        claimed = (claim.field.rpartition(".") for claim in attribute.claims)
        return list(dict.fromkeys(key for path, _, key in claimed if path == self.path))

    def _kinds(self) -> str:
        """The subtypes whose condition can be told of this dataset's rows and is true of one."""
        golden = {one.column: one for one in self.question.catalog.attributes_of(self._entity.key)}
        found = []
        for name, condition in self._entity.subtypes.items():
            used = check_condition(condition, golden).columns
            if all(self._fields(golden[column]) for column in used):
                columns = {column: self._typed(golden[column]) for column in used}
                shown = self.dialect.condition(condition, columns)
                found.append(f"CASE WHEN {shown} THEN {quote(name)} END")
        listed = ", ".join(found)
        return f"list_filter(CAST([{listed}] AS VARCHAR[]), lambda k: k IS NOT NULL)"

    def _typed(self, attribute: Attribute) -> str:
        value = parse(self._text(attribute), attribute.type, self.dialect.zone)
        known = SQL_TYPES.get(attribute.type)
        return f"CAST({value} AS {known})" if known else value

    @property
    def _entity(self) -> Entity:
        return self.question.entity

    def _numbered(self) -> list[tuple[int, Attribute]]:
        return list(enumerate(self.question.attributes))
