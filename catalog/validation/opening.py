"""Opens a workspace for work: its catalog when it is valid, all its problems when it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from catalog.errors import CatalogInvalid
from catalog.model import Catalog
from catalog.validation.problems import Problem, in_order
from catalog.validation.rules import Context, validate
from catalog.workspace import Workspace, open_workspace


def open_valid(folder: Path | None) -> tuple[Workspace, Catalog]:
    """The workspace and its catalog; raises CatalogInvalid with every error when there is one."""
    workspace = open_workspace(folder)
    return workspace, valid_catalog(workspace)


def open_readable(folder: Path | None) -> tuple[Workspace, Catalog]:
    """A workspace and its catalog; CatalogInvalid when its files cannot be read as definitions.

    What rules say of the definitions is not asked.
    """
    workspace = open_workspace(folder)
    loaded = workspace.load()
    if any(problem.level == "error" for problem in loaded.problems):
        raise CatalogInvalid(loaded.problems)
    return workspace, loaded.catalog


def valid_catalog(workspace: Workspace, over: Sequence[Path] = ()) -> Catalog:
    """The catalog of a workspace; raises CatalogInvalid with every error when there is one.

    The definitions of the files `over` stand in place of those of the same key.
    """
    catalog, problems = examine(workspace, over=over)
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise CatalogInvalid(errors)
    return catalog


def examine(
    workspace: Workspace,
    instead: Mapping[str, str] | None = None,
    over: Sequence[Path] = (),
    *,
    with_history: bool = False,
    before: Catalog | None = None,
) -> tuple[Catalog, list[Problem]]:
    """The catalog as far as it could be read, and every problem of it; `instead` has texts to be
    examined in place of the files of these names, before they are written, and the definitions of
    the files `over` stand in place of those of the same key. Only `with_history` are the
    definitions held against what was found out since. What is new since `before` is held against
    all the rest.

    Where the files themselves have errors, only warnings and errors that do not follow from what
    could not be read would be worth telling; so the rules are asked only of a catalog that loads.
    """
    loaded = workspace.load(instead, over)
    if any(problem.level == "error" for problem in loaded.problems):
        return loaded.catalog, in_order(loaded.problems)
    history = workspace.state_url if with_history and workspace.has_history else None
    today = workspace.clock.today()
    context = Context(
        workspace.settings,
        today,
        reads_history=with_history,
        history=history,
        before=before,
        root=workspace.root,
    )
    return loaded.catalog, in_order([*loaded.problems, *validate(loaded.catalog, context)])
