"""Lists where independent sources disagree: what every record says, who won, why others lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from catalog.errors import UsageError
from catalog.truth import AttributeConflicts, ConflictsDocument, Contested, Say, Standing, State
from catalog.validation.problems import nearest
from expectations.engine.contest import Asked, Contest, as_text
from expectations.engine.counting import Scope
from expectations.engine.functions import quote, quote_name
from expectations.engine.joining import Join
from expectations.engine.sandbox import Outcome, Step
from expectations.golden.rows import conflict_rows
from expectations.golden.work import Job, copy_step, resolve, written_whole
from expectations.runner import PERSONAL_TYPES, Progress, mask, silent

By = Literal["source", "owner"]


@dataclass(frozen=True)
class Ask:
    """Which conflicts: of one attribute or all, told by source or owner, how many examples."""

    attribute: str | None = None
    by: By = "source"
    examples: int = 3
    show_values: bool = False


def find_conflicts(
    job: Job, ask: Ask, *, output: Path | None = None, progress: Progress = silent
) -> ConflictsDocument:
    """Every conflict of a day, attributes with the most of them first; `output` is written whole.

    Personal values are masked unless they are asked for; the file holds them as they are.
    """
    known = [one.key for entity in job.entities for one in job.catalog.attributes_of(entity)]
    if ask.attribute and ask.attribute not in known:
        hint = nearest(ask.attribute, known)
        raise UsageError(f"--attribute {ask.attribute} is no attribute with claims; {hint}")
    wanted = [key for key in known if ask.attribute in (None, key)]
    job = replace(job, entities=tuple(e for e in job.entities if _has(job, e, wanted)))
    with written_whole(output) as target:

        def steps(scope: Scope) -> Sequence[Step]:
            return list(_steps(scope, wanted, ask.examples, target))

        writable = [target.parent] if target else []
        outcomes = resolve(job, steps, writable=writable, progress=progress)
        rows = sum(int(str(outcomes[f"rows:{entity}"].rows[0][0])) for entity in job.entities)
    found = [_conflicts(job, key, outcomes, ask) for key in wanted]
    found.sort(key=lambda one: (-one.contested, one.attribute))
    return ConflictsDocument(
        as_of=job.as_of,
        by=ask.by,
        output=str(output) if output else None,
        rows=rows if output else None,
        attributes=tuple(found),
    )


def _has(job: Job, entity: str, wanted: Sequence[str]) -> bool:
    return any(one.key in wanted for one in job.catalog.attributes_of(entity))


def _steps(
    scope: Scope, wanted: Sequence[str], examples: int, target: Path | None
) -> Iterator[Step]:
    tables = []
    for join in scope.joins.values():
        contests = [c for c in join.contests if c.golden.attribute in wanted]
        some = contested_join(join, contests)
        yield some.making([join.step])
        table = quote_name(f"conflicts {join.entity.key}")
        made = f"conflicts:{join.entity.key}"
        mine = [some.contests[c.m] for c in contests]
        yield Step(made, f"CREATE TABLE {table} AS {conflict_rows(some, mine)}", (some.step,))
        yield Step(f"rows:{join.entity.key}", f"SELECT count(*) FROM {table}", (made,), fetch=True)
        for contest in mine:
            yield from _told(join, some, contest, table, examples)
        tables.append((table, made))
    if target:
        rows = " UNION ALL ".join(f"SELECT * FROM {table}" for table, _ in tables)
        yield copy_step("output", rows, target, (made for _, made in tables))


def contested_join(join: Join, contests: Sequence[Contest]) -> Join:
    """The join once more, of the entities alone on which somebody disagrees, with all they say."""
    disputed = " OR ".join(f"d{contest.m} > 0" for contest in contests)
    only = f"SELECT k FROM {join.table} WHERE fed AND ({disputed})"
    return replace(join, asked=Asked(told=True, contested=True), compared=(), only=only)


def _told(join: Join, some: Join, contest: Contest, table: str, examples: int) -> Iterator[Step]:
    key, m = contest.golden.attribute, contest.m
    made = f"conflicts:{join.entity.key}"
    who = f"fed AND {join.belongs(contest.golden)}"
    counted = f"SELECT count_if({who}), count_if({who} AND d{m} > 0) FROM {join.table}"
    yield Step(f"counted:{key}", counted, (join.step,), fetch=True)
    standings = (
        f"SELECT dataset, winner, reason, count(*) FROM {table} "
        f"WHERE attribute = {quote(key)} GROUP BY ALL"
    )
    yield Step(f"standings:{key}", standings, (made,), fetch=True)
    worst = (
        f"SELECT CAST(k AS VARCHAR) AS entity_id, {as_text(f'g{m}', contest.golden)} AS golden, "
        f"d{m} AS disagree FROM {some.table} WHERE {who} AND d{m} > 0 "
        f"ORDER BY d{m} DESC, entity_id LIMIT {examples}"
    )
    said = (
        "SELECT entity_id, golden, source, dataset, record_id, raw, cleansed, state, winner, "
        f"reason FROM ({worst}) JOIN {table} USING (entity_id) WHERE attribute = {quote(key)} "
        "ORDER BY disagree DESC, entity_id, winner DESC, dataset, record_id, raw"
    )
    yield Step(f"examples:{key}", said, (made, some.step), fetch=True)


def _conflicts(job: Job, key: str, outcomes: Mapping[str, Outcome], ask: Ask) -> AttributeConflicts:
    attribute = job.catalog.attributes[key]
    entities, contested = (int(str(n or 0)) for n in outcomes[f"counted:{key}"].rows[0])
    is_personal = bool(attribute.personal_data) or attribute.type in PERSONAL_TYPES
    hide = is_personal and job.workspace.settings.privacy.mask and not ask.show_values
    return AttributeConflicts(
        attribute=key,
        name=attribute.name,
        entities=entities,
        contested=contested,
        standings=tuple(_standings(job, outcomes[f"standings:{key}"].rows, ask.by)),
        examples=tuple(_examples(outcomes[f"examples:{key}"].rows, hide)),
    )


def _standings(job: Job, rows: Sequence[tuple[object, ...]], by: By) -> Iterator[Standing]:
    won: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for dataset, winner, reason, count in rows:
        who = str(dataset).partition(".")[0]
        if by == "owner":
            who = job.catalog.owner_of(f"dataset:{dataset}") or "nobody"
        reasons[who][str(reason)] += 0 if winner else int(str(count))
        won[who] += int(str(count)) if winner else 0
    for who, counted in sorted(reasons.items(), key=lambda one: (-_lost(one[1]), one[0])):
        listed = {reason: n for reason, n in counted.most_common() if n}
        yield Standing(
            who=who, won=won[who], agreed=counted["agrees"], lost=_lost(counted), reasons=listed
        )


def _lost(reasons: Mapping[str, int]) -> int:
    """How often another value was held; what holds none, or a copy, lost nothing."""
    aside = ("agrees", "missing", "copy", "when")
    return sum(n for reason, n in reasons.items() if reason not in aside)


def _examples(rows: Sequence[tuple[object, ...]], hide: bool) -> Iterator[Contested]:
    grouped: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        grouped.setdefault(str(row[0]), []).append(row)
    for entity, said in grouped.items():
        yield Contested(
            entity_id=entity,
            value=_shown(said[0][1], hide),
            says=tuple(
                Say(
                    source=str(source),
                    dataset=str(dataset),
                    record_id=None if record is None else str(record),
                    raw=_shown(raw, hide),
                    cleansed=_shown(cleansed, hide),
                    state=cast(State, state),
                    winner=bool(winner),
                    reason=None if reason is None else str(reason),
                )
                for _, _, source, dataset, record, raw, cleansed, state, winner, reason in said
            ),
        )


def _shown(text: object, hide: bool) -> str | None:
    if text is None:
        return None
    return mask(str(text)) if hide else str(text)
