"""How DuckDB computes the functions that bring values of one kind into one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from expectations.engine.duckdb_functions import (
    ENDS,
    SPACES,
    fold,
    is_iban,
    once,
    punctuation,
    quote,
    replace_all,
)

_SEPARATORS: Final = f"[{SPACES}./:-]+"
_MIDNIGHT: Final = r"(?:[T ]0?0:00(?::00(?:[.]0+)?)?)?"
_DAY: Final = "([0-9]{1,2})"
_YEAR: Final = "([1-9][0-9]{3})"
_MONTHS: Final = (
    "ocak", "subat", "mart", "nisan", "mayis", "haziran",
    "temmuz", "agustos", "eylul", "ekim", "kasim", "aralik",
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_PLAIN: Final = "-?[0-9]+(?:[.][0-9]+)?"
_TURKISH: Final = (
    "-?(?:[0-9]{1,3}(?:[.][0-9]{3})+,[0-9]*|[0-9]{1,3}(?:[.][0-9]{3}){2,}|[0-9]+,[0-9]*|,[0-9]+)"
)
_ENGLISH: Final = (
    "-?(?:[0-9]{1,3}(?:,[0-9]{3})+[.][0-9]*|[0-9]{1,3}(?:,[0-9]{3}){2,}|[0-9]+[.]|[.][0-9]+)"
)
_NO_COMMAS: Final = "replace(b, ',', '')"
_WORD_ENDS: Final = (" ", "-", ".", "/")


def lower_tr(text: str) -> str:
    """td_lower_tr."""
    return f"lower(replace(replace({text}, 'İ', 'i'), 'I', 'ı'))"


def _upper_tr(text: str) -> str:
    return f"upper(replace({text}, 'i', 'İ'))"


def _title_tr(text: str) -> str:
    titled = lower_tr(text)
    for sign in _WORD_ENDS:
        capital = f"{_upper_tr('w[1]')} || w[2:]"
        words = f"list_transform(string_split({titled}, '{sign}'), lambda w: {capital})"
        titled = f"array_to_string({words}, '{sign}')"
    return f"CASE WHEN {text} IS NOT NULL THEN {titled} END"


def _trimmed(text: str) -> str:
    return replace_all(text, ENDS, "")


def _email(text: str) -> str:
    plain = "[a-z0-9_%+-]+(?:[.][a-z0-9_%+-]+)*@[a-z0-9-]+(?:[.][a-z0-9-]+)+"
    junk = f"{SPACES},;:<>"
    rest = "lower(v)"
    rest = replace_all(rest, "(?s)^.*<([^<>@]*@[^<>]*)>[^<>@]*$", r"\1")
    rest = replace_all(rest, f"^(?:mailto:|[{junk}])+|[.{junk}]+$", "")
    rest = replace_all(rest, f"[{SPACES}]*@[{SPACES}]*", "@")
    return once(text, lambda v: _unless(v, plain, rest.replace("lower(v)", f"lower({v})")))


def _unless(text: str, pattern: str, otherwise: str) -> str:
    """The text where it is of the pattern already, which most are."""
    return f"CASE WHEN regexp_full_match({text}, {quote(pattern)}) THEN {text} ELSE {otherwise} END"


def _number_id(digits: int, names: str) -> Callable[[str], str]:
    """An id of so many digits, without its separators, its name before it, a spreadsheet's `.0`."""
    shape = f"[0-9]{{{digits}}}"

    def rendering(text: str) -> str:
        def body(v: str) -> str:
            bare = replace_all(v, f"^[{SPACES}]*({shape})[.,]0+[{SPACES}]*$", r"\1")
            bare = replace_all(f"lower({bare})", _SEPARATORS, "")
            bare = replace_all(bare, f"^(?:{names})+", "")
            found = f"nullif(regexp_extract({bare}, '^{shape}$'), '')"
            return _unless(v, shape, f"coalesce({found}, {_trimmed(v)})")

        return once(text, body)

    return rendering


def _iban(text: str) -> str:
    shape = "[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}"

    def body(v: str) -> str:
        bare = replace_all(f"upper({v})", _SEPARATORS, "")
        bare = replace_all(bare, "^(?:IBAN(?:NO)?)+", "")
        fits = is_iban("'TR' || b")
        turkish = f"regexp_full_match(b, '[0-9]{{24}}') AND {fits}"
        known = (
            f"CASE WHEN regexp_full_match(b, '{shape}') THEN b "
            f"WHEN {turkish} THEN 'TR' || b ELSE {_trimmed(v)} END"
        )
        return _unless(v, shape, f"list_transform([{bare}], lambda b: {known})[1]")

    return once(text, body)


def _date(text: str) -> str:
    written = (
        (f"{_YEAR}[-./]{_DAY}[-./]{_DAY}{_MIDNIGHT}", r"\1-\2-\3"),
        (f"{_DAY}[-./ ]{_DAY}[-./ ]{_YEAR}{_MIDNIGHT}", r"\3-\2-\1"),
        ("([12][0-9]{3})([0-9]{2})([0-9]{2})", r"\1-\2-\3"),
        ("([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})", r"\3-\2-\1"),
    )
    read = [
        f"CASE WHEN regexp_full_match(t, {quote(pattern)}) "
        f"THEN TRY_CAST(regexp_replace(t, {quote(pattern)}, {quote(by)}) AS DATE) END"
        for pattern, by in written
    ]
    known = f"coalesce(CAST(coalesce({', '.join(read)}, {_named_month('t')}) AS VARCHAR), t)"

    def body(v: str) -> str:
        other = f"list_transform([{_trimmed(v)}], lambda t: {known})[1]"
        return _unless(v, "[0-9]{4}-[0-9]{2}-[0-9]{2}", other)

    return once(text, body)


