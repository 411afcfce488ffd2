"""Reads what reports have published, strictly: a CSV file of cells, periods and values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from catalog.model import Catalog
from catalog.periods import EXAMPLES, PLACEHOLDER, Period, PeriodUnit
from catalog.publications import DatedBy, Look, Origin, Sighting
from catalog.validation.problems import nearest

COLUMNS = ("cell", "period", "value", "version", "published_at")
MOST_PERIODS = 36
"""Periods of one report that are compared, the newest ones; older ones are told, not judged."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,24}(\.[0-9]{1,12})?")
_COMMA = re.compile(r"[+-]?[0-9]{1,3}([.\s][0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+")

Spot = tuple[str, Period]
"""A cell's path and the period of one of its numbers."""


@dataclass(frozen=True)
class Publication:
    """One number as it was published; a higher version restates a lower one.

    `place` is the line of a feed, or workbook and cell; `dated_by` who says when it was published.
    What a workbook shows has as many digits as readers see; `exact` is what it calculates with.
    """

    value: Decimal
    version: int
    published_on: date
    origin: Origin = "feed"
    place: str | None = None
    dated_by: DatedBy = "stated"
    exact: Decimal | None = None


@dataclass(frozen=True)
class Feed:
    """What one report has published, and what of it could not be read.

    `versions` are in rising order. `spoilt` are cells and periods of which some line could not be
    read, so that it is not known which number speaks. `missing` says why nothing could be read.
    Of a report with a feed, `shown` is what its workbooks show beside it, `unshown` why one shows
    no number, `workbooks` why none can be read; `of_workbooks` says that there is no other source.
    `seen` and `looks` are to be kept for later runs, `files` the workbooks there are; `note` says
    what is not known of earlier versions.
    """

    versions: Mapping[Spot, tuple[Publication, ...]] = field(default_factory=dict)
    spoilt: frozenset[Spot] = frozenset()
    problems: tuple[str, ...] = ()
    lines: int = 0
    missing: str | None = None
    shown: Mapping[Spot, Publication] = field(default_factory=dict)
    unshown: Mapping[Spot, str] = field(default_factory=dict)
    workbooks: str | None = None
    of_workbooks: bool = False
    seen: tuple[Sighting, ...] = ()
    looks: tuple[Look, ...] = ()
    files: tuple[str, ...] = ()
    note: str | None = None

    def until(self, day: date) -> Feed:
        """What was published up to a day: the versions of later days had not been seen then."""
        known = {
            spot: tuple(one for one in versions if one.published_on <= day)
            for spot, versions in self.versions.items()
        }
        kept = {spot: versions for spot, versions in known.items() if versions}
        shown = {spot: one for spot, one in self.shown.items() if one.published_on <= day}
        return replace(self, versions=kept, shown=shown)


@dataclass(frozen=True)
class Declared:
    """A report that states a file of published figures."""

    key: str
    file: str
    unit: PeriodUnit
    cells: frozenset[str]


