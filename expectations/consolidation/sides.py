"""Opens what a consolidation plan is made from: judgements, published figures, the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from catalog.consolidations import Difference
from catalog.model import Catalog
from catalog.periods import Period
from catalog.results import RunRecord
from catalog.store.runs import RunStore
from catalog.workspace import Workspace
from expectations.consolidation.histories import PublishedHistories
from expectations.consolidation.planning import Asked, Explain, Known
from expectations.consolidation.slicing import implied_slices
from expectations.difference.explaining import explain_differences
from expectations.engine.embedded import limits_of
from expectations.equality.judging import Judging
from expectations.publications import published_of
from expectations.published import Feed
from expectations.runner import Progress
from lineage.canonical.candidates import Proposals
from lineage.canonical.naming import read_glossary


def open_known(
    workspace: Workspace, catalog: Catalog, period: Period | None, progress: Progress
) -> Known:
    """All that a plan is made from; with `period` nothing that was published for later ones.

    A history that does not exist yet is not made by looking for it.
    """
    histories = read_histories(workspace, catalog, period)
    judge = _judge(workspace, catalog, progress)
    return Known(
        catalog=catalog,
        settings=workspace.settings,
        today=workspace.clock.today(),
        judge=judge,
        histories=histories,
        run=_last_run(workspace),
        explain=_explain(workspace, catalog, histories.feeds, progress),
        implied=implied_slices(catalog, judge.proposals.statements),
    )


def read_histories(
    workspace: Workspace, catalog: Catalog, period: Period | None
) -> PublishedHistories:
    """What every report has published, up to a period."""
    today: date = workspace.clock.today()
    feeds = published_of(workspace, catalog, today)
    return PublishedHistories(catalog, feeds, period.end if period else None)


def _last_run(workspace: Workspace) -> RunRecord | None:
    store = RunStore(workspace.state_url, reading=True)
    return store.latest(until=workspace.clock.today())


def _judge(workspace: Workspace, catalog: Catalog, progress: Progress) -> Judging:
    """By canonical calculations, and by running what they do not prove on generated data."""
    settings = workspace.settings
    file = settings.consolidation.glossary
    glossary = read_glossary(workspace.root / file if file else None)
    limits = limits_of(settings.engine, settings.timezone)
    seconds = settings.engine.sandbox_seconds
    proposals = Proposals(catalog, glossary)

    def told(done: int, of: int) -> None:
        progress("calculations on generated data", done, of)

    return Judging(proposals, limits, settings.timezone, seconds, told)


def _explain(
    workspace: Workspace, catalog: Catalog, feeds: Mapping[str, Feed], progress: Progress
) -> Explain:
    """Explains all pairs in one run of the engine, whatever their periods."""

    def explained(asked: Sequence[Asked]) -> list[Difference]:
        pairs = [
            (one.left, one.right, Period.parse(one.period) if one.period else None) for one in asked
        ]
        return explain_differences(workspace, catalog, pairs, feeds=feeds, progress=progress)

    return explained
