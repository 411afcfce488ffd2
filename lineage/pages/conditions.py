"""Says the commonest conditions of claims in words, and shows the rest as they are written."""

from __future__ import annotations

import re

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


def say_condition(sql: str, words: Words) -> Markup:
    """The condition as the end of a sentence: 'only if confirmed within the last 180 days'."""
    text = " ".join(sql.split())
    if recent := _RECENT.match(text):
        unit = words(f"condition.{recent[2 + 1].lower()}")
        return words("condition.recent", n=recent[2], unit=unit)
    if present := _PRESENT.match(text):
        return words("condition.present", column=_code(present[1]))
    if absent := _ABSENT.match(text):
        return words("condition.absent", column=_code(absent[1]))
    if compared := _COMPARED.match(text):
        key = "condition.equals" if compared[2] == "=" else "condition.differs"
        return words(key, column=_code(compared[1]), value=_code(compared[3].strip("'")))
    return words("condition.other", sql=_code(text))


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)
