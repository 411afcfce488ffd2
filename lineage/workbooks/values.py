"""Reads the value of a cell: a number, a text, a truth, a day, or the error it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from lineage.workbooks.book import ErrorValue, FindingKind, Style, Value
from lineage.workbooks.markup import true, whole
from lineage.workbooks.texts import unescaped


@dataclass(frozen=True)
class Shared:
    """What cells refer to by number, texts and styles, and the calendar they use."""

    strings: Sequence[str] = ()
    styles: Sequence[Style] = ()
    since_1904: bool = False


class Odd(Exception):
    """A value that is told of besides; `value` is what is kept of it."""

    def __init__(self, kind: FindingKind, reason: str, value: Value) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.value = kind, reason, value


def value_of(said: str, type_: str, style: Style, shared: Shared) -> Value:
    """The value of a cell as its type and number format say; raises Odd."""
    if type_ == "n":
        return _number(said, style, shared)
    if type_ == "s":
        strings = shared.strings
        number = whole(said)
        if number is not None and number < len(strings):
            return strings[number]
        reason = f"it names text {said[:10]}, which the file does not hold"
        raise Odd("odd", reason, None)
    if type_ == "b":
        return true(said.strip())
    if type_ == "e":
        raise Odd("error", f"it shows {said[:20]}", ErrorValue(said))
    if type_ == "d":
        return _day(said.strip())
    return said if type_ == "inlineStr" else unescaped(said)


def moment_of(serial: float, since_1904: bool) -> date | datetime | time | None:
    """The day, time of day or both that Excel's number stands for; None where it is none."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    try:
        found: Any = from_excel(serial, MAC_EPOCH if since_1904 else WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return None
    return _without_midnight(found) if isinstance(found, datetime) else found


def _number(said: str, style: Style, shared: Shared) -> Value:
    if not style.date and said.isdigit() and said.isascii():
        return int(said) if len(said) < 16 else float(said)
    try:
        number = float(said)
    except ValueError:
        if not said.strip():
            return None
        raise Odd("odd", f"its number '{said[:20]}' is none", said) from None
    if style.date:
        moment = moment_of(number, shared.since_1904)
        if moment is None:
            raise Odd("odd", "it is shown as a date, and its number is none", number)
        return moment
    whole = "." not in said and number.is_integer() and abs(number) < 1e15
    return int(number) if whole else number


def _day(said: str) -> Value:
    try:
        return _without_midnight(datetime.fromisoformat(said))
    except ValueError:
        raise Odd("odd", f"its date '{said[:20]}' is none", said) from None


def _without_midnight(moment: datetime) -> date | datetime:
    return moment.date() if moment.time() == time() else moment
