"""The commands `expiring` (what must be reviewed soon) and `renew` (one review, confirmed)."""

from __future__ import annotations

import sys
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import WorkspaceOption

if TYPE_CHECKING:
    from catalog.workspace import Workspace
    from lineage.renewing import Renewing


class Grouping(StrEnum):
    """By whom the forecast is grouped."""

    owner = "owner"
    team = "team"


class ForecastFormat(StrEnum):
    """How the forecast is written."""

    text = "text"
    json = "json"
    csv = "csv"


def expiring(
    workspace: WorkspaceOption = None,
    within: Annotated[str, typer.Option("--within", help="How far to look, e.g. 90d.")] = "90d",
    by: Annotated[Grouping, typer.Option("--by", help="owner or team.")] = Grouping.owner,
    format_: Annotated[
        ForecastFormat, typer.Option("--format", help="text, json or csv.")
    ] = ForecastFormat.text,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The day to look from (default: today).",
        ),
    ] = None,
) -> int:
    """List what is past its review date or due soon, whose it is, and what rests on it."""
    from catalog.validation.opening import open_valid
    from lineage.forecast import Forecast, forecast_csv, forecast_json, forecast_text
    from lineage.graph import build_lineage
    from lineage.reviews import effective_reviews
    from lineage.reviews import expiring as find_expiring

    opened, catalog = open_valid(workspace)
    today = as_of.date() if as_of else opened.clock.today()
    until = _horizon(within, today, opened)
    lineage = build_lineage(catalog)
    effective = effective_reviews(lineage, catalog, opened.settings)
    found = find_expiring(lineage, catalog, opened.settings, today, until, effective)
    forecast = Forecast(today, until, found, effective)
    if format_ is ForecastFormat.json:
        typer.echo(forecast_json(forecast, catalog, by.value))
    elif format_ is ForecastFormat.csv:
        typer.echo(forecast_csv(forecast, catalog))
    else:
        typer.echo(forecast_text(forecast, catalog, by.value))
    return 0


def renew(
    urn: Annotated[str, typer.Argument(help="attribute:customer.email; one definition.")],
    by: Annotated[
        str, typer.Option("--by", help="Who confirms it: its owner, holder or deputy, by address.")
    ],
    note: Annotated[str, typer.Option("--note", help="What the review found.")],
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The new review date; not with review_every.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without being asked.")] = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show the evidence on one definition, and prolong it when its owner confirms it."""
    from catalog.errors import UsageError
    from catalog.model import Renewal
    from catalog.validation.opening import open_valid
    from lineage.commands import find_urn
    from lineage.evidence import evidence_lines, read_verdicts
    from lineage.renewing import prepare, refuse_others, renewed_until

    opened, catalog = open_valid(workspace)
    found, today = find_urn(catalog, urn), opened.clock.today()
    person = refuse_others(catalog, found, by, today)
    if not note.strip():
        raise UsageError("--note is empty; say in a sentence what the review found")
    definition = catalog.definitions[found]
    day = renewed_until(definition, until.date() if until else None, today)
    renewal = Renewal(
        reviewed_on=today, by=person, note=note.strip(), due=definition.review_date, until=day
    )
    renewing = prepare(opened, catalog, found, renewal)
    renewing.preview()
    for line in evidence_lines(opened, catalog, found, read_verdicts(opened, found), today):
        typer.echo(line)
    typer.echo()
    if not yes and not _confirms(person, day):
        raise UsageError("not confirmed; nothing was changed")
    renewing.write()
    _tell(renewing, opened)
    return 0


def _tell(renewing: Renewing, workspace: Workspace) -> None:
    file = renewing.file.relative_to(workspace.root)
    typer.echo(f"{renewing.urn} is renewed until {renewing.renewal.until}; commit {file}")


def _confirms(person: str, until: date) -> bool:
    """Whether the person at the keyboard says yes; the end of the input says no."""
    typer.echo(f"Does {person} confirm that it still holds, until {until}? [y/N] ", nl=False)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        typer.echo()
    return answer.strip().casefold() in ("y", "yes", "e", "evet")


def _horizon(within: str, today: date, workspace: Workspace) -> date:
    from catalog.durations import Duration
    from catalog.errors import UsageError

    try:
        span = Duration.parse(within)
    except ValueError as error:
        raise UsageError(f"--within: {error}") from None
    return span.after(today, workspace.settings.calendar)
