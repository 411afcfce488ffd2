"""How a workbook shows a number: which of its digits readers see, by its number format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

GENERAL = frozenset({"", "general", "@"})
WIDTH = 10
"""A cell without a format of its own shows so many digits at most, those before the point first."""
MOST_DIGITS = 100
_PASSED_OVER = re.compile(r'"[^"]*"|\\.|[_*].|\[(?![<>=])[^\]]*\]')
_CONDITION = re.compile(r"\[([<>]=?|<>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)\]")
_DIGITS = re.compile(r"[0#?]")
_COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
    "=": lambda a, b: a == b,
}


@dataclass(frozen=True)
class Section:
    """What a number format does to a number.

    `digits` are its decimals in the unit shown, `significant` those of powers of ten; without
    either the number stands as it is. `percent` counts per cent signs, `thousands` how often it is
    divided by a thousand. `shows` is false where it hides every number.
    """

    digits: int | None = None
    significant: int | None = None
    percent: int = 0
    thousands: int = 0
    shows: bool = True


def section_of(format_: str, value: Decimal) -> Section:
    """The part of a number format that speaks of a number: positive, negative, zero, conditions."""
    if format_.strip().casefold() in GENERAL:
        return Section()
    parts = _sections(format_)
    if any(condition for condition, _ in parts):
        fits = (one for condition, one in parts if condition is None or _fits(condition, value))
        return next(fits, Section())
    numbers = [one for _, one in parts[:3]]
    if value < 0 and len(numbers) > 1:
        return numbers[1]
    return numbers[2] if value == 0 and len(numbers) > 2 else numbers[0]


def shown_number(value: Decimal, format_: str) -> Decimal | None:
    """A number as readers see it, in the unit of the workbook: 0.456 where 45.6% is shown.

    Its last digit is the last one shown. None where its format hides it.
    """
    section = section_of(format_, value)
    if not section.shows:
        return None
    if section.significant is not None:
        digits = section.significant - 1 - (value.adjusted() if value else 0)
    elif section.digits is not None:
        digits = section.digits + 2 * section.percent - 3 * section.thousands
    else:
        whole = max(value.adjusted() + 1, 1) if value else 1
        return _plain(_rounded(value, max(WIDTH - whole, 0)))
    return _rounded(value, digits)


def in_unit(value: Decimal, format_: str, *, is_share: bool, scale: int) -> Decimal:
    """A shown number in the unit its cell states: 45.6 of a share shown as 45.6%, 1,235 thousand
    where the format leaves out thousands and the unit is counted in them.
    """
    section = section_of(format_, value)
    if is_share and section.percent:
        return value.scaleb(2 * section.percent)
    if section.thousands and scale == 1000**section.thousands:
        return value.scaleb(-3 * section.thousands)
    return value


@lru_cache(maxsize=1024)
def _sections(format_: str) -> tuple[tuple[tuple[str, Decimal] | None, Section], ...]:
    bare = _PASSED_OVER.sub("", format_)
    return tuple((_condition(text), _section(_CONDITION.sub("", text))) for text in bare.split(";"))


def _condition(text: str) -> tuple[str, Decimal] | None:
    found = _CONDITION.search(text)
    return (found[1], Decimal(found[2])) if found else None


def _fits(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, than = condition
    return _COMPARED[sign](value, than)


def _section(text: str) -> Section:
    if text.strip().casefold() == "general":
        return Section()
    if not _DIGITS.search(text):
        return Section(shows=False)
    if "/" in text:  # a fraction: nobody sees its decimals
        return Section(percent=text.count("%"))
    whole, _, after = text.partition(".")
    decimals = re.match(r"[0#?]*", after)
    digits = len(decimals[0]) if decimals else 0
    if re.search(r"E[+-]", text, re.IGNORECASE):
        return Section(significant=digits + max(len(_DIGITS.findall(whole)), 1))
    tail = after[digits:] if after else whole
    scaled = re.search(r"[0#?](,+)(?![0#?,])", whole) if not after else re.match(r"(,+)", tail)
    return Section(digits, None, text.count("%"), len(scaled[1]) if scaled else 0)


def _rounded(value: Decimal, digits: int) -> Decimal:
    if abs(value.adjusted()) > MOST_DIGITS // 2:
        return value
    with localcontext(prec=MOST_DIGITS):
        return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _plain(value: Decimal) -> Decimal:
    """Without zeros at its end that nobody sees."""
    whole = value == value.to_integral_value()
    return value.quantize(Decimal(1)) if whole else value.normalize()
