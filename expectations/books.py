"""Reads what the workbooks of reports show, one for each period, as numbers that were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from catalog.model import Catalog, Cell, Report
from catalog.model.reports import CurrencyUnit
from catalog.periods import Period
from catalog.publications import Look, Sighting, told_apart
from catalog.settings import Settings
from expectations.number_formats import in_unit
from expectations.published import MOST_PERIODS, Feed, Publication, Spot
from expectations.publishing import has_workbooks, is_shown, shows_share
from expectations.shown import Asked, Held, Shown, look_into
from lineage.workbooks.issues import dated_files


@dataclass(frozen=True)
class _Unit:
    """What a shown number must be turned into: a share in per cent, or money in a scale."""

    is_share: bool
    scale: int


@dataclass
class Books:
    """What the workbooks of one report show."""

    asked: Mapping[str, Asked]
    units: Mapping[str, _Unit]
    missing: str | None = None
    lines: int = 0
    sightings: dict[Spot, tuple[Sighting, Held]] = field(default_factory=dict)
    why: dict[Spot, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def beside(self, feed: Feed) -> Feed:
        """The feed of the report with what its workbooks show beside it."""
        shown = {
            spot: replace(self._told(one, 1), exact=self._exact(held, one))
            for spot, (one, held) in self.sightings.items()
        }
        return replace(
            feed,
            shown=shown,
            unshown=self.why,
            workbooks=self.missing,
            seen=(*feed.seen, *(one for one, _ in self.sightings.values())),
            looks=tuple(self.looks),
            files=tuple(self.files),
        )

    def alone(self, past: Sequence[Sighting], *, kept: bool) -> Feed:
        """The feed of a report that publishes nothing but its workbooks."""
        streams: dict[Spot, list[Sighting]] = {}
        for one in past:
            asked = self.asked.get(one.cell)
            if one.origin == "workbook" and asked and asked.locator == one.locator:
                streams.setdefault((one.cell, Period.parse(one.period)), []).append(one)
        known = bool(streams)
        spoilt, problems = set(self.why), list(self.problems)
        for spot, (one, _) in self.sightings.items():
            stream = streams.setdefault(spot, [])
            stream.append(one)
            last = told_apart(stream)[-1]
            if last.value != one.value:
                spoilt.add(spot)
                problems.append(_older(one, last))
        versions = {
            spot: tuple(self._told(one, n) for n, one in enumerate(told_apart(of), start=1))
            for spot, of in streams.items()
        }
        return Feed(
            versions,
            frozenset(spoilt),
            tuple(problems),
            self.lines,
            self.missing,
            unshown=self.why,
            seen=tuple(one for one, _ in self.sightings.values()),
            looks=tuple(self.looks),
            files=tuple(self.files),
            of_workbooks=True,
            note=None if known else _UNKNOWN if kept else _NOT_ASKED,
        )

    def _told(self, one: Sighting, version: int) -> Publication:
        return publication(one, version, self._in_unit(one, one.value))

    def _exact(self, held: Held, one: Sighting) -> Decimal | None:
        return None if held.exact is None else self._in_unit(one, held.exact)

    def _in_unit(self, one: Sighting, value: Decimal) -> Decimal:
        unit = self.units[one.cell]
        return in_unit(value, one.format or "", is_share=unit.is_share, scale=unit.scale)


_UNKNOWN = (
    "no earlier run has seen these workbooks, so that what they showed before cannot be known"
)
_NOT_ASKED = "the history was not asked, so that what these workbooks showed before is not known"


def _older(one: Sighting, last: Sighting) -> str:
    return (
        f"{one.place}: it shows {one.value:f}, saved on {one.published_on}, but {last.value:f} had "
        f"been shown by the one saved on {last.published_on}; which is published? Save the right "
        "workbook anew"
    )


def read_books(
    root: Path, catalog: Catalog, today: date, known: Mapping[str, Look], settings: Settings
) -> dict[str, Books]:
    """By report what its workbooks show; each file is read once, however many reports share it."""
    reports = [r for r in catalog.reports.values() if has_workbooks(r) and r.status != "retired"]
    found: dict[str, Books] = {}
    for pattern in dict.fromkeys(report.workbook or "" for report in reports):
        sharing = [report for report in reports if report.workbook == pattern]
        books = {report.key: _books(catalog, report) for report in sharing}
        found |= books
        asked = [one for key in books for one in books[key].asked.values()]
        issues = _issues(root, sharing[0], today, books.values())
        for period, file in issues:
            shown, look = look_into(root, file, period, asked, settings.workbooks, known)
            for key, one in books.items():
                if catalog.reports[key].period == period.unit:
                    one.files.append(shown.file)
                    one.looks += [look] if look else []
                    _take(one, shown, period, today, ZoneInfo(settings.timezone))
    return found


def _books(catalog: Catalog, report: Report) -> Books:
    cells = [cell for cell in report.cells if is_shown(cell)]
    asked = {cell.path: Asked(cell.path, cell.at, cell.find) for cell in cells}
    return Books(asked, {cell.path: _unit(catalog, cell) for cell in cells})


def _unit(catalog: Catalog, cell: Cell) -> _Unit:
    measure = catalog.measures.get(cell.measure or "")
    unit = cell.unit or (measure.unit if measure else None)
    return _Unit(shows_share(cell, measure), unit.scale if isinstance(unit, CurrencyUnit) else 1)


def _issues(
    root: Path, report: Report, today: date, books: Iterable[Books]
) -> list[tuple[Period, Path]]:
    """The workbooks of the newest periods that are over; what their names leave open is told."""
    by_period: dict[Period, list[Path]] = {}
    odd: list[str] = []
    for file, period in dated_files(root, report):
        if isinstance(period, str):
            odd.append(period)
        elif period.end <= today:
            by_period.setdefault(period, []).append(file)
    newest = sorted(by_period, key=lambda period: period.start, reverse=True)[:MOST_PERIODS]
    issues = []
    for period in newest:
        file, *others = sorted(by_period[period])
        if others:
            names = " and ".join(one.relative_to(root).as_posix() for one in (file, *others))
            for one in books:
                one.problems.append(f"{names}: both are of {period.label}; keep one")
                one.why |= dict.fromkeys(((path, period) for path in one.asked), "two workbooks")
        else:
            issues.append((period, file))
    for one in books:
        one.problems += odd
        one.lines += len(odd)
        one.missing = None if issues or odd else f"no workbook is called {report.workbook}"
    return issues


def _take(books: Books, shown: Shown, period: Period, today: date, zone: ZoneInfo) -> None:
    """Take what one workbook shows of a report's cells."""
    books.lines += len(books.asked)
    if shown.refused:
        books.problems.append(f"{shown.file}: {shown.refused}")
        reason = f"{shown.file}: {shown.refused}"
        books.why |= dict.fromkeys(((path, period) for path in books.asked), reason)
        return
    day = shown.saved.astimezone(zone).date()
    if day > today and shown.dated_by == "file":
        day = today
    early = f"it says that it was saved on {day}, which has not come yet" if day > today else None
    for path, asked in books.asked.items():
        held = shown.cells[path]
        place = f"{shown.file}#{held.place}" if held.place else shown.file
        why = held.why or early
        if why or held.value is None:
            told = path.partition("/")[2] if not held.place else ""
            books.problems.append(f"{place}{' ' if told else ''}{told}: {why}")
            books.why[path, period] = f"{place} shows no number: {why}"
            continue
        seen = Sighting(
            cell=path,
            period=period.label,
            origin="workbook",
            version=0,
            value=held.value,
            published_on=day,
            place=place,
            dated_by=shown.dated_by,
            saved=shown.saved,
            format=held.format,
            locator=asked.locator,
        )
        books.sightings[path, period] = (seen, held)


def publication(one: Sighting, version: int, value: Decimal) -> Publication:
    """A number as it was seen, as the version it is, in the unit of its cell."""
    return Publication(value, version, one.published_on, one.origin, one.place, one.dated_by, None)
