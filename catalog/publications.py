"""Published numbers as they were seen: stated by a feed, or shown by a workbook as saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

Origin = Literal["feed", "workbook"]
DatedBy = Literal["stated", "workbook", "file"]
"""Who says when it was published: the feed, the workbook of when it was saved, or its file."""

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Sighting:
    """One number of a cell and a period, as it was first seen.

    Of a feed `version` is the one it states; a workbook states none, its sightings are numbered as
    they come. `value` stands as it was stated, or as the workbook shows it, in the workbook's own
    unit: 0.456 in a cell that shows 45.6%. `format` is its number format, `locator` how the
    definition finds the cell there: once that changes, what was seen before is another cell's.
    """

    cell: str
    period: str
    origin: Origin
    version: int
    value: Decimal
    published_on: date
    place: str
    dated_by: DatedBy = "stated"
    saved: datetime | None = None
    format: str | None = None
    locator: str = ""
    seen: datetime | None = None
    run: str | None = None


@dataclass(frozen=True)
class Look:
    """What a file said when it was last read, so that it need not be read again while it stays.

    `content` and `signs` are those of a fingerprint, `asked` stands for what was asked of it,
    `document` is the answer.
    """

    file: str
    content: str
    signs: str | None
    asked: str
    document: str


def told_apart(sightings: Iterable[Sighting]) -> list[Sighting]:
    """The numbers of one cell and period that its workbook showed, in the order it was saved.

    What shows the same number as the one before restates nothing. Neither the order in which files
    were seen matters, nor how often.
    """
    told: list[Sighting] = []
    for one in sorted(sightings, key=_saved):
        if not told or told[-1].value != one.value:
            told.append(one)
    return told


def _saved(one: Sighting) -> tuple[datetime, datetime, Decimal]:
    return (one.saved or _LATEST, one.seen or _LATEST, one.value)
