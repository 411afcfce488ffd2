"""The commands `token issue`, `token list` and `token revoke`: who may use the service."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

app = typer.Typer(help="Keys to the service: issue, list, revoke.", no_args_is_help=True)


class TokenScope(StrEnum):
    """What a token allows."""

    read = "read"
    write = "write"


@app.command("issue")
def issue(
    name: Annotated[str, typer.Option("--name", help="Whose it is, or what it is for.")],
    expires: Annotated[
        str, typer.Option("--expires", help="How long it is valid: 90d, 12mo, at most 2y.")
    ] = "90d",
    scope: Annotated[
        TokenScope, typer.Option("--scope", help="read, or write for the editing pages.")
    ] = TokenScope.read,
    workspace: WorkspaceOption = None,
) -> int:
    """Make a token and print it, alone, on standard output; it is not kept and not shown again."""
    from datetime import UTC, datetime, time

    from catalog.durations import Duration
    from catalog.errors import UsageError
    from catalog.store.tokens import TokenStore
    from catalog.workspace import open_workspace

    opened = open_workspace(workspace)
    now = opened.clock.now()
    try:
        last = Duration.parse(expires).after(now.date(), opened.settings.calendar)
    except ValueError as error:
        raise UsageError(f"--expires: {error}") from None
    if not now.date() < last <= Duration(2, "y").after(now.date()):
        raise UsageError(f"--expires {expires}: a token is valid for at least a day, at most 2y")
    if not name.strip() or len(name) > 100:
        raise UsageError("--name: say in at most 100 letters whose token it is")
    end = datetime.combine(last, time(now.hour, now.minute), tzinfo=UTC)
    store = TokenStore(opened.state_url)
    token, secret = store.issue(name.strip(), scope.value, now, end)
    typer.echo(secret)
    typer.echo(
        f"token {token.key} “{token.name}”: scope {token.scope}, valid until {end:%Y-%m-%d %H:%M} "
        "UTC; keep it like a password, it is not shown again",
        err=True,
    )
    return 0


@app.command("list")
def list_(workspace: WorkspaceOption = None, format_: FormatOption = OutputFormat.text) -> int:
    """List the tokens, newest first, without their secrets."""
    from dataclasses import asdict

    from catalog.store.tokens import TokenStore
    from catalog.workspace import open_workspace

    opened = open_workspace(workspace)
    tokens, now = TokenStore(opened.state_url, reading=True).listed(), opened.clock.now()
    if format_ == OutputFormat.json:
        listed = [{**asdict(token), "state": token.state(now)} for token in tokens]
        typer.echo(json.dumps(listed, default=str, ensure_ascii=False, indent=2))
        return 0
    if not tokens:
        typer.echo("there is no token yet; `tekdogru token issue --name …` makes one")
    for token in tokens:
        used = f"last used {token.last_used:%Y-%m-%d %H:%M}" if token.last_used else "never used"
        typer.echo(
            f"{token.key}  {token.state(now):<8}  {token.scope:<6} until {token.expires:%Y-%m-%d}  "
            f"{used}  {token.name}"
        )
    return 0


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="Its key, as `token list` shows it.")],
    workspace: WorkspaceOption = None,
) -> int:
    """End a token at once and for good."""
    from catalog.store.tokens import TokenStore
    from catalog.workspace import open_workspace

    opened = open_workspace(workspace)
    token = TokenStore(opened.state_url).revoke(key, opened.clock.now())
    typer.echo(f"token {token.key} “{token.name}” opens nothing any more")
    return 0
