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
from expectations.identity.ids import Moved
from expectations.identity.joining import (
    Doubt,
    Joined,
    Words,
    join_by_model,
    join_by_word_and_key,
    open_doubts,
)
from expectations.identity.keeping import Kept, Open, Reason
from expectations.identity.loading import Loaded, loaded
from expectations.identity.mapped import MatchMap
from expectations.identity.model import Scored, require_splink, score_pairs
from expectations.identity.naming import name_all
from expectations.identity.records import Question, Read, read_records
from expectations.runner import Progress, silent

BETWEEN = "neither likely enough to be merged nor unlikely enough to be left"
UNSAFE = "likely enough, but {names} may not differ in an automatic merge"


@dataclass(frozen=True)
class Resolution:
    """What matching found; `kept` is what is saved, with the `map`, `moved` the ids that are
    others since.
    """

    entity: str
    kept: Kept
    map: MatchMap
    moved: tuple[Moved, ...]
    read: tuple[Read, ...]
    unheard: tuple[str, ...]

    @property
    def entities(self) -> int:
        """How many entities the records are."""
        return self.map.entities


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
        with loaded(file, workspace.settings.engine) as records:
            words, unheard = _words(catalog, entity.key, records)
            keys = [f"k{question.index(key.attribute)}" for key in question.match.keys]
            shared, *by_key = [records.sharing(column) for column in ("shared", *keys)]
            joined = join_by_word_and_key(records.kinds(), question.match, words, shared, by_key)
        with _scores(workspace, question, file, progress) as scored:
            progress("joining records", 0, 1)
            found = list(_decide(question, joined, scored))
        with loaded(file, workspace.settings.engine) as records:
            queue = tuple(_asked(found, records))
            named = name_all(entity.key, records, joined, before.map, before.used, today)
    kept = Kept(named[0], queue, (*before.log, *named[1]))
    return Resolution(entity.key, kept, *named, read, unheard)


def _scores(
    workspace: Workspace, question: Question, file: Path, progress: Progress
) -> AbstractContextManager[Scored | None]:
    if not question.match.comparisons:
        return nullcontext()
    return score_pairs(file, question.match, workspace.settings.engine, progress)


def _words(catalog: Catalog, entity: str, records: Loaded) -> tuple[Words, tuple[str, ...]]:
    """Stewards' decisions by numbers of records, and the records they speak of that are gone."""
    mine = [one for one in catalog.matches.values() if one.entity == entity]
    wanted = {name for one in mine for name in one.records}
    numbers = records.numbers(wanted)
    same = [sorted(numbers[n] for n in one.same if n in numbers) for one in mine]
    different = [sorted(numbers[n] for n in one.different if n in numbers) for one in mine]
    apart = sorted({pair for one in different for pair in combinations(one, 2)})
    words = Words(tuple(sorted(tuple(one) for one in same if len(one) > 1)), tuple(apart))
    return words, tuple(sorted(wanted - numbers.keys()))


Asked = tuple[Doubt, tuple[Reason, ...], int]


def _decide(question: Question, joined: Joined, scored: Scored | None) -> Iterator[Asked]:
    """Add what the model is certain of, and tell what is left for a steward."""
    if scored is None:
        yield from ((doubt, (), 1) for doubt in open_doubts(joined))
        return
    match = question.match
    join_by_model(joined, scored.certain(match.merge, match.agree))
    likely = _likely(question, scored, joined)
    joined.doubts += [doubt for doubt, _, _ in likely.values()]
    for doubt in open_doubts(joined):
        found = likely.get((doubt.left, doubt.right))
        reasons, pairs = (found[1], found[2]) if found else ((), 1)
        yield doubt, reasons, pairs


def _likely(question: Question, scored: Scored, joined: Joined) -> Mapping[tuple[int, int], Asked]:
    """Of each two groups that may be one the likeliest pair, with its reasons."""
    clusters = joined.clusters
    groups = clusters.groups()
    found: dict[tuple[int, int], Asked] = {}
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


def _asked(found: Sequence[Asked], records: Loaded) -> Iterator[Open]:
    """The questions, with the names of their records."""
    names = records.names(n for doubt, _, _ in found for n in (doubt.left, doubt.right))
    for doubt, reasons, pairs in found:
        left, right = names[doubt.left], names[doubt.right]
        yield Open(left, right, doubt.score, doubt.why, pairs, reasons)


def matched_entities(catalog: Catalog) -> Iterator[Entity]:
    """The entities whose records are brought together by a `match`."""
    return (entity for entity in catalog.entities.values() if entity.match)
