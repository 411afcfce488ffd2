"""Writes the forecast of reviews for people (grouped text), for programs (JSON) and as a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any, Literal

from catalog.model import Catalog
from catalog.plurals import counted
from catalog.results import Reach
from lineage.exchange.rows import harmless
from lineage.reviews import Effective, Expiring

By = Literal["owner", "team"]
COLUMNS = (
    *("urn", "name", "due", "days", "standing", "severity", "owner", "holder", "deputy", "team"),
    *("cells", "reports", "touchpoints", "effective", "because_of", "file", "line"),
)
STANDS = {
    "lapsed": "must not be used: its grace is over",
    "expired": "expired",
    "due": "due",
    "current": "later",
}


@dataclass(frozen=True)
class Forecast:
    """What falls due until a day, and the day by which each cell must be reviewed in effect."""

    today: date
    until: date
    found: Sequence[Expiring]
    effective: Mapping[str, Effective]

    @property
    def cells(self) -> Mapping[str, Effective]:
        """The cells that fall due until that day, in effect."""
        return {
            urn: one
            for urn, one in sorted(self.effective.items(), key=lambda item: (item[1].on, item[0]))
            if urn.startswith("cell:") and one.on <= self.until
        }


def forecast_text(forecast: Forecast, catalog: Catalog, by: By) -> str:
    """The forecast grouped by owner or team, the group with the earliest date first."""
    if not forecast.found:
        dated = len([one for one in catalog.definitions.values() if one.review_date])
        return f"Nothing expires until {forecast.until}: {dated} review date(s) lie later."
    lines = [_summary(forecast), ""]
    for heading, group in _grouped(forecast.found, catalog, by):
        lines.append(f"{heading}:")
        lines += [line for one in group for line in _lines(one, catalog, by)]
        lines.append("")
    lines += _cell_lines(forecast, catalog)
    return "\n".join(lines).rstrip()


def forecast_json(forecast: Forecast, catalog: Catalog, by: By) -> str:
    """The forecast as one JSON document."""
    document = {
        "today": forecast.today.isoformat(),
        "until": forecast.until.isoformat(),
        "by": by,
        "definitions": [_row(one, catalog) | {"group": _key(one, by)} for one in forecast.found],
        "cells": [
            {"urn": urn, "effective": one.on.isoformat(), "because_of": one.because_of}
            for urn, one in forecast.cells.items()
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def forecast_csv(forecast: Forecast, catalog: Catalog) -> str:
    """One line per definition; what a spreadsheet would take for a formula is kept from it."""
    stream = StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in forecast.found:
        row = _row(one, catalog)
        writer.writerow({k: harmless(v) if isinstance(v, str) else v for k, v in row.items()})
    return stream.getvalue().rstrip("\n")


def counted_reach(reach: Reach) -> str:
    """What rests on a definition in words: `3 cells in 2 reports, 1 touchpoint`."""
    cells = f"{counted(len(reach.cells), 'cell')} in {counted(len(reach.reports), 'report')}"
    touchpoints = counted(len(reach.touchpoints), "touchpoint")
    said = [cells] if reach.cells or reach.reports else []
    return ", ".join([*said, *([touchpoints] if reach.touchpoints else [])]) or "nothing"


def _summary(forecast: Forecast) -> str:
    past = sum(one.days < 0 for one in forecast.found)
    soon = len(forecast.found) - past
    return (
        f"{past} past their review date on {forecast.today}, {soon} more due until {forecast.until}"
    )


def _grouped(
    found: Iterable[Expiring], catalog: Catalog, by: By
) -> Iterator[tuple[str, list[Expiring]]]:
    groups: dict[str | None, list[Expiring]] = {}
    for one in found:
        groups.setdefault(_key(one, by), []).append(one)
    for key, group in groups.items():
        yield _heading(key, group[0], catalog, by), group


def _key(one: Expiring, by: By) -> str | None:
    return one.answerable.owner if by == "owner" else one.answerable.team


def _heading(key: str | None, first: Expiring, catalog: Catalog, by: By) -> str:
    if by == "owner":
        return str(first.answerable)
    team = catalog.teams.get(key or "")
    return f"{team.named(catalog.language)} ({team.key})" if team else "In no team"


def _lines(one: Expiring, catalog: Catalog, by: By) -> Iterator[str]:
    definition = one.definition
    when = f"{-one.days} day(s) ago" if one.days < 0 else f"in {one.days} day(s)"
    name = definition.named(catalog.language)
    yield f"  {one.review.on}  {when}, {STANDS[one.standing]}: {name}  ({definition.urn})"
    rests = f"{counted_reach(one.reach)} rest{'s' if not one.reach.cells else ''} on it"
    yield f"      {rests}"
    if one.effective.because_of != definition.urn:
        yield (
            f"      in effect already on {one.effective.on}, because it rests on "
            f"{one.effective.because_of}"
        )
    if by == "team":
        yield f"      {one.answerable}"


def _cell_lines(forecast: Forecast, catalog: Catalog) -> Iterator[str]:
    """Which numbers of which reports are concerned, whoever answers for what they rest on."""
    by_report: dict[str, list[Effective]] = {}
    for urn, effective in forecast.cells.items():
        by_report.setdefault(urn.partition(":")[2].partition("/")[0], []).append(effective)
    if by_report:
        yield "Numbers that rest on these:"
    for key, found in by_report.items():
        report = catalog.reports[key]
        yield (
            f"  {report.named(catalog.language)}: {len(found)} of "
            f"{counted(len(report.cells), 'cell')}, from {found[0].on} on "
            f"({found[0].because_of})"
        )


def _row(one: Expiring, catalog: Catalog) -> dict[str, Any]:
    definition, place = one.definition, catalog.places.find(one.definition.urn)
    return {
        "urn": definition.urn,
        "name": definition.named(catalog.language),
        "due": one.review.on.isoformat(),
        "days": one.days,
        "standing": one.standing,
        "severity": "critical" if one.review.critical else "warning",
        "owner": one.answerable.owner,
        "holder": one.answerable.holder if one.answerable.left is None else None,
        "deputy": one.answerable.deputy,
        "team": one.answerable.team,
        "cells": len(one.reach.cells),
        "reports": len(one.reach.reports),
        "touchpoints": len(one.reach.touchpoints),
        "effective": one.effective.on.isoformat(),
        "because_of": one.effective.because_of,
        "file": place.file if place else None,
        "line": place.line if place else None,
    }