def _named_month(text: str) -> str:
    """A date whose month is written as a word or as its first three letters."""
    words = "|".join(sorted({*_MONTHS, *(name[:3] for name in _MONTHS)}, reverse=True))
    pattern = f"^{_DAY} ?({words}) ?{_YEAR}$"
    parts = f"regexp_extract({punctuation(fold(text))}, {quote(pattern)}, ['d', 'm', 'y'])"
    known = ", ".join(quote(name[:3]) for name in _MONTHS)
    month = f"((list_position([{known}], g.m[1:3]) - 1) % 12 + 1)"
    date = f"TRY_CAST(g.y || '-' || {month} || '-' || g.d AS DATE)"
    return f"list_transform([{parts}], lambda g: {date})[1]"


def _number(text: str) -> str:
    """Where both signs stand, the last is the decimal's; one sign alone is, unless repeated."""

    def body(v: str) -> str:
        bare = replace_all(f"upper({v})", f"[{SPACES}'’]+", "")
        bare = replace_all(bare, "^(?:TL|TRY|₺)|(?:TL|TRY|₺)$", "")
        bare = replace_all(bare, "^[(](.+)[)]$|^([0-9].*)-$", r"-\1\2")
        bare = replace_all(bare, "^[+]", "")
        point = "replace(replace(b, '.', ''), ',', '.')"
        known = (
            f"CASE WHEN regexp_full_match(b, '{_PLAIN}') THEN b "
            f"WHEN regexp_full_match(b, '{_TURKISH}') THEN {_with_digits(point)} "
            f"WHEN regexp_full_match(b, '{_ENGLISH}') THEN {_with_digits(_NO_COMMAS)} "
            f"ELSE {_trimmed(v)} END"
        )
        return _unless(v, _PLAIN, f"list_transform([{bare}], lambda b: {known})[1]")

    return once(text, body)


def _with_digits(number: str) -> str:
    """A digit before the point, and no point without digits after it."""
    return replace_all(replace_all(number, "[.]$", ""), "^(-?)[.]", r"\10.")


def _words(text: str, spellings: Mapping[str, str]) -> str:
    """Words in one spelling: a pattern by what it becomes."""
    for becomes, pattern in spellings.items():
        text = replace_all(text, f"\\b(?:{pattern})\\b", becomes)
    return text


def _address(text: str) -> str:
    glued = replace_all(
        punctuation(fold(text)), r"\b(no|nr|numara|daire|d|kat|k|apt|ap|blok)([0-9])", r"\1 \2"
    )
    words = replace_all(_words(glued, _PLACES), r"\b(?:ilcesi|ilce|ili|il)\b", "")
    words = f"trim({replace_all(words, ' {2,}', ' ')})"
    words = replace_all(words, r"(?:\b(?:no|nr|numara|daire|d) )+([0-9])", r"\1")
    return replace_all(words, r"\bk ([0-9])", r"kat \1")


def _name(text: str) -> str:
    words = _words(punctuation(fold(text)), _COMPANIES)
    words = replace_all(words, f"\\b({'|'.join(_TRADES)}) (?:ve )+", r"\1 ")
    return replace_all(words, f"^(?:(?:{_TITLES}) )+", "")


_PLACES: Final = {
    "mah": "mahallesi|mahalle|mh",
    "cad": "caddesi|cadde|cd",
    "sok": "sokagi|sokak|sk",
    "blv": "bulvari|bulvar|bulv",
    "apt": "apartmani|apartman|ap",
    "blok": "blogu|blk|bl",
    "sit": "sitesi|site",
    "meydan": "meydani",
    "ishani": "is hani",
    "ismerkezi": "is merkezi",
    "osb": "organize sanayi bolgesi",
}
_TRADES: Final = ("san", "tic", "ith", "ihr", "paz", "ins", "taah", "tur")
_COMPANIES: Final = {
    "as": "anonim(?: (?:sirketi|sirket|sti))+|a s",
    "ltd": "(?:limited|ltd)(?: (?:sirketi|sirket|sti))*",
    "sti": "sirketi|sirket",
    "san": "sanayii?",
    "tic": "ticareti?",
    "ith": "ithalat",
    "ihr": "ihracat",
    "paz": "pazarlama",
    "ins": "insaat",
    "taah": "taahhut",
    "tur": "turizm",
}
_TITLES: Final = (
    "prof|doc|dr|yrd|ogr|gor|uyesi|ars|uzm|op|dt|av|muh|ecz|sn|sayin|bay|bayan|mr|mrs|ms"
)

CLEANSING: Final[Mapping[str, Callable[..., str]]] = MappingProxyType(
    {
        "td_lower_tr": lower_tr,
        "td_upper_tr": _upper_tr,
        "td_title_tr": _title_tr,
        "td_email": _email,
        "td_national_id": _number_id(11, "tckimlikno|tckno|tckn|tcno|tc"),
        "td_tax_id": _number_id(10, "vergikimlikno|vergino|vkno|vkn"),
        "td_iban": _iban,
        "td_date": _date,
        "td_number": _number,
        "td_address": _address,
        "td_name": _name,
    }
)
"""The rendering of every function of this file."""
