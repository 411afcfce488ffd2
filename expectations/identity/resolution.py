"""Identity resolution of one entity, from the sources to the map, the queue and the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from catalog.model import Catalog, Entity
from catalog.scratch import scratch_folder
from catalog.workspace import Workspace
from expectations.identity.ids import Moved, name_groups
from expectations.identity.joining import (
    Doubt,
    Joined,
    Record,
    Words,
    join_by_model,
    join_by_word_and_key,
    open_doubts,
)
from expectations.identity.keeping import Kept, Mapped, Open, Reason
from expectations.identity.model import Scored, require_splink, score_pairs
from expectations.identity.records import Question, Read, read_records
from expectations.runner import Progress, silent

BETWEEN = "neither likely enough to be merged nor unlikely enough to be left"
UNSAFE = "likely enough, but {names} may not differ in an automatic merge"


@dataclass(frozen=True)
class Resolution:
    """What matching found; `kept` is what is saved, `moved` the ids that are others since."""

    entity: str
    kept: Kept
    moved: tuple[Moved, ...]
    read: tuple[Read, ...]
    unheard: tuple[str, ...]

    @property
    def entities(self) -> int:
        """How many entities the records are."""
        return len({row.entity_id for row in self.kept.map})


def resolve_identity(
    workspace: Workspace,
    catalog: Catalog,
    entity: Entity,
    before: Kept = Kept(),  # noqa: B008 - frozen
    progress: Progress = silent,
) -> Resolution:
    """Find which records are one entity; nothing is kept or written by this.

    `before` is what the history holds: its ids live on. SourceUnreadable when a dataset cannot be
    read, UsageError when comparisons are stated and Splink is not installed.
    """
    today = workspace.clock.today()
    question = Question(catalog, entity, today)
    if question.match.comparisons:
        require_splink()
    with scratch_folder("match", workspace.settings.engine.spill) as folder:
        file = folder / "records.parquet"
        read = read_records(workspace, question, file, progress)
        loaded = _load(file, question)
        records = loaded.records
        words, unheard = _words(catalog, entity.key, records)
        joined = join_by_word_and_key(records, question.match, words, loaded.shared, loaded.keys)
        with _scores(workspace, question, file, progress) as scored:
            progress("joining records", 0, 1)
            queue = _decide(question, joined, scored, records)
    groups: dict[int, list[Record]] = {}
    for record in records:
        groups.setdefault(joined.clusters.find(record.number), []).append(record)
    named = name_groups(entity.key, groups, before.former, before.used, today)
    rows = tuple(_mapped(record, joined, named.ids) for record in records)
    log = (*before.log, *named.moved)
    return Resolution(entity.key, Kept(rows, tuple(queue), log), named.moved, read, unheard)


def _scores(
    workspace: Workspace, question: Question, file: Path, progress: Progress
) -> AbstractContextManager[Scored | None]:
    if not question.match.comparisons:
        return nullcontext()
    return score_pairs(file, question.match, workspace.settings.engine, progress)


@dataclass(frozen=True)
class _Loaded:
    """The records, and which of them share an id, or a value of each exact key."""

    records: list[Record]
    shared: dict[str, list[int]]
    keys: list[dict[str, list[int]]]


def _load(file: Path, question: Question) -> _Loaded:
    import duckdb

    keys = [f"k{question.index(key.attribute)}" for key in question.match.keys]
    with duckdb.connect() as connection:
        named = {"file": str(file)}
        rows = connection.execute(
            "SELECT n, dataset, record_id, kinds FROM read_parquet($file) ORDER BY n", named
        ).fetchall()
        shared, *by_key = [
            dict(
                connection.execute(
                    f"SELECT {column}, list(n ORDER BY n) FROM read_parquet($file) "
                    f"WHERE {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY 1",
                    named,
                ).fetchall()
            )
            for column in ("shared", *keys)
        ]
    once = {dataset: dataset for _, dataset, _, _ in rows}
    records = [Record(n, once[dataset], record, tuple(kinds)) for n, dataset, record, kinds in rows]
    return _Loaded(records, shared, by_key)


def _words(
    catalog: Catalog, entity: str, records: Sequence[Record]
) -> tuple[Words, tuple[str, ...]]:
    """Stewards' decisions by numbers of records, and the records they speak of that are gone."""
    mine = [one for one in catalog.matches.values() if one.entity == entity]
    if not mine:
        return Words(), ()
    wanted = {name for one in mine for name in one.records}
    numbers = {record.name: record.number for record in records if record.name in wanted}
    same = [sorted(numbers[n] for n in one.same if n in numbers) for one in mine]
    different = [sorted(numbers[n] for n in one.different if n in numbers) for one in mine]
    apart = sorted({pair for one in different for pair in combinations(one, 2)})
    words = Words(tuple(sorted(tuple(one) for one in same if len(one) > 1)), tuple(apart))
    return words, tuple(sorted(wanted - numbers.keys()))


def _decide(
    question: Question, joined: Joined, scored: Scored | None, records: Sequence[Record]
) -> list[Open]:
    """Add what the model is certain of, and gather what is left for a steward."""
    if scored is None:
        return [_asked(doubt, records, ()) for doubt in open_doubts(joined)]
    match = question.match
    join_by_model(joined, scored.certain(match.merge, match.agree))
    likely = _likely(question, scored, joined, len(records))
    joined.doubts += [doubt for doubt, _, _ in likely.values()]
    queue = []
    for doubt in open_doubts(joined):
        found = likely.get((doubt.left, doubt.right))
        reasons, pairs = (found[1], found[2]) if found else ((), 1)
        queue.append(_asked(doubt, records, reasons, pairs))
    return queue


Likely = tuple[Doubt, tuple[Reason, ...], int]


def _likely(
    question: Question, scored: Scored, joined: Joined, count: int
) -> Mapping[tuple[int, int], Likely]:
    """Of each two groups that may be one the likeliest pair, with its reasons."""
    clusters = joined.clusters
    groups = [clusters.find(record) for record in range(count)]
    found: dict[tuple[int, int], Likely] = {}
    for left, right, probability, pairs, *evidence in scored.likely(question.match.review, groups):
        if clusters.clash(left, right) is None:
            told = tuple(Reason(*one) for one in scored.reasons(evidence))
            doubt = Doubt(left, right, _why(question, probability), probability)
            found[left, right] = (doubt, told, pairs)
    return found


def _why(question: Question, probability: float) -> str:
    match = question.match
    names = [question.catalog.attributes[name].name for name in match.agree]
    is_certain = probability >= match.merge and names
    return UNSAFE.format(names=" and ".join(names)) if is_certain else BETWEEN


def _asked(
    doubt: Doubt, records: Sequence[Record], reasons: tuple[Reason, ...], pairs: int = 1
) -> Open:
    left, right = records[doubt.left].name, records[doubt.right].name
    return Open(left, right, doubt.score, doubt.why, pairs, reasons)


def _mapped(record: Record, joined: Joined, ids: Mapping[int, str]) -> Mapped:
    group = joined.clusters.find(record.number)
    return Mapped(
        record.dataset.partition(".")[0],
        record.dataset,
        record.record_id,
        ids[group],
        joined.by.get(record.number),
        joined.score.get(record.number),
    )


def matched_entities(catalog: Catalog) -> Iterator[Entity]:
    """The entities whose records are brought together by a `match`."""
    return (entity for entity in catalog.entities.values() if entity.match)
