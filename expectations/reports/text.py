"""A run as text: the worst first, grouped by owner, with what it reaches and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from catalog.model import Catalog, Role
from catalog.plain_text import printable
from catalog.plurals import counted as counted_things
from catalog.results import DARK, WORST_FIRST, Reach, Result, RunRecord, worst_first
from expectations.reports.waivers import waiver_line, waiver_summary

MOST_LINES = 10
REACHED = ("cells", "reports", "teams", "touchpoints")
MARKS = {
    "fail": "✗ FAIL",
    "error": "! ERROR",
    "unknown": "? UNKNOWN",
    "warn": "~ WARN",
    "pass": "✓ PASS",
}
GATE = {
    0: "The gate is open: nothing at or above '{level}' failed.",
    1: "The gate is closed: something at or above '{level}' failed.",
    3: "The gate is closed: nothing at or above '{level}' failed, but not all is known.",
}


def render_text(
    record: RunRecord, catalog: Catalog, since: Mapping[str, datetime], zone: str
) -> str:
    """The whole report; passed checks are only counted."""
    lines = [f"Run {record.run}, as of {record.as_of}"]
    if record.selection:
        lines.append(f"Only {record.selection}")
    if record.note:
        lines.append(printable(record.note))
    lines.append("")
    bad = [result for result in worst_first(record.results) if result.verdict != "pass"]
    for owner, results in groupby(_by_owner(bad), key=lambda r: r.owner):
        lines.append(_owner_line(catalog, owner, record.as_of))
        for alike in _alike(results):
            lines += (
                _lines(alike[0], catalog, since.get(alike[0].check), zone)
                if len(alike) == 1
                else _lines_of_many(alike, catalog)
            )
        lines.append("")
    lines += map(printable, waiver_summary(record, catalog))
    lines.append(counted(record))
    if carried := sum(result.carried_from is not None for result in record.results):
        lines.append(f"{carried} of these were carried over: their sources have not changed since.")
    lines.append(GATE[record.exit_code].format(level=record.fail_on))
    return "\n".join(lines)


def counted(record: RunRecord) -> str:
    """How many results have each verdict, all five, and how many failures are waived."""
    counts = record.counts()
    waived = sum(result.is_waived for result in record.results)
    said = {verdict: f"{counts[verdict]} {verdict}" for verdict in WORST_FIRST}
    if waived:
        said["fail"] += f" ({waived} waived)"
    return ", ".join(said.values())


def _by_owner(results: Iterable[Result]) -> list[Result]:
    """Owners in the order of their worst result, each one's results worst first."""
    order: dict[str | None, None] = dict.fromkeys(result.owner for result in results)
    owners = list(order)
    return sorted(results, key=lambda result: owners.index(result.owner))


def _alike(results: Iterable[Result]) -> list[list[Result]]:
    """Results one by one, but those together that are unknown for one and the same reason."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        one_reason = (result.verdict, result.severity, result.message)
        key = one_reason if result.verdict in DARK else result.check
        groups.setdefault(key, []).append(result)
    return list(groups.values())


def _held(role: Role, as_of: date) -> str:
    """Who answers for a role's findings on a day: its deputy when its holder has left."""
    if left := role.left(as_of):
        nobody = f"held by nobody since {left}"
        return f"{nobody}; ask the deputy, {role.deputy}" if role.deputy else nobody
    return f"held by {role.holder or 'nobody'}"


def _owner_line(catalog: Catalog, owner: str | None, as_of: date) -> str:
    if owner is None:
        return "Nobody owns:"
    role = catalog.roles.get(owner)
    if role:
        return f"{role.name} ({owner}), {_held(role, as_of)}:"
    team = catalog.teams.get(owner)
    return f"{team.name} ({owner}):" if team else f"{owner}:"


def _lines_of_many(results: Sequence[Result], catalog: Catalog) -> Iterator[str]:
    """Several results that are unknown for one reason, and all that they reach together."""
    first = results[0]
    yield f"  {_mark(first)}  {counted_things(len(results), 'check')}"
    yield from _message(first)
    yield from map(_key, results)
    yield from _reached([result.reaches for result in results if result.reaches], catalog)


def _lines(result: Result, catalog: Catalog, since: datetime | None, zone: str) -> Iterator[str]:
    waived = " [waived]" if result.is_waived else ""
    yield f"  {_mark(result)}{waived}  {printable(result.title)}"
    yield from _message(result)
    yield _key(result)
    if result.waiver:
        yield f"      {printable(waiver_line(result.waiver, catalog))}"
    if result.verdict == "fail":
        yield f"      failing since {_local(since, zone)}" if since else "      no history is kept"
    if result.samples:
        more = f" … of {result.violations:,}" if result.truncated else ""
        yield f"      for example {', '.join(map(printable, result.samples[:5]))}{more}"
    if result.carried_from:
        yield f"      carried over from run {result.carried_from}"
    yield from _reached([result.reaches] if result.reaches else [], catalog)


def _mark(result: Result) -> str:
    level = "" if result.severity == "critical" else f" [{result.severity}]"
    return f"{MARKS[result.verdict]}{level}"


def _key(result: Result) -> str:
    where = f"  ({result.file}:{result.line})" if result.file else ""
    return f"      {result.check}{where}"


def _message(result: Result) -> Iterator[str]:
    """The sentence; what cannot be read of published figures line by line."""
    parts = result.message.split("; ") if result.kind == "feed" else [result.message]
    yield from (f"      {printable(part)}" for part in parts[:MOST_LINES])
    if len(parts) > MOST_LINES:
        yield f"      and {counted_things(len(parts) - MOST_LINES, 'more problem')}"


def _reached(reaches: Iterable[Reach], catalog: Catalog) -> Iterator[str]:
    """What all of them reach together."""
    found = list(reaches)
    for what in REACHED:
        urns = dict.fromkeys(urn for reach in found for urn in getattr(reach, what))
        if urns:
            names = [_name(catalog, urn) for urn in urns]
            more = f" and {len(names) - 4} more" if len(names) > 4 else ""
            yield f"      reaches {what}: {', '.join(names[:4])}{more}"


def _name(catalog: Catalog, urn: str) -> str:
    definition = catalog.definitions.get(urn)
    return definition.named(catalog.language) if definition else urn


def _local(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
