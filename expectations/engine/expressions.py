"""DuckDB expressions for one value: typed, cleansed, folded for comparison, judged by type."""

from __future__ import annotations

import re
from functools import partial

from catalog.model.sources import FieldType
from expectations.engine.duckdb_functions import trim_each
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
TEXTS: frozenset[FieldType] = frozenset({"text", "code", "address", *SHAPED})
KEEPING = frozenset({"trim", "lower", "upper", "lower_tr", "upper_tr", "title_tr"})
"""Steps after which something is left of every text that does not begin or end with a blank."""
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
    digits, decimals = _digits(physical)
    if kind in ("decimal", "money"):
        return digits > 0 and decimals <= 12 and digits - decimals <= 26
    return physical in NATIVE.get(kind, ())


def _digits(physical: str) -> tuple[int, int]:
    """All digits of a DECIMAL type and those behind the point; none of another type."""
    found = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", physical)
    return (int(found[1]), int(found[2])) if found else (0, 0)


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
    if _digits(physical)[1] > 12:
        return f"rtrim(rtrim(CAST({column} AS VARCHAR), '0'), '.')"
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
    return f"nullif({after_steps(text, steps)}, '')" if steps else text


def after_steps(text: str, steps: tuple[str, ...]) -> str:
    """The text after the named steps, NULL or empty where nothing is left."""
    for step in steps:
        text = expand(f"td_{step}", text)
    return text


def hash_cleansed(text: str, steps: tuple[str, ...]) -> str:
    """The hash of a text after steps of which `trim` is the first, NULL where nothing is left.

    What `trim` leaves alone is hashed as it is packed: a Parquet file holds a repeated text once,
    and the engine cleanses and hashes it once as long as nothing chooses between texts.
    """
    keeps = KEEPING.issuperset(steps)

    def hash_of(trimmed: str, may_be_empty: bool = not keeps) -> str:
        after = after_steps(trimmed, steps[1:])
        hashed = f"hash({after})"
        return f"CASE WHEN {after} <> '' THEN {hashed} END" if may_be_empty else hashed

    hashes = trim_each(text, hash_of, partial(hash_of, may_be_empty=True))
    return f"CASE WHEN {text} IS NOT NULL THEN {hashes} END"


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


def hashed(value: str, text: str | None, kind: FieldType) -> str:
    """One number per value, NULL where there is none; of a text that is no value, its own.

    Without `text` there is none beside the value.
    """
    known = [value] if kind in PARSED or text is None else []
    cases = [f"WHEN {one} IS NOT NULL THEN hash({one})" for one in [*known, *filter(None, [text])]]
    return f"CASE {' '.join(cases)} END"


def typed(value: str, kind: FieldType) -> str:
    """A value in the one SQL type that values of its type have here; changes none."""
    return f"CAST({value} AS {SQL_TYPES[kind]})" if kind in SQL_TYPES else value
