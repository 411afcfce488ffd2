"""The commands `tekdogru match` and `tekdogru match review`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.errors import UsageError
from catalog.options import FormatOption, OutputFormat, RunUnlessNamed, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.matched import MatchDocument, MatchedEntity, OpenMatch
    from catalog.model import Catalog, Entity
    from catalog.workspace import Workspace
    from expectations.identity.keeping import Kept
    from expectations.identity.resolution import Resolution


app = typer.Typer(
    cls=RunUnlessNamed, help="Find which records are one entity, and decide what is in doubt."
)
EntityArgument = Annotated[
    str | None, typer.Argument(metavar="[ENTITY]", help="One entity (default: all with a match).")
]


@app.command("run")
def run(
    entity: EntityArgument = None,
    workspace: WorkspaceOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the map to a Parquet file too.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Match, but keep nothing.")] = False,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Find which records are one entity, by stewards' decisions, keys and comparisons."""
    from catalog.validation.opening import open_valid
    from expectations.identity.keeping import keep, portrait_of, read_kept, write_map
    from expectations.identity.resolution import resolve_identity
    from expectations.progress import shown_progress

    opened, catalog = open_valid(workspace)
    asked = _entities(catalog, entity)
    if output and len(asked) != 1:
        raise UsageError("--output holds the map of one entity; name it")
    found = []
    with shown_progress() as progress:
        for one in asked:
            before = read_kept(opened.state_url, one.key)
            found.append(resolve_identity(opened, catalog, one, before, progress))
    today, now = opened.clock.today(), opened.clock.now()
    for made in found:
        if output:
            write_map(made.kept.map, output)
        if not dry_run:
            portrait = portrait_of(catalog.entities[made.entity], made.kept, today)
            keep(opened.state_url, made.entity, made.kept, today, now, portrait)
    _tell(_document(opened, found, kept=not dry_run), format_)
    return 0


@app.command("review")
def review(
    entity: EntityArgument = None,
    workspace: WorkspaceOption = None,
    same: Annotated[
        tuple[str, str] | None,
        typer.Option("--same", metavar="A B", help="Decide that two records are one entity."),
    ] = None,
    different: Annotated[
        tuple[str, str] | None,
        typer.Option("--different", metavar="A B", help="Decide that two records are two."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="E-mail address of who decides.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="What the decision rests on.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many questions.")] = 50,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show personal values in full.")
    ] = False,
    format_: FormatOption = OutputFormat.text,
) -> int:
    """Show the pairs in doubt, likeliest first, and write a steward's answers to the catalog."""
    from catalog.validation.opening import open_valid
    from expectations.identity.keeping import read_kept

    opened, catalog = open_valid(workspace)
    asked = _entities(catalog, entity)
    kept = {one.key: read_kept(opened.state_url, one.key) for one in asked}
    unmatched = [key for key, one in kept.items() if not one.map]
    if unmatched:
        raise UsageError(f"{', '.join(unmatched)} was never matched; run `tekdogru match` first")
    if same or different:
        return _decide(opened, catalog, kept, (same, different), (by, reason))
    questions = _questions(opened, catalog, kept, most, masked=not show_values)
    waiting = sum(len(one.queue) for one in kept.values())
    if format_ == OutputFormat.json:
        from catalog.matched import QueueDocument

        print(QueueDocument(open=tuple(questions)).model_dump_json(indent=2))
        return 0
    if questions and sys.stdin.isatty() and sys.stdout.isatty():
        return _converse(opened, catalog, questions, by, reason)
    from expectations.identity.reviewing import told

    for one in questions:
        print("\n".join(told(catalog, one)), end="\n\n")
    print(f"{waiting} in doubt, {len(questions)} shown; nothing was decided")
    return 0


def _entities(catalog: Catalog, named: str | None) -> list[Entity]:
    from catalog.validation.problems import nearest
    from expectations.identity.resolution import matched_entities

    known = {entity.key: entity for entity in matched_entities(catalog)}
    if not known:
        raise UsageError("no entity has a `match`; state in the catalog how records are matched")
    if named is None:
        return list(known.values())
    if named not in known:
        raise UsageError(f"no entity '{named}' with a `match`; {nearest(named, known)}")
    return [known[named]]


def _document(opened: Workspace, found: Sequence[Resolution], *, kept: bool) -> MatchDocument:
    from catalog.matched import MatchDocument

    matched = tuple(_matched(made) for made in found)
    return MatchDocument(as_of=opened.clock.today(), kept=kept, matched=matched)


