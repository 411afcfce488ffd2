"""Reads what the pages need of a workspace: its catalog, lineage, last run and since when."""

from __future__ import annotations

from datetime import date, datetime

from catalog.model.definition import Language
from catalog.results import RunRecord
from catalog.validation.opening import valid_catalog
from catalog.workspace import Workspace
from lineage.graph import build_lineage
from lineage.pages.consolidated import read_plan
from lineage.pages.context import PageContext
from lineage.pages.past import Past, read_past
from lineage.pages.truth import read_truth


def read_workspace(workspace: Workspace, language: Language | None = None) -> PageContext:
    """The context of a workspace's pages; CatalogInvalid when the catalog has errors."""
    catalog = valid_catalog(workspace)
    run, history, past = read_history(workspace)
    return PageContext(
        catalog,
        build_lineage(catalog),
        run,
        history,
        workspace.settings,
        language or workspace.settings.language,
        workspace.clock.today(),
        past,
        read_truth(workspace, catalog),
        read_plan(workspace),
    )


def read_history(workspace: Workspace) -> tuple[RunRecord | None, dict[str, date], Past]:
    """The last whole run, since which day its failing checks fail, and what earlier runs found.

    A history that does not exist yet is not made by looking for it.
    """
    from catalog.store.runs import RunStore

    store = RunStore(workspace.state_url, reading=True)
    run = store.latest(until=workspace.clock.today())
    if run is None:
        return None, {}, Past()
    failing = [result.check for result in run.results if result.verdict == "fail"]
    since: dict[str, datetime] = store.failing_since(failing)
    return run, dict(since), read_past(store, workspace.clock.today())
