"""The commands of corrections: `correct`, `corrections` and what it groups, `trust`, `forget`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.options import FormatOption, OutputFormat, WorkspaceOption

if TYPE_CHECKING:
    from datetime import date

    from catalog.corrections import Correction
    from catalog.workspace import Workspace
    from expectations.corrections.listing import Listing

app = typer.Typer(help="Corrections: what is open, and a steward's word on it.")


class OriginChoice(StrEnum):
    """Where a correction by hand comes from."""

    steward = "steward"
    request = "request"
    evidence = "evidence"


class StateChoice(StrEnum):
    """What a correction can be."""

    suspected = "suspected"
    verified = "verified"
    taken_over = "taken_over"
    rejected = "rejected"


class ByChoice(StrEnum):
    """By whom corrections are listed."""

    system = "system"
    owner = "owner"


class ListFormat(StrEnum):
    """How corrections are written."""

    text = "text"
    json = "json"
    csv = "csv"


IdArgument = Annotated[str, typer.Argument(help="The correction's id, or the beginning of it.")]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Who says so, by address (default: your account).")
]
AttributesOption = Annotated[
    list[str] | None,
    typer.Option("--attribute", help="Only of this attribute; may be repeated."),
]


def correct(
    entity_id: Annotated[str, typer.Argument(metavar="ENTITY", help="Whose value it is: 4711.")],
    attribute: Annotated[str, typer.Argument(help="customer.address")],
    to: Annotated[str, typer.Option("--to", help="The right value.")],
    reason: Annotated[str, typer.Option("--reason", help="How it is known, in a sentence.")],
    by: ByOption = None,
    was: Annotated[
        str | None, typer.Option("--from", help="The wrong value (default: what most hold).")
    ] = None,
    origin: Annotated[
        OriginChoice, typer.Option("--origin", help="steward, request or evidence.")
    ] = OriginChoice.steward,
    until: Annotated[
        str,
        typer.Option(
            "--until", help="A day, next-change, next-verified-change or forever: when it ends."
        ),
    ] = "next-verified-change",
    due: Annotated[
        datetime | None,
        typer.Option(
            "--due", formats=["%Y-%m-%d"], help="When every system must hold it; of a request."
        ),
    ] = None,
    keep_when_equal: Annotated[
        bool,
        typer.Option(
            "--keep-when-equal", help="With next-change: a source that loads it does not end it."
        ),
    ] = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Record a correction by hand: verified, and the golden value until its end."""
    from catalog.validation.opening import open_valid
    from expectations.corrections.by_hand import Asked, find_attribute
    from expectations.corrections.by_hand import correct as record

    opened, catalog = open_valid(workspace)
    asked = Asked(
        entity_id=entity_id,
        attribute=find_attribute(catalog, attribute).key,
        to=to,
        reason=reason,
        by=_person(by),
        origin=origin.value,
        was=was,
        until=until,
        due=due.date() if due else None,
        keep_when_equal=keep_when_equal,
    )
    made = record(opened, catalog, asked, opened.clock.now())
    listing = _listing(opened, [made])
    if made.entity_id != entity_id:
        typer.echo(f"{entity_id} was merged into {made.entity_id}, whose value it is now")
    typer.echo(f"{made.id}: {made.attribute} of {made.entity_id} is {made.state}, {_end(made)}")
    typer.echo(f"due {made.due}" if made.due else "no due day: nothing is promised of it")
    for one, place in listing.open_places():
        typer.echo(f"  not yet at {place.urn} ({place.answers}): {place.field}")
        _tell_copy(one, place.copy_of)
    return 0


def _person(by: str | None) -> str:
    """Who says so: the one named, else who is signed in here."""
    if by is not None:
        return by
    from getpass import getuser

    from catalog.errors import UsageError

    try:
        return getuser()
    except (OSError, KeyError):
        raise UsageError("name who says so with --by") from None


def _tell_copy(one: Correction, copy_of: str | None) -> None:
    if copy_of:
        typer.echo(f"      it is a copy of {copy_of}: {one.attribute} follows when that is mended")


def _end(one: Correction) -> str:
    if one.until == "forever":
        return "for ever"
    until = one.until or ""
    return f"until {until.replace('-', ' ') if until.startswith('next') else until}"


@app.callback(invoke_without_command=True)
def corrections(
    context: typer.Context,
    state: Annotated[
        list[StateChoice] | None,
        typer.Option("--state", help="suspected, verified, taken_over, rejected; repeatable."),
    ] = None,
    attribute: AttributesOption = None,
    by: Annotated[ByChoice, typer.Option("--by", help="system or owner.")] = ByChoice.system,
    format_: Annotated[
        ListFormat, typer.Option("--format", help="text, json, or csv: the work list.")
    ] = ListFormat.text,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Personal values too; text masks them.")
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="The day to count from (default: today)."
        ),
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """List corrections: who has not taken them over, since when, and whose it is."""
    if context.invoked_subcommand:
        return 0
    from catalog.validation.opening import open_valid
    from expectations.corrections.by_hand import find_attribute
    from expectations.corrections.listing import (
        corrections_csv,
        corrections_json,
        corrections_text,
    )

    opened, catalog = open_valid(workspace)
    keys = [find_attribute(catalog, key).key for key in attribute or ()]
    states = [one.value for one in state or ()]
    listing = _listing(
        opened, None, states, keys, as_of.date() if as_of else None, shown=show_values
    )
    if format_ is ListFormat.json:
        typer.echo(corrections_json(listing))
    elif format_ is ListFormat.csv:
        typer.echo(corrections_csv(listing, by.value))
    else:
        typer.echo(corrections_text(listing, by.value))
    return 0


