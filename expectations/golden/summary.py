"""Resolves golden records, writes them where asked, and counts how they came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from catalog.truth import AttributeTold, EntityTold, GoldenDocument, State
from expectations.engine.counting import Scope
from expectations.engine.joining import Join
from expectations.engine.sandbox import Outcome, Step
from expectations.golden.rows import long_steps, summary_rows, wide_rows
from expectations.golden.work import Job, copy_step, resolve, written_whole
from expectations.runner import Progress, silent


def resolve_golden(
    job: Job, *, output: Path | None = None, wide: bool = False, progress: Progress = silent
) -> GoldenDocument:
    """Every golden record of a day, told attribute by attribute; `output` is written whole.

    TekdogruError when it cannot be resolved, UsageError when it cannot be written.
    """
    return resolve_and_ask(job, output=output, wide=wide, progress=progress)[0]


def resolve_and_ask(
    job: Job,
    more: Callable[[Scope], Iterable[Step]] = lambda scope: (),
    *,
    output: Path | None = None,
    wide: bool = False,
    writable: Collection[Path] = (),
    progress: Progress = silent,
) -> tuple[GoldenDocument, Mapping[str, Outcome]]:
    """The same, and the outcomes of `more` steps over the resolved entities, which may write to
    the `writable` folders.
    """
    with written_whole(output) as target:

        def steps(scope: Scope) -> Sequence[Step]:
            return [*_steps(scope, target, wide), *more(scope)]

        folders = [*writable, *([target.parent] if target else [])]
        outcomes = resolve(job, steps, writable=folders, progress=progress)
        entities = tuple(_told(job, entity, outcomes) for entity in job.entities)
    attributes = sum(one.entities for entity in entities for one in entity.attributes)
    records = sum(entity.records for entity in entities)
    document = GoldenDocument(
        as_of=job.as_of,
        output=str(output) if output else None,
        rows=(records if wide else attributes) if output else None,
        entities=entities,
    )
    return document, outcomes


def _steps(scope: Scope, target: Path | None, wide: bool) -> Iterator[Step]:
    joins = list(scope.joins.values())
    for join in joins:
        counted = f"SELECT count(*) FROM {join.table} WHERE fed"
        yield Step(f"records:{join.entity.key}", counted, needs=(join.step,), fetch=True)
        total = " + ".join(f"({join.projections[path].alone})" for path in join.datasets)
        yield Step(f"unmatched:{join.entity.key}", f"SELECT {total}", (join.step,), fetch=True)
        for attribute, sql in summary_rows(join):
            yield Step(f"told:{attribute}", sql, needs=(join.step,), fetch=True)
    if target:
        yield from _written(joins, target, wide)


def _written(joins: Sequence[Join], target: Path, wide: bool) -> Iterator[Step]:
    if not wide:
        yield from long_steps("output", joins, target)
        return
    rows = " UNION ALL ".join(map(wide_rows, joins))
    yield copy_step("output", rows, target, (one.step for one in joins))


def _told(job: Job, entity: str, outcomes: Mapping[str, Outcome]) -> EntityTold:
    attributes = job.catalog.attributes_of(entity)
    return EntityTold(
        entity=entity,
        records=_number(outcomes[f"records:{entity}"]),
        unmatched=_number(outcomes[f"unmatched:{entity}"]),
        attributes=tuple(
            _attribute(one.key, one.name, outcomes[f"told:{one.key}"].rows) for one in attributes
        ),
    )


def _attribute(key: str, name: str, rows: Sequence[tuple[object, ...]]) -> AttributeTold:
    states: Counter[State] = Counter()
    sources: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    entities = contested = 0
    for state, source, reason, is_contested, count in rows:
        number = int(str(count))
        entities += number
        contested += number if is_contested else 0
        states[state] += number  # type: ignore[index]
        if state in ("current", "stale"):
            sources[str(source)] += number
            reasons[str(reason)] += number
    return AttributeTold(
        attribute=key,
        name=name,
        entities=entities,
        states=dict(states.most_common()),
        sources=dict(sources.most_common()),
        reasons=dict(reasons.most_common()),
        contested=contested,
    )


def _number(outcome: Outcome) -> int:
    return int(str(outcome.rows[0][0]))
