"""The commands `lineage` (what rests on what), `impact` (what a change reaches) and `causes`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from catalog.model import Catalog
    from catalog.results import RunRecord
    from catalog.workspace import Workspace
    from lineage.columns import ColumnLineage
    from lineage.excerpt import Direction
    from lineage.origins import Origin
    from lineage.workbooks.beneath import Beneath, Nothing

UrnArgument = Annotated[
    str, typer.Argument(help="attribute:customer.email; a bare key where it is unique.")
]


class LineageFormat(StrEnum):
    """How `lineage` writes its answer."""

    text = "text"
    json = "json"
    mermaid = "mermaid"
    graphml = "graphml"
    csv = "csv"


def lineage(
    urn: Annotated[
        str | None, typer.Argument(help="attribute:customer.email; a bare key where it is unique.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole graph, no URN.")] = False,
    up: Annotated[bool, typer.Option("--up", help="What it rests on.")] = False,
    down: Annotated[bool, typer.Option("--down", help="What rests on it.")] = False,
    depth: Annotated[
        int | None, typer.Option("--depth", min=1, help="At most so many steps away.")
    ] = None,
    columns: Annotated[
        bool, typer.Option("--columns", help="The columns of its SQL, one by one.")
    ] = False,
    dbt: Annotated[
        Path | None,
        typer.Option("--dbt", help="A dbt manifest.json: the columns of its models instead."),
    ] = None,
    sources: Annotated[
        bool, typer.Option("--sources", help="With --dbt: through all models, to the sources.")
    ] = False,
    period: Annotated[
        str | None,
        typer.Option("--period", help="Of a cell: the workbook of that period, not the newest."),
    ] = None,
    format_: Annotated[
        LineageFormat, typer.Option("--format", help="text, json, mermaid, graphml or csv.")
    ] = LineageFormat.text,
    workspace: WorkspaceOption = None,
) -> None:
    """Show what a definition rests on and what rests on it (without --up or --down: both).

    Of a cell, text and JSON go down into its workbook besides, to the single input cells.
    """
    from catalog.validation.opening import open_readable

    _refuse_contradictions(urn, everything, columns, dbt, sources, format_)
    if dbt is not None:
        typer.echo(_of_dbt(dbt, sources, format_))
        return
    opened, catalog = open_readable(workspace)
    found = find_urn(catalog, urn) if urn else None
    if columns:
        typer.echo(_of_columns(catalog, found, format_))
        return
    direction: Direction = "both" if up == down else "up" if up else "down"
    expired = _expired(catalog, opened)
    below = _beneath(opened, catalog, found, period, depth, format_)
    typer.echo(_of_graph(catalog, found, direction, depth, format_, expired, below))


def impact(
    urn: UrnArgument,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> None:
    """Say which cells, reports, teams and touchpoints a change of a definition reaches."""
    from catalog.validation.opening import open_readable
    from lineage.graph import build_lineage
    from lineage.impact import impact as find_impact
    from lineage.reaching import impact_document, impact_text
    from lineage.reviews import expired_lines

    opened, catalog = open_readable(workspace)
    found = find_urn(catalog, urn)
    reached = find_impact(build_lineage(catalog), catalog, found)
    expired = _expired(catalog, opened)
    if format_ is OutputFormat.json:
        typer.echo(_json(impact_document(reached, expired)))
    else:
        typer.echo("\n".join([impact_text(reached, catalog), *expired_lines(expired, reached.all)]))


def causes(
    urn: UrnArgument,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> None:
    """Say what a wrong figure may come from: what failed or expired upstream, nearest first."""
    from catalog.validation.opening import open_readable
    from lineage.diagnosis import diagnose
    from lineage.graph import build_lineage
    from lineage.reaching import causes_document, causes_text

    opened, catalog = open_readable(workspace)
    found = find_urn(catalog, urn)
    run, today = _last_run(opened), opened.clock.today()
    diagnosis = diagnose(build_lineage(catalog), catalog, found, run, today)
    if format_ is OutputFormat.json:
        typer.echo(_json(causes_document(diagnosis)))
    else:
        typer.echo(causes_text(diagnosis, catalog))


def _refuse_contradictions(
    urn: str | None,
    everything: bool,
    columns: bool,
    dbt: Path | None,
    sources: bool,
    format_: LineageFormat,
) -> None:
    from catalog.errors import UsageError

    asked = [bool(urn), everything, dbt is not None]
    if sum(asked) != 1:
        raise UsageError("name one definition, or --all for the whole graph, or --dbt with a file")
    if sources and dbt is None:
        raise UsageError(
            "--sources goes with --dbt; a catalog's lineage always ends at its sources"
        )
    drawn = (LineageFormat.mermaid, LineageFormat.graphml)
    if (columns or dbt) and format_ in drawn:
        raise UsageError(f"columns are told as text, json or csv; {format_} draws definitions")


def _of_graph(
    catalog: Catalog,
    urn: str | None,
    direction: Direction,
    depth: int | None,
    format_: LineageFormat,
    expired: Mapping[str, date],
    below: Beneath | Nothing | None,
) -> str:
    from lineage.excerpt import around, whole
    from lineage.graph import build_lineage
    from lineage.listing import document, overview, tree
    from lineage.reviews import expired_lines

    graph = build_lineage(catalog)
    excerpt = around(graph, urn, direction, depth) if urn else whole(graph)
    if format_ is LineageFormat.text:
        said = tree(graph, catalog, excerpt, urn, depth) if urn else overview(graph, catalog)
        return "\n".join([said, *_below_lines(below), *expired_lines(expired, excerpt.nodes)])
    if format_ is LineageFormat.json:
        return _json(document(excerpt, catalog, expired, below))
    if format_ is LineageFormat.mermaid:
        from lineage.exchange.mermaid import mermaid

        return mermaid(excerpt, catalog, expired)
    if format_ is LineageFormat.graphml:
        from lineage.exchange.graphml import graphml

        return graphml(excerpt, catalog, expired)
    from lineage.exchange.rows import edge_rows

    return edge_rows(excerpt, catalog)


def _beneath(
    workspace: Workspace,
    catalog: Catalog,
    urn: str | None,
    period: str | None,
    depth: int | None,
    format_: LineageFormat,
) -> Beneath | Nothing | None:
    """What lies beneath a cell in its workbook; None for all else, and where it is not told."""
    from catalog.errors import UsageError
    from catalog.model import Cell
    from catalog.periods import Period
    from lineage.workbooks.beneath import beneath

    cell = catalog.definitions.get(urn or "")
    if not isinstance(cell, Cell):
        if period:
            raise UsageError("--period goes with a cell, whose workbook of that period is read")
        return None
    if format_ not in (LineageFormat.text, LineageFormat.json):
        return None
    try:
        wanted = Period.parse(period) if period else None
    except ValueError as error:
        raise UsageError(f"--period: {error}") from None
    today = workspace.clock.today()
    limits = workspace.settings.workbooks
    return beneath(catalog, cell, workspace.root, limits, today, wanted, depth)


def _below_lines(below: Beneath | Nothing | None) -> list[str]:
    from lineage.workbooks.beneath import Nothing
    from lineage.workbooks.telling import lines

    if isinstance(below, Nothing):
        return ["", f"Not in its workbook: {below.reason}"]
    return lines(below) if below else []


def _of_columns(catalog: Catalog, urn: str | None, format_: LineageFormat) -> str:
    from catalog.errors import UsageError
    from lineage.calculations import Calculations

    calculations = Calculations.of(catalog)
    owners = [owner for owner in calculations.queries() if urn in (None, owner.urn)]
    if urn and not owners:
        raise UsageError(f"{urn} is not calculated by SQL of its own; leave out --columns")
    found = {owner.urn: calculations.columns(owner.calculation or "") for owner in owners}
    places = {name: catalog.places.find(name, "calculation") for name in found}
    lines = {name: (place.file, place.line) for name, place in places.items() if place}
    return _columns(found, lines, calculations.urn, format_)


def _of_dbt(manifest: Path, sources: bool, format_: LineageFormat) -> str:
    from lineage.column_listing import plain_name
    from lineage.dbt import model_columns, read_project, source_columns

    project = read_project(manifest)
    found = model_columns(project)
    if sources:
        found = source_columns(project, found)
    for gap in project.gaps:
        typer.echo(f"{manifest}: {gap}", err=True)
    files = {model.key: (model.file, "") for model in project.models}
    return _columns(found, files, plain_name, format_)


def _columns(
    found: Mapping[str, ColumnLineage],
    places: Mapping[str, tuple[str, object]],
    naming: Callable[[Origin], str],
    format_: LineageFormat,
) -> str:
    from lineage.column_listing import columns_document, columns_rows, columns_text

    if format_ is LineageFormat.json:
        return _json(columns_document(found, naming))
    if format_ is LineageFormat.csv:
        return columns_rows(found, places, naming)
    return columns_text(found, naming)


def _expired(catalog: Catalog, workspace: Workspace) -> Mapping[str, date]:
    """The review dates that have passed today, by URN."""
    from lineage.reviews import expired_marks

    return expired_marks(catalog, workspace.clock.today())


def _last_run(workspace: Workspace) -> RunRecord | None:
    """The latest whole run up to today; a history that is not there is not made by looking."""
    from catalog.store.runs import RunStore

    store = RunStore(workspace.state_url, reading=True)
    return store.latest(until=workspace.clock.today())


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
    kind = written.partition(":")[0]
    alike = [urn for urn in urns if ":" in written and urn.startswith(f"{kind}:")]
    return nearest(written, alike or urns)


def _json(document: object) -> str:
    import json

    return json.dumps(document, ensure_ascii=False, indent=2)
