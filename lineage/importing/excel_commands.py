"""The command `tekdogru import excel`: a department's workbook becomes a report's draft."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption
from lineage.workbooks.collecting import uncollected

LARGE = 2_000_000


@uncollected()
def import_excel(
    files: Annotated[
        list[Path], typer.Argument(help="Workbooks (.xlsx, .xlsm), one for each period.")
    ],
    report: Annotated[str, typer.Option("--report", help="The report's key.")],
    team: Annotated[
        str | None, typer.Option("--team", help="Who makes the report; needed for a new one.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Who answers for it (default: the team's head).")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")
    ] = False,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> int:
    """Draft a report's cells from its workbooks: every number, named by its headings."""
    from catalog.workspace import open_workspace
    from lineage.importing.excel.process import Asked, import_workbooks
    from lineage.importing.excel.telling import document_of, text_of
    from lineage.importing.writing import write

    opened = open_workspace(workspace)
    large = sum(file.stat().st_size for file in files if file.is_file()) >= LARGE

    def progress(said: str) -> None:
        if large:
            print(said, file=sys.stderr)

    imported = import_workbooks(opened, Asked(tuple(files), report, team, owner), progress)
    if not dry_run:
        write(opened, [imported.prepared])
    if format_ is OutputFormat.json:
        typer.echo(document_of(imported, dry_run=dry_run).model_dump_json(indent=2))
    else:
        typer.echo(text_of(imported, dry_run=dry_run))
    return 0
