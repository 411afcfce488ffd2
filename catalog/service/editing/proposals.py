"""What a form's values would change: the edits, the file they give, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from catalog.loading.rewriting import Rewritten, preview, rewrite, steps_to
from catalog.loading.splicing import entry_lines
from catalog.model import Catalog, Definition
from catalog.service.editing.fields import Field, Mistake, read_values, shown
from catalog.service.editing.words import Words
from catalog.service.live import View
from catalog.validation.opening import examine
from catalog.validation.problems import Problem
from catalog.workspace import Workspace


@dataclass(frozen=True)
class Proposal:
    """An edit that is not saved yet.

    `mistakes` forbid to save it, `warnings` do not. `catalog` are all definitions with it.
    """

    edits: Mapping[str, Any]
    rewritten: Rewritten
    mistakes: Sequence[Mistake]
    warnings: Sequence[Mistake]
    catalog: Catalog


def edits_of(
    definition: Definition, fields: Sequence[Field], values: Mapping[str, Any], words: Words
) -> dict[str, Any]:
    """The values that differ from the present ones; None where a key is taken out."""
    present = {field.key: shown(definition, field, words) for field in fields}
    now, _ = read_values(fields, present, words)
    return {key: value for key, value in values.items() if value != now.get(key)}


def propose(
    view: View, definition: Definition, edits: Mapping[str, Any], expected: str
) -> Proposal:
    """The file with the edits, and what validation of the whole catalog newly says of it.

    Raises FileChanged or NotRewritable as `rewrite` does.
    """
    name = file_of(view.catalog, definition)
    made = preview(view.workspace.root / name, definition.urn, edits, expected)
    if made.after == made.before:
        return Proposal(edits, made, (), (), view.catalog)
    catalog, found = _examined(view, name, made.after)
    lines = list(_lines(made.after, definition.urn))
    told = [(p, Mistake(_key_at(p, name, lines, edits), p.message, english=True)) for p in found]
    return Proposal(
        edits,
        made,
        [mistake for problem, mistake in told if problem.level == "error"],
        [mistake for problem, mistake in told if problem.level == "warning"],
        catalog,
    )


def save(workspace: Workspace, name: str, proposal: Proposal, urn: str) -> Rewritten:
    """Write a proposal; raises FileChanged when its file is no longer the one it was made from."""
    return rewrite(workspace.root / name, urn, proposal.edits, proposal.rewritten.fingerprint)


def file_of(catalog: Catalog, definition: Definition) -> str:
    """The file a definition stands in, relative to the workspace."""
    place = catalog.places.find(definition.urn)
    if place is None:
        raise LookupError(definition.urn)
    return place.file


def _examined(view: View, name: str, text: str) -> tuple[Catalog, list[Problem]]:
    """All definitions with a file's text, and what is newly wrong with them."""
    known = {(problem.code, problem.message) for problem in view.problems}
    catalog, problems = examine(view.workspace, {name: text.removeprefix("\ufeff")})
    return catalog, [one for one in problems if (one.code, one.message) not in known]


def _lines(text: str, urn: str) -> Iterator[tuple[str, int, int]]:
    try:
        yield from entry_lines(text.removeprefix("\ufeff"), steps_to(urn))
    except yaml.YAMLError:
        return


def _key_at(
    problem: Problem, name: str, lines: Sequence[tuple[str, int, int]], edits: Mapping[str, Any]
) -> str:
    """The field a problem lies in: by its line, else the only one that was edited."""
    place = problem.place
    if place and place.file == name:
        for key, first, last in lines:
            if first <= place.line <= last and key in edits:
                return key
    return next(iter(edits)) if len(edits) == 1 else ""
