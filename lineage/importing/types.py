"""Other tools' types of columns as the institution's."""

from __future__ import annotations

import re

from catalog.model.sources import FieldType

_INTEGER = re.compile(
    r"u?(tiny|small|medium|big|huge)?int(eger)?(\d{1,3})?|(small|big)?serial\d?|long|short|byteint"
)
_DECIMAL = re.compile(
    r"(big)?numeric|number|dec(imal)?|double( precision)?|float\d*|real|(big)?double"
)
_TIMESTAMP = re.compile(r"timestamp.*|datetime\w*|smalldatetime")
_BOOLEAN = re.compile(r"bool(ean)?|bit")
_TEXT = re.compile(
    r"(national )?(var)?char(acter)?( varying)?\d?|n?(var)?char\d?|bpchar|(n|tiny|medium|long)?text"
    r"|n?clob|string|str|uuid|uniqueidentifier|enum|name"
)
_WHOLE = re.compile(r"\(\s*\d+\s*(,\s*0\s*)?\)")


def type_of(physical: str | None) -> FieldType | None:
    """The type of a database's type, such as `character varying(50)`; None where there is none.

    A number without decimal places is an integer; what holds structures or bytes is none.
    """
    text = " ".join((physical or "").lower().replace("_", " ").split())
    plain = re.sub(r"[(\[<].*", "", text).strip()
    plain = re.sub(r"^(nullable|unsigned|identity)\s+|\s+(unsigned|identity|not null)$", "", plain)
    if plain in ("number", "numeric", "decimal") and _WHOLE.search(text):
        return "integer"
    if _INTEGER.fullmatch(plain):
        return "integer"
    if _DECIMAL.fullmatch(plain):
        return "decimal"
    if plain in ("money", "smallmoney"):
        return "money"
    if plain == "date":
        return "date"
    if _TIMESTAMP.fullmatch(plain):
        return "timestamp"
    if _BOOLEAN.fullmatch(plain):
        return "boolean"
    return "text" if is_text(plain) else None


def is_text(physical: str) -> bool:
    """Whether a type, in small letters and without its length, holds text."""
    return bool(_TEXT.fullmatch(physical))
