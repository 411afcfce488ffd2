"""The two catalogs that are compared: before a change and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from catalog.errors import CatalogInvalid, UsageError
from catalog.loading.revisions import Past, read_past
from catalog.model import Catalog, Place
from catalog.validation.opening import valid_catalog
from catalog.validation.problems import Problem, in_order
from catalog.validation.rules import Context, validate
from catalog.workspace import Workspace


@dataclass(frozen=True)
class Side:
    """One of the two catalogs, and what it is called."""

    catalog: Catalog
    label: str


def changed_by(workspace: Workspace, files: Sequence[Path]) -> tuple[Side, Side]:
    """The workspace as it is, and with the definitions of some files in place of its own.

    CatalogInvalid with every error, of the workspace first; UsageError for a file named twice.
    """
    real = [file.resolve() for file in files]
    twice = [file for n, file in enumerate(files) if real[n] in real[:n]]
    if twice:
        raise UsageError(f"--change {twice[0]} is named twice; name it once")
    before = valid_catalog(workspace)
    after = valid_catalog(workspace, files)
    return Side(before, str(workspace.settings.catalog)), Side(after, ", ".join(map(str, files)))


def since(workspace: Workspace, revision: str, day: date) -> tuple[Side, Side]:
    """The catalog of a git revision, and the workspace as it is.

    UsageError where there is no such revision or no catalog in it, CatalogInvalid where either has
    errors; those of the past are named after its files there.
    """
    after = valid_catalog(workspace)
    past = read_past(workspace.root, revision, "--against")
    if past.settings is None or past.loaded is None:
        raise UsageError(f"--against {revision}: at {past} there were no valid definitions here")
    problems = [*past.loaded.problems]
    if not any(problem.level == "error" for problem in problems):
        problems += validate(past.loaded.catalog, Context(workspace.settings, day))
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise CatalogInvalid([_named(problem, past) for problem in in_order(errors)])
    return Side(past.loaded.catalog, str(past)), Side(after, str(workspace.settings.catalog))


def _named(problem: Problem, past: Past) -> Problem:
    """A problem of the past at a place as git names it: `main:catalog/customer.yml:12`."""
    if problem.place is None:
        return problem
    place = Place(f"{past.revision}:{problem.place.file}", problem.place.line)
    return replace(problem, place=place)
