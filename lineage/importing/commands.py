"""The commands `tekdogru import …`: drafts of definitions from what other tools know."""

from __future__ import annotations

import typer

app = typer.Typer(help="Draft definitions from other tools' files.", no_args_is_help=True)


@app.callback()
def _imports() -> None:
    """Draft definitions from other tools' files; import again to take over what changed there."""
