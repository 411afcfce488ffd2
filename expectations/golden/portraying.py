"""Makes the portrait that pages show of an entity's truth: figures, and cases that name nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

from catalog.portraits import AHEAD, OVERRIDE, TRUTH, AttributePortrait, Pattern, Portrait
from catalog.scratch import scratch_folder
from catalog.store.portraits import write_portrait
from catalog.store.snapshots import Content, SnapshotStore
from catalog.truth import GoldenDocument, State
from expectations.engine.contest import Contest
from expectations.engine.counting import Scope
from expectations.engine.functions import literal, quote, quote_name
from expectations.engine.joining import Join
from expectations.engine.sandbox import Outcome, Step
from expectations.golden.cases import case_columns, case_of, shows_cases
from expectations.golden.disputes import contested_join
from expectations.golden.observing import Observing
from expectations.golden.summary import resolve_and_ask
from expectations.golden.work import Job
from expectations.runner import Progress, silent

Key = TypeVar("Key")
ASIDE = ("agrees", "missing", "when", "invalid", "copy")
"""Why a bid did not win that is no disagreement."""
HELD = ("current", "stale")
MOST = 50_000
"""So many contested entities are looked at in full; of more a sample, by the hash of their ids."""


def resolve_and_portray(
    job: Job,
    watching: Observing | None = None,
    *,
    output: Path | None = None,
    wide: bool = False,
    progress: Progress = silent,
) -> tuple[GoldenDocument, list[Portrait]]:
    """Every golden record of a day, and the portraits that pages show of them; see
    `resolve_golden`. The job must ask what is contested. What records say is written down by the
    same reading of the sources for who is `watching`.
    """
    seen: list[Scope] = []

    def more(scope: Scope) -> Iterator[Step]:
        seen.append(scope)
        yield from _steps(job, scope)
        if watching:
            yield from watching.steps(scope)

    writable = [watching.folder] if watching else []
    document, outcomes = resolve_and_ask(
        job, more, output=output, wide=wide, writable=writable, progress=progress
    )
    some = {key: some_of(join) for key, join in seen[-1].joins.items()}
    found = [
        Portrait(
            entity=told.entity,
            as_of=document.as_of,
            records=told.records,
            unmatched=told.unmatched,
            attributes=tuple(
                _portrait(job, some[told.entity], contest, outcomes)
                for contest in some[told.entity].contests
            ),
        )
        for told in document.entities
    ]
    return document, found


def _steps(job: Job, scope: Scope) -> Iterator[Step]:
    """What must be asked of the resolved entities for their portraits."""
    for join in scope.joins.values():
        for contest in join.contests:
            figures = _figures(job, join, contest)
            yield Step(_name("figures", contest), figures, (join.step,), fetch=True)
        some = some_of(join)
        yield some.making([join.step])
        for contest in some.contests:
            yield from _of_contest(job, some, contest)


def some_of(join: Join) -> Join:
    """The join of the entities alone on which somebody disagrees, with all they say; where they
    are very many, of some of them.
    """
    some = contested_join(join, join.contests)
    return replace(some, only=f"{some.only} ORDER BY md5(CAST(k AS VARCHAR)) LIMIT {MOST}")


def _of_contest(job: Job, some: Join, contest: Contest) -> Iterator[Step]:
    """Who disagrees with whom on one attribute, and some of the entities."""
    said = _said(some, contest)
    if not said:
        return
    table = quote_name(f"said {contest.golden.attribute}")
    made = _name("said", contest)
    yield Step(made, f"CREATE TABLE {table} AS {said}", (some.step,))
    patterns = (
        f"SELECT winner, loser, reason, count(DISTINCT k) AS n FROM {table} "
        "GROUP BY ALL ORDER BY n DESC, winner, loser, reason"
    )
    yield Step(_name("patterns", contest), patterns, (made,), fetch=True)
    seen = f"SELECT count_if(fed AND d{contest.m} > 0 AND {some.belongs(contest.golden)})"
    yield Step(_name("seen", contest), f"{seen} FROM {some.table}", (some.step,), fetch=True)
    attribute = job.catalog.attributes[contest.golden.attribute]
    if job.workspace.settings.privacy.examples and shows_cases(job.catalog, attribute):
        cases = _cases(job, some, contest, table)
        yield Step(_name("cases", contest), cases, (made,), fetch=True)


def keep_portraits(job: Job, found: Sequence[Portrait], created: datetime) -> None:
    """Keep what pages will show, of all entities or of none."""
    with scratch_folder("portraits") as folder:
        contents = [
            Content(TRUTH, one.entity, write_portrait(one, folder / f"{one.entity}.json"))
            for one in found
        ]
        store = SnapshotStore(job.workspace.state_url)
        store.save_all(contents, as_of=job.as_of, created=created)


def _name(what: str, contest: Contest) -> str:
    return f"{what}:{contest.golden.attribute}"


def _figures(job: Job, join: Join, contest: Contest) -> str:
    """Counts by state, winning claim, reason, contested, and how long the value stays current."""
    m = contest.m
    until = f"coalesce(u{m}, DATE '9999-12-31')"
    ends = " ".join(
        f"WHEN {until} >= {literal(job.as_of + timedelta(days=days))} THEN {days}"
        for days in sorted(AHEAD, reverse=True)
    )
    lasts = f"CASE WHEN s{m} <> 'current' THEN NULL {ends} ELSE 0 END"
    columns = (f"s{m}", f"CAST(w{m} AS INTEGER)", f"c{m}", f"d{m} > 0", lasts)
    return (
        f"SELECT {', '.join(columns)}, count(*) FROM {join.table} "
        f"WHERE fed AND {join.belongs(contest.golden)} GROUP BY ALL"
    )


def _said(some: Join, contest: Contest) -> str:
    """A row per entity and independent bid that says something else than what survives."""
    m = contest.m
    cases = "".join(
        f" WHEN {n} THEN {quote(one.column.path)}" for n, one in enumerate(contest.candidates)
    )
    won = f"CASE w{m}{cases} END" if cases else "NULL"
    winner = f"CASE WHEN c{m} = 'override' THEN {quote(OVERRIDE)} ELSE {won} END"
    parts = [
        f"SELECT k, {winner} AS winner, {quote(candidate.column.path)} AS loser, "
        f"x{m}_{n} AS reason, {_likeness(contest)} AS likeness FROM {some.table} "
        f"WHERE fed AND d{m} > 0 AND {some.belongs(contest.golden)} AND x{m}_{n} IS NOT NULL "
        f"AND x{m}_{n} NOT IN ({_listed(ASIDE)}) AND z{m}_{n} IN ({_listed(HELD)})"
        for n, candidate in enumerate(contest.candidates)
        if candidate.voter is not None
    ]
    return " UNION ALL ".join(parts)


def _likeness(contest: Contest) -> str:
    """What all bids come to, so that entities of one likeness are told alike."""
    m = contest.m
    bids = (f"coalesce(x{m}_{n}, 'won'), z{m}_{n}" for n in range(len(contest.candidates)))
    return f"concat_ws('/', s{m}, c{m}, {', '.join(bids)})"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(map(quote, texts))


def _cases(job: Job, some: Join, contest: Contest, table: str) -> str:
    """Everything told of some entities: of each pattern one, then a second, up to the limit.

    Of people only those are taken who are told alike with as many others as counts are shown of.
    """
    privacy = job.workspace.settings.privacy
    of_people = any(one.personal_data for one in job.catalog.attributes_of(some.entity.key))
    alike = privacy.small_counts if of_people else 1
    listed = ", ".join(f"CAST({sql} AS VARCHAR)" for _, sql in case_columns(some, contest))
    shuffled = "md5(CAST(k AS VARCHAR))"
    return f"""
