"""What a reviewer should see before saying that a definition still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from catalog.loading.authorship import last_change
from catalog.model import Attribute, Catalog, Cell, Dataset, Definition, Measure, Report
from catalog.ownership import who_answers
from catalog.plain_text import printable
from catalog.results import Result, worst_first
from catalog.store.runs import RunStore
from catalog.workspace import Workspace
from lineage.forecast import counted_reach
from lineage.graph import build_lineage
from lineage.impact import reaches

MOST_RUNS = 10
MOST_RENEWALS = 3
History = Mapping[str, Sequence[tuple[datetime, str]]]


@dataclass(frozen=True)
class Verdicts:
    """What the last run found of a definition, and what earlier ones did.

    `day` is the day of that run; None when none is kept.
    """

    day: date | None
    results: Sequence[Result]
    history: History


def read_verdicts(workspace: Workspace, urn: str) -> Verdicts:
    """The verdicts of a definition's checks, its own age left out: that is what is renewed."""
    store = RunStore(workspace.state_url, reading=True)
    record = store.latest(until=workspace.clock.today())
    if record is None:
        return Verdicts(None, (), {})
    results = [result for result in record.of(urn) if result.kind != "expiry"]
    history = store.history([result.check for result in results], MOST_RUNS)
    return Verdicts(record.as_of, worst_first(results), history)


def evidence_lines(
    workspace: Workspace, catalog: Catalog, urn: str, verdicts: Verdicts, today: date
) -> Iterator[str]:
    """The evidence on one definition, in the order in which a reviewer asks for it."""
    definition = catalog.definitions[urn]
    place = catalog.places.find(urn)
    yield f"{definition.named(catalog.language)}  ({urn}{f', {place}' if place else ''})"
    if meaning := definition.meaning(catalog.language):
        yield f"  {' '.join(meaning.split())}"
    yield f"  Answers for it:   {who_answers(catalog, urn, today)}"
    yield f"  Review date:      {_date(definition, today)}"
    yield f"  Its value:        {value_from(definition)}"
    reach = reaches(build_lineage(catalog), urn)
    yield f"  Rests on it:      {counted_reach(reach)}"
    changed = last_change(workspace.root, urn, place)
    yield f"  Last change:      {changed or 'not known: no git history here'}"
    yield from _renewals(definition)
    yield from _verdict_lines(verdicts)


def value_from(definition: Definition) -> str:
    """Where a definition's value comes from, in one line."""
    if isinstance(definition, Attribute):
        claims = [
            f"{claim.field}{f' when {claim.when}' if claim.when else ''}"
            for claim in definition.claims
        ]
        return ", else ".join(claims)
    if isinstance(definition, Measure):
        return " ".join(definition.calculation.split())
    if isinstance(definition, Cell):
        return (
            f"measure {definition.measure}" if definition.measure else str(definition.calculation)
        )
    if isinstance(definition, Report):
        return definition.workbook or definition.location or "its place is not stated"
    if isinstance(definition, Dataset):
        return definition.path_ or definition.table or "its place is not stated"
    return "none of its own"


def _date(definition: Definition, today: date) -> str:
    due = definition.review_date
    if due is None:
        return "none so far"
    days = (due - today).days
    return f"{due} ({f'{-days} day(s) ago' if days < 0 else f'in {days} day(s)'})"


def _renewals(definition: Definition) -> Iterator[str]:
    if not definition.renewals:
        yield "  Earlier reviews:  none is recorded"
    for one in definition.renewals[-MOST_RENEWALS:]:
        yield f"  Reviewed:         {one.reviewed_on} by {one.by}, until {one.until}: {one.note}"


def _verdict_lines(verdicts: Verdicts) -> Iterator[str]:
    if verdicts.day is None:
        yield "  Checks:           nothing is known; `tekdogru check` makes the first run"
        return
    if not verdicts.results:
        yield f"  Checks:           none speaks of it (last run as of {verdicts.day})"
        return
    yield f"  Checks, as of {verdicts.day}:"
    for result in verdicts.results:
        yield f"    {result.verdict.upper():<7} {result.title}"
        if result.verdict != "pass":
            yield f"            {printable(result.message)}"
        if waiver := result.waiver:
            yield f"            waived until {waiver.until} by {waiver.owner}: {waiver.reason}"
        earlier = [verdict for _, verdict in verdicts.history.get(result.check, ())][:-1]
        if earlier:
            yield f"            before: {', '.join(earlier)}"