def _matched(made: Resolution) -> MatchedEntity:
    from catalog.matched import MatchedEntity, MovedId, ReadDataset

    rows, counted = made.map, made.map.counted("merged_by")
    by = {how: counted.get(how, 0) for how in ("key", "model", "steward")}
    moved = [
        MovedId(how=m.how, former=m.former, entity_id=m.entity_id, records=m.records)
        for m in made.moved
    ]
    datasets = [
        ReadDataset(dataset=r.dataset, records=r.records, without_id=r.unnamed, repeated=r.repeated)
        for r in made.read
    ]
    return MatchedEntity(
        entity=made.entity,
        records=len(rows),
        entities=made.entities,
        joined_by=by,
        to_review=len(made.kept.queue),
        moved=tuple(moved),
        datasets=tuple(datasets),
        unheard=made.unheard,
    )


def _tell(document: MatchDocument, format_: OutputFormat) -> None:
    if format_ == OutputFormat.json:
        print(document.model_dump_json(indent=2))
        return
    for one in document.matched:
        print("\n".join(_lines(one)))
    if not document.kept:
        print("dry run: nothing was kept")


def _lines(one: MatchedEntity) -> list[str]:
    by = ", ".join(f"{count} by {how}" for how, count in one.joined_by.items() if count)
    lines = [f"{one.entity}: {one.records} records are {one.entities} entities"]
    lines.append(f"  joined: {by or 'none'}")
    if one.to_review:
        lines.append(f"  in doubt: {one.to_review}; `tekdogru match review {one.entity}` asks")
    lines += [
        f"  {d.dataset}: {d.without_id} rows without a record id take no part, "
        f"{d.repeated} repeat one"
        for d in one.datasets
        if d.without_id or d.repeated
    ]
    for moved in one.moved:
        what = "merged into" if moved.how == "merge" else "split, in part now"
        lines.append(f"  {moved.former} {what} {moved.entity_id} ({moved.records} records)")
    if one.unheard:
        lines.append(f"  decided, but no source holds them: {', '.join(one.unheard)}")
    return lines


def _decide(
    opened: Workspace,
    catalog: Catalog,
    kept: dict[str, Kept],
    pairs: tuple[Sequence[str] | None, Sequence[str] | None],
    by_and_reason: tuple[str | None, str | None],
) -> int:
    """Write the decision that stands on the command line."""
    from expectations.identity.deciding import decide, entity_of, write_decisions

    by, reason = by_and_reason
    if not by or not reason:
        raise UsageError("a decision needs --by (who decides) and --reason (what it rests on)")
    made = []
    for verb, records in (("same", pairs[0]), ("different", pairs[1])):
        if records:
            entity = entity_of(catalog, kept, records)
            today = opened.clock.today()
            made.append(decide(entity.key, verb, records, by, today, reason))  # type: ignore[arg-type]
    file = write_decisions(opened, catalog, made)
    print(f"{file.relative_to(opened.root)}: {len(made)} decision(s) added; run `tekdogru match`")
    return 0


def _questions(
    opened: Workspace, catalog: Catalog, kept: dict[str, Kept], most: int, *, masked: bool
) -> list[OpenMatch]:
    from expectations.identity.reviewing import read_values, records_of, show_open
    from expectations.progress import shown_progress

    shown: list[OpenMatch] = []
    with shown_progress() as progress:
        for key, one in kept.items():
            asked = one.queue[: most - len(shown)]
            if asked:
                entity = catalog.entities[key]
                values = read_values(opened, catalog, entity, records_of(asked), progress)
                shown += [show_open(catalog, entity, q, values, masked=masked) for q in asked]
    return shown


def _converse(
    opened: Workspace,
    catalog: Catalog,
    questions: Sequence[OpenMatch],
    by: str | None,
    reason: str | None,
) -> int:
    """Ask on the terminal; what was answered is written even when the steward breaks off."""
    from contextlib import suppress

    from expectations.identity.deciding import decide, write_decisions
    from expectations.identity.reviewing import Session, told

    def show(place: int) -> None:
        print(f"\n{place + 1} of {len(questions)}")
        print("\n".join(told(catalog, questions[place])))

    session = Session(questions)
    with suppress(KeyboardInterrupt, EOFError):
        by = by or input("Who decides (e-mail address): ")
        reason = reason or input("What the decisions rest on: ")
        session.run(show, input)
    today = opened.clock.today()
    made = [
        decide(questions[n].entity, verb, (questions[n].left, questions[n].right),
               str(by), today, str(reason))
        for n, verb in sorted(session.answers.items())
    ]  # fmt: skip
    if made:
        file = write_decisions(opened, catalog, made)
        print(f"\n{file.relative_to(opened.root)}: {len(made)} added; run `tekdogru match`")
    else:
        print("\nnothing was decided")
    return 0
