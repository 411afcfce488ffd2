"""Says in plain words what form a value should have, where pydantic found another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

QUOTE = "a text is expected; write it in quotes"
DATE = "a date is expected, as in 2027-06-30"
BLOCK = "a block of keys is expected"
LIST = "a list is expected"
NUMBER = "a number is expected"
WHOLE = "a whole number is expected"
SWITCH = "true or false is expected"

EXPECTED: Mapping[str, str] = {
    "string_type": QUOTE,
    "date_from_datetime_parsing": DATE,
    "date_parsing": DATE,
    "date_type": DATE,
    "date_from_datetime_inexact": DATE,
    "model_type": BLOCK,
    "dict_type": BLOCK,
    "tuple_type": LIST,
    "list_type": LIST,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "bool_type": SWITCH,
    "bool_parsing": SWITCH,
}

BOUNDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda ctx: f"a number above {ctx['gt']:g} is expected",
    "greater_than_equal": lambda ctx: f"a number of at least {ctx['ge']:g} is expected",
    "less_than": lambda ctx: f"a number below {ctx['lt']:g} is expected",
    "less_than_equal": lambda ctx: f"a number of at most {ctx['le']:g} is expected",
    "literal_error": lambda ctx: f"one of {ctx['expected']} is expected",
    "enum": lambda ctx: f"one of {ctx['expected']} is expected",
    "too_short": lambda ctx: f"at least {ctx['min_length']} is expected",
    "too_long": lambda ctx: f"at most {ctx['max_length']} are expected",
    "string_too_short": lambda ctx: "it may not be empty",
    "string_too_long": lambda ctx: f"at most {ctx['max_length']} characters are allowed",
}


def say_form(detail: ErrorDetails) -> str:
    """What was expected and what was found: `a date is expected, as in 2027-06-30; found 'x'`."""
    kind = detail["type"]
    if kind == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    if kind in EXPECTED:
        said = EXPECTED[kind]
    elif kind in BOUNDS:
        said = BOUNDS[kind](detail.get("ctx") or {})
    else:
        said = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{said}; found {_shorten(detail['input'])}"


def _shorten(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict) and not value:
        return "an empty one"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
