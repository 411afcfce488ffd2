"""DuckDB expressions for one value: typed, cleansed, folded for comparison, judged by type."""

from __future__ import annotations

from catalog.model.sources import FieldType
from expectations.engine.functions import expand, quote

PARSED: dict[FieldType, str] = {
    "integer": "td_try_integer",
    "decimal": "td_try_decimal",
    "money": "td_try_decimal",
    "date": "td_try_date",
    "timestamp": "td_try_timestamp",
    "boolean": "td_try_boolean",
}
SHAPED: dict[FieldType, str] = {
    "email": "td_is_email",
    "phone": "td_is_phone",
    "national_id": "td_is_national_id",
    "tax_id": "td_is_tax_id",
    "iban": "td_is_iban",
}
SQL_TYPES: dict[FieldType, str] = {
    "integer": "BIGINT",
    "decimal": "DECIMAL(38, 12)",
    "money": "DECIMAL(38, 12)",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}


NATIVE: dict[FieldType, tuple[str, ...]] = {
    "integer": ("BIGINT",),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP", "TIMESTAMPTZ"),
    "boolean": ("BOOLEAN",),
}


def is_native(kind: FieldType, physical: str) -> bool:
    """Whether the source already holds values of the declared type, so that none is parsed."""
    return physical in NATIVE.get(kind, ())


def read_field(column: str, kind: FieldType, physical: str, zone: str) -> str:
    """A source's column: as it is where it has the declared type, else as text.

    An empty text is missing; an instant is read as the institution's local time.
    """
    if physical == "TIMESTAMPTZ":
        column = f"timezone({quote(zone)}, {column})"
    if is_native(kind, physical):
        return column
    if physical == "DOUBLE":
        return _spelled(column)
    return f"nullif({f'CAST({column} AS VARCHAR)' if physical else column}, '')"


def _spelled(column: str) -> str:
    """A binary fraction as people write it: 7.0 is 7, and neither exponent nor 17 digits."""
    text = f"CAST({column} AS VARCHAR)"
    is_whole = f"{column} = trunc({column}) AND abs({column}) < 1e15"
    is_short = f"regexp_full_match({text}, '-?[0-9]+[.][0-9]{{1,12}}')"
    rounded = f"coalesce(CAST(TRY_CAST({column} AS DECIMAL(38, 12)) AS VARCHAR), {text})"
    return (
        f"CASE WHEN {is_whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
        f"WHEN {is_short} THEN {text} ELSE {rounded} END"
    )


def without_midnight(text: str) -> str:
    """A date as text without the midnight that many programs export beside it."""
    return f"regexp_replace({text}, '[T ]00:00(:00([.]0+)?)?$', '')"


def with_point(text: str) -> str:
    """A number with decimal comma as one with a point.

    What is no such number (12.5) gets a comma instead, so that nothing takes it for one.
    """
    is_written_so = (
        f"regexp_full_match({expand('td_trim', text)}, "
        "'[+-]?([0-9]*|[0-9]{1,3}([.][0-9]{3})+)(,[0-9]*)?')"
    )
    point = f"replace(replace({text}, '.', ''), ',', '.')"
    return f"CASE WHEN {is_written_so} THEN {point} ELSE replace({text}, '.', ',') END"


def parse(text: str, kind: FieldType, zone: str, written: str | None = None) -> str:
    """The text as a value of its type, NULL when it is none; text types stay as they are."""
    if kind not in PARSED:
        return text
    format_ = (quote(written),) if written and kind in ("date", "timestamp") else ()
    return expand(PARSED[kind], text, *format_, zone=zone)


def cleanse(text: str, steps: tuple[str, ...]) -> str:
    """The text after the named steps; what nothing is left of is missing."""
    for step in steps:
        text = expand(f"td_{step}", text)
    return f"nullif({text}, '')" if steps else text


def canonical(parsed: str, text: str, kind: FieldType) -> str:
    """One spelling per value: the parsed value as text, the text itself where it is none."""
    if kind not in PARSED:
        return text
    spelled = f"CAST({parsed} AS VARCHAR)"
    if kind in ("decimal", "money"):
        spelled = f"rtrim(rtrim({spelled}, '0'), '.')"
    return f"coalesce({spelled}, {text})"


def misfit(parsed: str, text: str, kind: FieldType) -> str:
    """True for a present text that does not fit the type."""
    if kind in PARSED:
        return f"({text} IS NOT NULL AND {parsed} IS NULL)"
    if kind in SHAPED:
        return f"({text} IS NOT NULL AND ({expand(SHAPED[kind], text)}) IS NOT TRUE)"
    return "false"


def try_restore(text: str, kind: FieldType) -> str:
    """A canonical text as a value of its type, NULL where it is none."""
    return restore(text, kind).replace("CAST(", "TRY_CAST(", 1)


def restore(text: str, kind: FieldType) -> str:
    """A canonical text as a value of its type."""
    return f"CAST({text} AS {SQL_TYPES[kind]})" if kind in SQL_TYPES else text
