"""Says the commonest conditions of claims in words, and shows the rest as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup

from lineage.pages.words import Words

_COLUMN = r"([A-Za-z_][\w.]*)"
_RECENT = re.compile(
    rf"^{_COLUMN}\s*>=?\s*:as_of\s*-\s*interval\s+'?(\d+)'?\s+'?(day|month|year|week|hour)s?'?$",
    re.IGNORECASE,
)
_PRESENT = re.compile(rf"^{_COLUMN}\s+is\s+not\s+null$", re.IGNORECASE)
_ABSENT = re.compile(rf"^{_COLUMN}\s+is\s+null$", re.IGNORECASE)
_COMPARED = re.compile(rf"^{_COLUMN}\s*(=|<>|!=)\s*('[^']*'|\d+|true|false)$", re.IGNORECASE)
_AMONG = re.compile(rf"^{_COLUMN}\s+in\s*\(((?:\s*'[^']*'\s*,?)+)\)$", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']*)'")
_OF_PERIOD = re.compile(
    rf"^{_COLUMN}\s*(>=|<=|<|>)\s*:(period_start|period_end|as_of)$", re.IGNORECASE
)
_BOUNDS = {
    (">=", "period_start"): "from_start",
    ("<=", "period_end"): "to_end",
    ("<", "period_start"): "before_start",
    ("<=", "as_of"): "to_day",
}
Name = Callable[[str], Markup]
Label = Callable[[str, str], Markup]


def say_condition(
    sql: str, words: Words, name: Name | None = None, label: Label | None = None
) -> Markup:
    """The condition as the end of a sentence: 'only if confirmed within the last 180 days'.

    `name` says what a column is called, `label` what one of its codes is called.
    """
    text = " ".join(sql.split())
    called, coded = name or _code, label or (lambda _, code: _code(code))
    if recent := _RECENT.match(text):
        unit = words(f"condition.{recent[2 + 1].lower()}")
        return words("condition.recent", n=recent[2], unit=unit)
    if present := _PRESENT.match(text):
        return words("condition.present", column=called(present[1]))
    if absent := _ABSENT.match(text):
        return words("condition.absent", column=called(absent[1]))
    if compared := _COMPARED.match(text):
        key = "condition.equals" if compared[2] == "=" else "condition.differs"
        value = coded(compared[1], compared[3].strip("'"))
        return words(key, column=called(compared[1]), value=value)
    if among := _AMONG.match(text):
        codes = (coded(among[1], code) for code in _QUOTED.findall(among[2]))
        return words("condition.among", column=called(among[1]), values=Markup(", ").join(codes))
    if bound := _OF_PERIOD.match(text):
        key = _BOUNDS.get((bound[2], bound[3].lower()), "")
        if key:
            return words(f"condition.{key}", column=called(bound[1]))
    return words("condition.other", sql=_code(text))


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)
