"""The commands `tekdogru import …`: drafts of definitions from what other tools know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption
from lineage.importing.excel_commands import import_excel

if TYPE_CHECKING:
    from lineage.importing.facts import Brought

app = typer.Typer(help="Draft definitions from other tools' files.", no_args_is_help=True)
app.command("excel")(import_excel)

OwnerOption = Annotated[
    str | None, typer.Option("--owner", help="Who owns what the file names no known owner for.")
]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        help="The drafts' file (default: the project, the contract's file, or openlineage).",
    ),
]
AttributesOption = Annotated[
    bool,
    typer.Option("--attributes/--no-attributes", help="Draft attributes of what columns must be."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")
]


@app.callback()
def _imports() -> None:
    """Draft definitions from other tools' files; import again to take over what changed there."""


@app.command("dbt")
def import_dbt(
    manifest: Annotated[Path, typer.Argument(help="The project's manifest.json.")],
    catalog: Annotated[
        Path | None, typer.Option("--catalog", help="Its catalog.json (default: the one beside).")
    ] = None,
    owner: OwnerOption = None,
    team: Annotated[
        str | None, typer.Option("--team", help="Who makes the reports that exposures become.")
    ] = None,
    name: NameOption = None,
    attributes: AttributesOption = True,
    dry_run: DryRunOption = False,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> int:
    """Draft sources, datasets, measures and reports of a dbt project (manifest v10 to v12)."""
    from lineage.importing.dbt.reading import read_dbt

    def reading(file: Path) -> Brought:
        return read_dbt(file, catalog)

    wishes = (owner, team, attributes)
    return _import([manifest], reading, name, wishes, dry_run, format_, workspace)


@app.command("odcs")
def import_odcs(
    files: Annotated[list[Path], typer.Argument(help="Contracts (ODCS 3), YAML or JSON.")],
    owner: OwnerOption = None,
    name: NameOption = None,
    attributes: AttributesOption = True,
    dry_run: DryRunOption = False,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> int:
    """Draft a source of each data contract (Open Data Contract Standard, version 3)."""
    from lineage.importing.files import refuse_missing
    from lineage.importing.odcs.reading import read_contract

    refuse_missing(files)
    wishes = (owner, None, attributes)
    return _import(files, read_contract, name, wishes, dry_run, format_, workspace)


@app.command("openlineage")
def import_openlineage(
    files: Annotated[
        list[Path], typer.Argument(help="Events: one, an array of them, or one a line.")
    ],
    owner: OwnerOption = None,
    name: NameOption = None,
    dry_run: DryRunOption = False,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> int:
    """Draft the datasets that OpenLineage events speak of; events that are wrong are refused."""
    from lineage.importing.files import refuse_missing
    from lineage.importing.openlineage.reading import read_event_files

    refuse_missing(files)

    def reading(_: Path) -> Brought:
        return read_event_files(files)

    wishes = (owner, None, False)
    return _import(files[:1], reading, name, wishes, dry_run, format_, workspace)


def _import(
    files: Sequence[Path],
    reading: Callable[[Path], Brought],
    name: str | None,
    wishes: tuple[str | None, str | None, bool],
    dry_run: bool,
    format_: OutputFormat,
    folder: Path | None,
) -> int:
    """Import files and tell it; 1 where a part of one was refused."""
    from catalog.errors import EXIT_FAIL
    from catalog.workspace import open_workspace
    from lineage.importing.bringing import bring, renamed
    from lineage.importing.files import read_all
    from lineage.importing.telling import document_of, text_of
    from lineage.importing.wishes import Wishes
    from lineage.importing.writing import write

    workspace = open_workspace(folder)
    brought = read_all(files, reading)
    imports = bring(workspace, renamed(brought, name), Wishes(*wishes))
    if not dry_run:
        write(workspace, [one.prepared for one in imports])
    if format_ is OutputFormat.json:
        typer.echo(document_of(imports, dry_run=dry_run).model_dump_json(indent=2))
    else:
        typer.echo(text_of(imports, dry_run=dry_run))
    return EXIT_FAIL if any(one.brought.refused for one in imports) else 0
