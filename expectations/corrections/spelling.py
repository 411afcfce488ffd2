"""How a text is written as an attribute's value, and how that is compared, as SQL."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.model import Attribute
from expectations.engine.expressions import TEXTS, canonical, cleanse, parse
from expectations.engine.functions import quote


def value_sql(text: str, attribute: Attribute, zone: str) -> str:
    """The cleansed value of an SQL text, in the one spelling that values of its type have."""
    cleansed = cleanse(text, attribute.cleanse)
    if attribute.type in TEXTS:
        return cleansed
    return canonical(parse(cleansed, attribute.type, zone), cleansed, attribute.type)


def compared_sql(text: str, attribute: Attribute, zone: str) -> str:
    """The text by which two values of an attribute are the same or not."""
    return folded_sql(value_sql(text, attribute, zone), attribute)


def folded_sql(value: str, attribute: Attribute) -> str:
    """What is compared of a value in its one spelling."""
    return cleanse(value, attribute.compare) if attribute.type in TEXTS else value


def compared_by_attribute(column: str, attributes: Iterable[Attribute], zone: str) -> str:
    """The same for a column whose row names the attribute in `attribute`."""
    cases = [f"WHEN {quote(one.key)} THEN {compared_sql(column, one, zone)}" for one in attributes]
    return f"CASE attribute {' '.join(cases)} ELSE {column} END" if cases else column