@dataclass
class _Reading:
    """One file while it is read, for the reports that share it."""

    shown: str
    reports: Mapping[str, Declared]
    everywhere: frozenset[str]
    today: date
    named: Period | None = None
    found: dict[Spot, dict[int, tuple[Publication, int]]] = field(default_factory=dict)
    spoilt: set[Spot] = field(default_factory=set)
    problems: list[tuple[str | None, str]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


def declared(catalog: Catalog) -> list[Declared]:
    """The reports that state a file and a period."""
    return [
        Declared(r.key, r.published, r.period, frozenset(cell.key for cell in r.cells))
        for r in catalog.reports.values()
        if r.published and r.period
    ]


def read_feeds(root: Path, catalog: Catalog, today: date) -> dict[str, Feed]:
    """What every report has published, by its key; files lie below the workspace's `root`.

    Each file is read once, however many reports share it; nothing in it can have been published
    after `today`. Nothing is raised for what is wrong with
    it: all problems, each with file and line, are in the feed.
    """
    reports = declared(catalog)
    everywhere = frozenset(catalog.cells)
    feeds: dict[str, Feed] = {}
    for pattern in dict.fromkeys(report.file for report in reports):
        sharing = {report.key: report for report in reports if report.file == pattern}
        feeds |= _read_pattern(root, _Reading(pattern, sharing, everywhere, today))
    return feeds


def _read_pattern(root: Path, whole: _Reading) -> dict[str, Feed]:
    pattern, reports = whole.shown, whole.reports
    files = sorted(_files(root, pattern))
    if not files:
        said = "no file is called" if PLACEHOLDER in pattern else "there is no file"
        return dict.fromkeys(reports, Feed(missing=f"{said} {pattern}"))
    for file in files:
        one = replace(whole, shown=file.relative_to(root).as_posix())
        if PLACEHOLDER in pattern:
            one.named = _named(pattern, one)
        refused = _read_file(file, one)
        if refused:
            return dict.fromkeys(reports, Feed(missing=refused, problems=(refused,)))
    return {key: _feed(whole, key) for key in reports}


def _files(root: Path, pattern: str) -> Iterator[Path]:
    if PLACEHOLDER in pattern:
        yield from (path for path in root.glob(pattern.replace(PLACEHOLDER, "*")) if path.is_file())
    elif (root / pattern).is_file():
        yield root / pattern


def _named(pattern: str, reading: _Reading) -> Period | None:
    """The period in a file's name."""
    before, _, after = pattern.partition(PLACEHOLDER)
    label = reading.shown[len(before) : len(reading.shown) - len(after)]
    try:
        return Period.parse(label)
    except ValueError as error:
        reading.problems.append((None, f"{reading.shown}: the period in its name: {error}"))
        return None


def _read_file(file: Path, reading: _Reading) -> str | None:
    """Read one file; the reason when nothing of it can be understood."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        return f"{reading.shown}:{line}: not UTF-8; save the file as UTF-8"
    except OSError as error:
        return f"{reading.shown} cannot be read: {error.strerror or error}"
    header, _, _ = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().lower() for name in next(rows, [])]
        refused = _refused(columns)
        if refused:
            return f"{reading.shown}:1: {refused}"
        for row in rows:
            if any(cell.strip() for cell in row):
                _read_line(reading, rows.line_num, columns, [cell.strip() for cell in row])
    except csv.Error as error:
        return f"{reading.shown}:{rows.line_num}: not CSV: {error}"
    return None


def _refused(columns: list[str]) -> str | None:
    """What is wrong with the headings."""
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        found = ", ".join(filter(None, columns)) or "nothing"
        return f"the headings {', '.join(missing)} are missing (found: {found})"
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        return f"unknown heading '{unknown[0]}'; {nearest(unknown[0], COLUMNS)}"
    twice = [name for name in COLUMNS if columns.count(name) > 1]
    return f"the heading {twice[0]} stands twice" if twice else None


def _read_line(reading: _Reading, line: int, columns: list[str], row: list[str]) -> None:
    said: list[str] = []
    report: str | None = None
    if len(row) != len(columns):
        said.append(f"{len(row)} values under {len(columns)} headings")
        stated = {}
    else:
        stated = dict(zip(columns, row, strict=True))
        report, cell = _cell(reading, stated["cell"], said)
        period = _period(reading, report, stated["period"], said)
        value = _value(stated["value"], said)
        version = _version(stated["version"], said)
        day = _day(stated["published_at"], reading.today, said)
        spot = (f"{report}/{cell}", period) if report and cell and period else None
        if spot and value is not None and version and day:
            place = f"{reading.shown}:{line}"
            _keep(reading, spot, Publication(value, version, day, place=place), line, said)
        elif spot:
            reading.spoilt.add(spot)
    reading.lines[report or ""] = reading.lines.get(report or "", 0) + 1
    reading.problems += [(report, f"{reading.shown}:{line}: {one}") for one in said]


def _keep(
    reading: _Reading, spot: Spot, publication: Publication, line: int, said: list[str]
) -> None:
    versions = reading.found.setdefault(spot, {})
    earlier = versions.get(publication.version)
    if earlier:
        said.append(
            f"version {publication.version} of {spot[0]} for {spot[1].label} stands in line "
            f"{earlier[1]} already; number a restatement higher"
        )
        reading.spoilt.add(spot)
    else:
        versions[publication.version] = (publication, line)


def _cell(reading: _Reading, text: str, said: list[str]) -> tuple[str | None, str | None]:
    """The report and the cell a line speaks of; a bare cell must be of one report alone."""
    report, slash, cell = text.partition("/")
    if slash:
        if report in reading.reports and cell in reading.reports[report].cells:
            return report, cell
        if text in reading.everywhere:
            said.append(f"{text}: report '{report}' does not state this file as `published`")
        else:
            known = [f"{r.key}/{one}" for r in reading.reports.values() for one in r.cells]
            said.append(f"there is no cell '{text}'; {nearest(text, known)}")
        return (report if report in reading.reports else None), None
    owners = [key for key, one in reading.reports.items() if text in one.cells]
    if len(owners) == 1:
        return owners[0], text
    if owners:
        said.append(f"cell '{text}' is in {' and '.join(owners)}; write {owners[0]}/{text}")
    else:
        known = [one for r in reading.reports.values() for one in r.cells]
        said.append(f"there is no cell '{text}'; {nearest(text, known)}")
    return (next(iter(reading.reports)) if len(reading.reports) == 1 else None), None


def _period(reading: _Reading, report: str | None, text: str, said: list[str]) -> Period | None:
    try:
        period = Period.parse(text)
    except ValueError as error:
        said.append(str(error))
        return None
    unit = reading.reports[report].unit if report else period.unit
    if period.unit != unit:
        said.append(f"{text} is a {period.unit}; the report's is a {unit}, as in {EXAMPLES[unit]}")
        return None
    if reading.named and period != reading.named:
        said.append(f"{text} in a file of {reading.named.label}")
        return None
    return period


def _value(text: str, said: list[str]) -> Decimal | None:
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if not text:
        said.append("the value is empty")
    elif _COMMA.fullmatch(text):
        said.append(f"'{text}' has a decimal comma; write a point and nothing between thousands")
    else:
        said.append(f"'{text}' is not a number; write digits with a decimal point: 12345.67")
    return None


def _version(text: str, said: list[str]) -> int | None:
    if re.fullmatch(r"[1-9][0-9]{0,5}", text):
        return int(text)
    said.append(f"version '{text}' is not a whole number from 1 on")
    return None


def _day(text: str, today: date, said: list[str]) -> date | None:
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        said.append(f"published_at '{text}' is not a date; write 2026-11-05 or 2026-11-05T09:30")
        return None
    if day > today:
        said.append(f"published_at {day} has not come yet; is the year right?")
        return None
    return day


def _feed(reading: _Reading, report: str) -> Feed:
    """One report's part of what was read; what belongs to no report is told to each."""
    versions = {
        spot: tuple(one for _, (one, _) in sorted(found.items()))
        for spot, found in reading.found.items()
        if spot[0].partition("/")[0] == report
    }
    return Feed(
        versions,
        frozenset(spot for spot in reading.spoilt if spot[0].partition("/")[0] == report),
        tuple(said for owner, said in reading.problems if owner in (report, None)),
        reading.lines.get(report, 0) + reading.lines.get("", 0),
    )
