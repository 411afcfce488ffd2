"""The kinds of argument an expectation takes: how each is checked and written as SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from expectations.patterns import RefusedPatternError, translate

TEXT, NUMBER, DATE, TIMESTAMP, BOOLEAN = "text", "number", "date", "timestamp", "boolean"
FAMILIES: Mapping[str, str] = {
    "integer": NUMBER,
    "decimal": NUMBER,
    "money": NUMBER,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "boolean": BOOLEAN,
}

ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?", re.ASCII)

Check = Callable[[object, str | None], str | None]


@dataclass(frozen=True)
class Argument:
    """One argument of an expectation: ``check(value, column family or None)`` gives a complaint."""

    name: str
    check: Check
    required: bool = False


def family(column_type: str) -> str:
    """The family of a catalog type; all that is neither number, date nor boolean is text."""
    return FAMILIES.get(column_type, TEXT)


def jsonable(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as JSON holds them: dates and times as ISO text."""
    return {name: _plain(value) for name, value in kwargs.items()}


def literal(value: object) -> str:
    """A DuckDB literal for a text, number, boolean, date or time."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        value = value.isoformat()
    if not isinstance(value, str):
        raise TypeError(f"no SQL literal for {value!r}")
    return "'" + value.replace("'", "''") + "'"


def bound_literal(value: object) -> str:
    """A DuckDB literal for a bound: a number, or a date or time with its type named."""
    kind = _moment(value)
    return literal(value) if kind is None else f"{kind.upper()} {literal(value)}"


def share(value: object, _: str | None) -> str | None:
    """A share from 0 to 1, as `mostly` is."""
    if _is_number(value) and 0 <= float(str(value)) <= 1:
        return None
    return "must be a share from 0 to 1, such as 0.98"


def whole(value: object, _: str | None) -> str | None:
    """A whole number, zero or more."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return None
    return "must be a whole number, 0 or more"


def number(value: object, _: str | None) -> str | None:
    """A finite number."""
    return None if _is_number(value) else "must be a number"


def flag(value: object, _: str | None) -> str | None:
    """A boolean."""
    return None if isinstance(value, bool) else "must be true or false"


def either(*choices: object) -> Check:
    """One of the named choices."""
    named = " or ".join(json.dumps(choice) for choice in choices)

    def check(value: object, _: str | None) -> str | None:
        fits = any(value == choice and type(value) is type(choice) for choice in choices)
        return None if fits else f"must be {named}"

    return check


def bound(value: object, column: str | None) -> str | None:
    """A number, a date (2026-01-31) or a time (2026-01-31T00:00:00), as the column holds."""
    found = NUMBER if _is_number(value) else _moment(value)
    if found is None:
        return "must be a number, a date such as 2026-01-31 or a time such as 2026-01-31T00:00:00"
    if column in (NUMBER, DATE, TIMESTAMP) and found != column:
        return f"is a {found}, but the column holds {column}s"
    return None


def values(value: object, column: str | None) -> str | None:
    """A list of texts, of numbers or of booleans, all of the kind that the column holds."""
    if not isinstance(value, list | tuple) or not value:
        return "must be a list of at least one value"
    kinds = {_kind(member) for member in value}
    if len(kinds) > 1 or None in kinds:
        return "must hold only texts, only numbers or only true and false"
    found = kinds.pop()
    if column is not None and found != column:
        return f"holds {found} values, but the column holds {column} values"
    broken = next((member for member in value if isinstance(member, str) and "\0" in member), None)
    return None if broken is None else "holds a text with a NUL character"


def regex(value: object, _: str | None) -> str | None:
    """A regular expression that means the same to Python and to RE2."""
    if not isinstance(value, str):
        return "must be a regular expression as text"
    try:
        translate(value)
    except RefusedPatternError as error:
        return f"{value!r} {error}"
    return None


def regexes(value: object, column: str | None) -> str | None:
    """A list of regular expressions."""
    if not isinstance(value, list | tuple) or not value:
        return "must be a list of at least one regular expression"
    complaints = [complaint for member in value if (complaint := regex(member, column))]
    return "; ".join(complaints) or None


def quantile_ranges(value: object, _: str | None) -> str | None:
    """``{quantiles: [0.25, 0.5], value_ranges: [[1, 5], [null, 9]]}``, of one length."""
    wanted = "must be {quantiles: [0.5], value_ranges: [[1, 9]]}, one range for each quantile"
    if not isinstance(value, Mapping) or set(value) != {"quantiles", "value_ranges"}:
        return wanted
    places, ranges = value["quantiles"], value["value_ranges"]
    if not isinstance(places, list) or not isinstance(ranges, list) or len(places) != len(ranges):
        return wanted
    if not places or not all(share(place, None) is None for place in places):
        return wanted
    return None if all(map(_is_range, ranges)) else wanted


def _is_range(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    ends = [end for end in value if end is not None]
    return all(map(_is_number, ends)) and ends == sorted(ends)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return jsonable(value)
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < float("inf")


def _kind(value: object) -> str | None:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, str):
        return TEXT
    return NUMBER if _is_number(value) else None


def _moment(value: object) -> str | None:
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not ISO_MOMENT.fullmatch(text):
        return None
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return DATE if len(text) == len("2026-01-31") else TIMESTAMP
