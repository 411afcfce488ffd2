"""What the engine says of a steward's SQL, in words that its author understands."""

from __future__ import annotations

import re
from collections.abc import Callable

KINDS = {
    "VARCHAR": "a text",
    "STRING_LITERAL": "a text",
    "BOOLEAN": "true or false",
    "BOOL": "true or false",
    "DATE": "a date",
    "DOUBLE": "a number",
    "FLOAT": "a number",
    "INTERVAL": "a span of time",
}
HELP = {
    "a whole number": "td_try_integer",
    "a number": "td_try_decimal",
    "a date": "td_try_date",
    "a moment": "td_try_timestamp",
    "true or false": "td_try_boolean",
}
OPERATORS = {"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE"}
PREFIX = re.compile(r"^(Binder|Conversion|Invalid Input|Catalog|Parser|Out of Range) Error: ")


def in_plain_words(message: str) -> str:
    """A message of the engine as a sentence; what is not known stays, without its prefix."""
    for pattern, say in SAYINGS:
        found = pattern.search(message)
        if found:
            return say(found)
    return PREFIX.sub("the database refuses it: ", message)


def _kind(name: str) -> str:
    """A type of the engine in a word."""
    name = name.strip()
    if name.startswith("TIMESTAMP"):
        return "a moment"
    if name.startswith(("DECIMAL", "NUMERIC")):
        return "a number"
    if "INT" in name and name not in KINDS:
        return "a whole number"
    return KINDS.get(name, name)


def _compared(found: re.Match[str]) -> str:
    left, right = _kind(found[1]), _kind(found[2])
    other = right if left == "a text" else left if right == "a text" else ""
    helping = f"; {HELP[other]} reads a text as {other}" if other in HELP else ""
    return f"it compares {left} with {right}{helping}"


def _used(found: re.Match[str]) -> str:
    name = OPERATORS.get(found[1], found[1])
    inside = re.sub(r"\([^)]*\)", "", found[2])
    kinds = list(dict.fromkeys(_kind(one) for one in inside.split(",")))
    return f"{name} cannot be used on {' and '.join(kinds)}"


def _unread(wanted: str) -> str:
    return f"a text cannot be read as {wanted}; {HELP[wanted]} gives NULL for such a text"


def _converted(found: re.Match[str]) -> str:
    wanted = _kind(found[1])
    return _unread(wanted) if wanted in HELP else f"a text cannot be read as {wanted}"


Saying = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
SAYINGS: tuple[Saying, ...] = (
    (
        re.compile(r"Cannot compare values of type (.+?) and type (.+?) - "),
        _compared,
    ),
    (
        re.compile(r"No function matches the given name and argument types '([^(']+)\((.*?)\)'\."),
        _used,
    ),
    (
        re.compile(r"Could not convert string .* to ([A-Z0-9_]+(?:\([^)]*\))?)"),
        _converted,
    ),
    (re.compile(r"invalid date field format"), lambda _: _unread("a date")),
    (re.compile(r"invalid timestamp field format"), lambda _: _unread("a moment")),
    (
        re.compile(r"Unimplemented type for cast \((.+?) -> (.+?)\)(?: |$)"),
        lambda found: f"{_kind(found[1])} cannot be turned into {_kind(found[2])}",
    ),
    (
        re.compile(r'column "(.+?)" must appear in the GROUP BY clause'),
        lambda found: (
            f"column {found[1]} is neither grouped nor aggregated; name it in GROUP BY, or write "
            f"max({found[1]})"
        ),
    ),
    (
        re.compile(r"aggregate function calls cannot be nested"),
        lambda _: "an aggregate stands inside another, as in sum(sum(x)); use a subquery",
    ),
    (
        re.compile(r"WHERE clause cannot contain aggregates"),
        lambda _: "WHERE cannot hold an aggregate such as sum; write that condition as HAVING",
    ),
    (
        re.compile(r"More than one row returned by a subquery"),
        lambda _: "a subquery gives several rows where one value is needed; aggregate it",
    ),
    (
        re.compile(r"Set operations can only apply to expressions with the same number"),
        lambda _: "the parts of a UNION have different numbers of columns",
    ),
    (
        re.compile(r"GROUP BY term out of range"),
        lambda _: "GROUP BY counts to a column that is not there; name the column",
    ),
    (
        re.compile(r"^Out of Range Error|[Oo]verflow"),
        lambda _: "a number becomes larger than can be held",
    ),
)