def _listing(
    opened: Workspace,
    found: list[Correction] | None = None,
    states: list[str] | None = None,
    keys: list[str] | None = None,
    today: date | None = None,
    *,
    shown: bool = False,
) -> Listing:
    from catalog.store.corrections import CorrectionStore
    from catalog.validation.opening import valid_catalog
    from expectations.corrections.listing import Listing

    store = CorrectionStore(opened.state_url, reading=True)
    if found is None:
        found = store.listed(states=states or (), attributes=keys or ())  # type: ignore[arg-type]
    day = today or opened.clock.today()
    return Listing(valid_catalog(opened), found, day, store.observed(), shown)


@app.command("verify")
def verify_command(
    correction: IdArgument,
    by: ByOption = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="How it is known, in a sentence.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Say that a suspected value is right; it must then reach every system."""
    from catalog.validation.opening import open_valid
    from expectations.corrections.settling import verify

    opened, catalog = open_valid(workspace)
    made = verify(opened, catalog, correction, _person(by), reason, opened.clock.now())
    due = f"; due {made.due}" if made.due else ""
    typer.echo(f"{made.id}: {made.attribute} of {made.entity_id} is {made.state}{due}")
    return 0


@app.command("reject")
def reject_command(
    correction: IdArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Say that a corrected value is wrong; what it said of sources is taken back."""
    from catalog.validation.opening import open_valid
    from expectations.corrections.settling import reject

    opened, catalog = open_valid(workspace)
    made = reject(opened, catalog, correction, _person(by), reason, opened.clock.now())
    typer.echo(f"{made.id}: {made.attribute} of {made.entity_id} is {made.state}")
    return 0


@app.command("evidence")
def evidence_command(
    file: Annotated[
        Path,
        typer.Argument(help="CSV: entity_id, attribute, value, kind, result, on, and note."),
    ],
    workspace: WorkspaceOption = None,
) -> int:
    """Take in evidence from outside: returned mail, bounces, one-time codes, registries."""
    from catalog.validation.opening import open_valid
    from expectations.corrections.evidence import import_evidence

    opened, catalog = open_valid(workspace)
    found = import_evidence(opened, catalog, file, opened.clock.now())
    typer.echo(
        f"{found.new} row(s) are new, {found.known} were known; {found.verified} suspicion(s) "
        f"verified, {found.rejected} rejected"
    )
    if found.unheld:
        typer.echo(f"of {found.unheld} value(s) no source was seen to hold it on that day")
    return 0


def trust(
    attribute: AttributesOption = None,
    format_: FormatOption = OutputFormat.text,
    workspace: WorkspaceOption = None,
) -> int:
    """Say how often each source was right about each attribute, and how sure that is."""
    from catalog.measured_trust import measure_trust
    from catalog.store.corrections import CorrectionStore
    from catalog.validation.opening import open_valid
    from expectations.corrections.by_hand import find_attribute
    from expectations.corrections.doubting import doubts_of
    from expectations.corrections.listing import trust_json, trust_text

    opened, catalog = open_valid(workspace)
    keys = {find_attribute(catalog, key).key for key in attribute or ()}
    today, settings = opened.clock.today(), opened.settings.trust
    votes = CorrectionStore(opened.state_url, reading=True).votes(today)
    asked = [vote for vote in votes if not keys or vote.attribute in keys]
    measured = measure_trust(asked, today, settings)
    if format_ is OutputFormat.json:
        typer.echo(trust_json(measured))
        return 0
    doubted = [
        f"{one.urn}: {one.said}"
        for one in doubts_of(catalog, measured, settings)
        if not keys or one.urn.removeprefix("attribute:") in keys
    ]
    typer.echo(trust_text(measured, settings, doubted))
    return 0


def forget(
    entity_id: Annotated[str, typer.Argument(metavar="ENTITY", help="Who is erased: 4711.")],
    by: ByOption = None,
    entity: Annotated[
        str | None, typer.Option("--entity", help="What it is, where several kinds are kept.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Erase a person's values from corrections, evidence and observations, for good."""
    from catalog.errors import UsageError
    from catalog.validation.opening import open_valid
    from expectations.corrections.forgetting import entities_of
    from expectations.corrections.forgetting import forget as erase

    opened, catalog = open_valid(workspace)
    kinds = [entity] if entity else entities_of(opened, catalog, entity_id)
    if len(kinds) != 1:
        said = ", ".join(kinds) or "of nothing"
        raise UsageError(f"values are kept {said}; name one with --entity")
    erased = erase(opened, catalog, kinds[0], entity_id, _person(by), opened.clock.now())
    typer.echo(
        f"erased: the values of {erased.corrections} correction(s), {erased.evidence} piece(s) of "
        f"evidence and {erased.observations} observation(s); kept as {erased.token}"
    )
    typer.echo("what the source systems and closed periods hold is not touched")
    return 0
