"""The commands `lineage` (what a definition rests on, and what rests on it) and `impact`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from catalog.model import Catalog

UrnArgument = Annotated[
    str, typer.Argument(help="attribute:customer.email; a bare key where it is unique.")
]


def lineage(
    urn: UrnArgument,
    up: Annotated[bool, typer.Option("--up", help="What it rests on.")] = False,
    down: Annotated[bool, typer.Option("--down", help="What rests on it.")] = False,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> None:
    """Show what a definition rests on and what rests on it (without --up or --down: both)."""
    from lineage.graph import build_lineage
    from lineage.listing import Direction, document, tree

    catalog = _open(workspace)
    graph = build_lineage(catalog)
    found = find_urn(catalog, urn)
    direction: Direction = "both" if up == down else "up" if up else "down"
    if format_ is OutputFormat.json:
        _print_json(document(graph, catalog, found, direction))
    else:
        typer.echo(tree(graph, catalog, found, direction))


def impact(
    urn: UrnArgument,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> None:
    """Say which cells, reports, teams and touchpoints a change of a definition reaches."""
    from lineage.graph import build_lineage
    from lineage.impact import impact as find_impact
    from lineage.listing import impact_document, impact_text

    catalog = _open(workspace)
    found = find_urn(catalog, urn)
    reached = find_impact(build_lineage(catalog), catalog, found)
    if format_ is OutputFormat.json:
        _print_json(impact_document(reached))
    else:
        typer.echo(impact_text(reached, catalog))


def find_urn(catalog: Catalog, written: str) -> str:
    """The URN of what was written: a URN, or a key that only one definition has.

    Raises UsageError that names the nearest URNs, or all definitions of that key.
    """
    from catalog.errors import UsageError

    if written in catalog.definitions:
        return written
    by_key: dict[str, list[str]] = {}
    for urn, definition in catalog.definitions.items():
        by_key.setdefault(definition.path, []).append(urn)
    same = sorted(by_key.get(written, ()))
    if len(same) == 1:
        return same[0]
    if same:
        raise UsageError(f"'{written}' is the key of {', '.join(same)}; name one of these")
    raise UsageError(f"no definition is called '{written}'; {_nearest(written, by_key)}")


def _nearest(written: str, by_key: Mapping[str, Sequence[str]]) -> str:
    """A hint in URNs, whether a URN or a bare key was meant."""
    from difflib import get_close_matches

    from catalog.validation.problems import nearest

    urns = [urn for key in by_key for urn in by_key[key]]
    if ":" not in written and (close := get_close_matches(written, list(by_key), n=3)):
        return f"did you mean {' or '.join(urn for key in close for urn in by_key[key])}?"
    return nearest(written, urns)


def _open(folder: Path | None) -> Catalog:
    """The catalog of a workspace; CatalogInvalid when its files cannot be read as definitions."""
    from catalog.errors import CatalogInvalid
    from catalog.workspace import open_workspace

    loaded = open_workspace(folder).load()
    if any(problem.level == "error" for problem in loaded.problems):
        raise CatalogInvalid(loaded.problems)
    return loaded.catalog


def _print_json(document: object) -> None:
    import json

    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