WITH crowds AS (
    SELECT likeness FROM {table} GROUP BY likeness HAVING count(DISTINCT k) >= {alike}
), ranked AS (
    SELECT k, count(*) OVER (PARTITION BY winner, loser, reason) AS n,
        row_number() OVER (PARTITION BY winner, loser, reason ORDER BY {shuffled}) AS place
    FROM {table} SEMI JOIN crowds USING (likeness)
), chosen AS (
    SELECT k, min(place) AS place, max(n) AS n FROM ranked GROUP BY k
    ORDER BY place, n DESC, {shuffled} LIMIT {privacy.examples}
)
SELECT {listed} FROM {some.table} JOIN chosen USING (k)
ORDER BY chosen.place, chosen.n DESC, {shuffled}"""


def _portrait(
    job: Job, some: Join, contest: Contest, outcomes: Mapping[str, Outcome]
) -> AttributePortrait:
    attribute = job.catalog.attributes[contest.golden.attribute]
    figures = [_figure(row) for row in _rows(outcomes, "figures", contest)]
    held = [one for one in figures if one.state in HELD]
    contested = sum(one.count for one in figures if one.contested)
    seen = next((int(str(row[0] or 0)) for row in _rows(outcomes, "seen", contest)), contested)
    patterns = (
        Pattern(winner=_text(won), loser=str(loser), reason=str(reason), count=int(str(n)))
        for won, loser, reason, n in _rows(outcomes, "patterns", contest)
    )
    return AttributePortrait(
        attribute=attribute.key,
        version=attribute.rule_version,
        entities=sum(one.count for one in figures),
        states=_counted((cast(State, one.state), one.count) for one in figures),
        contested=contested,
        sources=_counted((one.source(contest), one.count) for one in held),
        claims=_counted((one.claim(contest), one.count) for one in held if one.is_claimed),
        reasons=_counted((str(one.reason), one.count) for one in held),
        lasting={
            days: sum(one.count for one in figures if one.lasts is not None and one.lasts >= days)
            for days in AHEAD
        },
        looked_at=seen if seen < contested else None,
        patterns=tuple(patterns),
        cases=tuple(case_of(job, some, contest, row) for row in _rows(outcomes, "cases", contest)),
    )


@dataclass(frozen=True)
class _Figure:
    """How many entities came out alike."""

    state: str
    winner: int | None
    reason: str | None
    contested: bool
    lasts: int | None
    count: int

    @property
    def is_claimed(self) -> bool:
        """Whether a claim gave the value, and not a steward."""
        return self.reason != OVERRIDE and self.winner is not None

    def source(self, contest: Contest) -> str:
        """The source system of the value; `override` for a steward's."""
        if not self.is_claimed:
            return OVERRIDE
        return contest.candidates[self.winner or 0].source

    def claim(self, contest: Contest) -> int:
        """The number of the claim that gave the value."""
        return contest.candidates[self.winner or 0].number


def _figure(row: Sequence[object]) -> _Figure:
    state, winner, reason, contested, lasts, count = row
    return _Figure(
        state=str(state),
        winner=None if winner is None else int(str(winner)),
        reason=_text(reason),
        contested=bool(contested),
        lasts=None if lasts is None else int(str(lasts)),
        count=int(str(count)),
    )


def _rows(
    outcomes: Mapping[str, Outcome], what: str, contest: Contest
) -> Sequence[tuple[object, ...]]:
    outcome = outcomes.get(_name(what, contest))
    return outcome.rows if outcome else ()


def _counted(counts: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Sums by key, the largest first, then by key."""
    found: Counter[Key] = Counter()
    for key, count in counts:
        found[key] += count
    return dict(sorted(found.items(), key=lambda one: (-one[1], str(one[0]))))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
