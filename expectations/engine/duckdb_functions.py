"""How DuckDB computes each of our neutral functions: one rendering per function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from catalog.functions import WHITE_SPACE, format_problem

SPACES: Final = "".join(f"\\x{{{ord(c):x}}}" for c in WHITE_SPACE)
_ODD_SPACES: Final = SPACES.replace("\\x{20}", "")
ENDS: Final = f"^[{SPACES}]+|[{SPACES}]+$"
_RUNS: Final = f"[{SPACES}]{{2,}}|[{_ODD_SPACES}]"
_NO_WORDS: Final = f"[\\p{{P}}\\p{{S}}{SPACES}]+"
_SIMPLE: Final = re.compile(r'"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*')
_FORMAT_CODES: Final = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "[0-9]{1,2}",
    "d": "[0-9]{1,2}",
    "H": "[0-9]{1,2}",
    "M": "[0-9]{1,2}",
    "S": "[0-9]{1,2}",
    "f": "[0-9]{1,6}",
    "%": "%",
}
_YEAR: Final = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_DATE: Final = f"{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_OFFSET: Final = "(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"


class FormatError(ValueError):
    """A date format is not written out or uses a code that not every engine reads alike."""


def quote(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def is_simple(sql: str) -> bool:
    """Whether `sql` is a bare name, so that naming it twice costs nothing."""
    return _SIMPLE.fullmatch(sql) is not None


def once(argument: str, body: Callable[[str], str]) -> str:
    """`body` over an argument that it names several times, computed once."""
    if is_simple(argument):
        return body(argument)
    return f"list_transform([{argument}], lambda v: {body('v')})[1]"


def replace_all(text: str, pattern: str, by: str) -> str:
    """Every place where `pattern` (RE2) matches, replaced."""
    return f"regexp_replace({text}, {quote(pattern)}, {quote(by)}, 'g')"


def trim(text: str) -> str:
    """td_trim."""
    return once(text, lambda v: trim_each(v, lambda trimmed: trimmed))


def trim_each(
    text: str, body: Callable[[str], str], may_be_empty: Callable[[str], str] | None = None
) -> str:
    """`body` of a text without blanks at its ends, of each in the cheapest way to get there.

    Most texts are as they should be, of the rest most have plain spaces. Of the others nothing
    may be left, and they take `may_be_empty` instead, if that is given.
    """
    spaces, any_blank = f"trim({text})", replace_all(text, ENDS, "")
    return (
        f"CASE WHEN {_has_blank_end(text)} THEN CASE WHEN {_has_blank_end(spaces)} "
        f"THEN {(may_be_empty or body)(any_blank)} ELSE {body(spaces)} END ELSE {body(text)} END"
    )


def _has_blank_end(text: str) -> str:
    """True where trimming changes a text; rarely true where it does not; NULL without one."""
    return f"({_may_be_blank(f'unicode({text})')} OR {_may_be_blank(f'unicode({text}[-1])')})"


def _may_be_blank(code: str) -> str:
    """True for the code of every white space, false for those of our letters, digits and signs.

    The first of its two conditions settles most, and the second is looked at for the rest alone.
    """
    return f"({code} NOT BETWEEN 33 AND 132 AND {code} NOT BETWEEN 161 AND 5759)"


def fold(text: str) -> str:
    """td_fold."""
    folded = f"lower({text})"
    for letter, plain in zip("ışğçöü", "isgcou", strict=True):
        folded = f"replace({folded}, '{letter}', '{plain}')"
    return f"trim({replace_all(f'strip_accents({folded})', _RUNS, ' ')})"


def punctuation(text: str) -> str:
    """td_punctuation."""
    return f"trim({replace_all(text, _NO_WORDS, ' ')})"


def _blank(text: str) -> str:
    return f"nullif({trim(text)}, '')"


def _phone(text: str) -> str:
    bare = text
    for sign in " -().":
        bare = f"replace({bare}, '{sign}', '')"
    rest = replace_all("v", "[^0-9+]+", "")
    rest = replace_all(rest, r"([0-9])\++", r"\1")
    rest = replace_all(rest, r"^\++(?:00)*|^(?:00)+", "+")
    rest = replace_all(rest, r"^(?:\+90|90|\+0)?0?([2-589][0-9]{9}|444[0-9]{4})$", r"+90\1")
    rest = replace_all(rest, r"^(\+[1-9][0-9]{6,14})$|\+", r"\1")
    known = (
        "CASE WHEN length(v) = 11 AND regexp_full_match(v, '0[2-589][0-9]{9}') THEN '+9' || v "
        "WHEN regexp_full_match(v, '[+]90[2-589][0-9]{9}') THEN v "
        f"ELSE nullif({rest}, '') END"
    )
    return f"list_transform([{bare}], lambda v: {known})[1]"


def _is_phone(text: str) -> str:
    pattern = "[+](?:90(?:[2-589][0-9]{9}|444[0-9]{4})|[1-8][0-9]{7,14}|9[1-9][0-9]{6,13})"
    return f"regexp_full_match({_phone(text)}, '{pattern}')"


def _hash(text: str) -> str:
    return once(text, lambda v: f"CASE WHEN {v} IS NOT NULL THEN hash(CAST({v} AS VARCHAR)) END")


def _extract(text: str, pattern: str) -> str:
    """What `pattern` matches between white space; an empty string where it does not match."""
    around = f"[{SPACES}]*"
    return f"regexp_extract({text}, {quote(f'^{around}({pattern}){around}$')}, 1)"


def _try_integer(text: str) -> str:
    return f"TRY_CAST({_extract(text, '[+-]?[0-9]+')} AS BIGINT)"


def _try_decimal(text: str) -> str:
    pattern = r"[+-]?(?:[0-9]+(?:\.[0-9]{0,12})?|\.[0-9]{1,12})"
    return f"TRY_CAST({_extract(text, pattern)} AS DECIMAL(38, 12))"


def _try_date(text: str, format_sql: str | None = None) -> str:
    if format_sql is None:
        return f"TRY_CAST({_extract(text, _DATE)} AS DATE)"
    return f"CAST({_formatted(text, format_sql)} AS DATE)"


def try_timestamp(zone: str, text: str, format_sql: str | None = None) -> str:
    """td_try_timestamp, the one function that depends on the institution's time zone."""
    if format_sql is not None:
        return f"CAST({_formatted(text, format_sql)} AS TIMESTAMP)"
    local = f"{_DATE}(?:[T ]{_TIME})?"
    return once(
        text,
        lambda v: (
            f"coalesce(TRY_CAST({_extract(v, local)} AS TIMESTAMP), timezone({quote(zone)}, "
            f"TRY_CAST({_extract(v, f'{_DATE}[T ]{_TIME}{_OFFSET}')} AS TIMESTAMPTZ)))"
        ),
    )


def _formatted(text: str, format_sql: str) -> str:
    pattern, written = _format_pattern(format_sql)
    return f"try_strptime({_extract(text, pattern)}, {quote(written)})"


def _format_pattern(literal_sql: str) -> tuple[str, str]:
    written = literal_sql.strip("()")
    if len(written) < 2 or written[0] != "'" or written[-1] != "'":
        raise FormatError("a date format must be written out as a text in single quotes")
    written = written[1:-1].replace("''", "'")
    problem = format_problem(written)
    if problem:
        raise FormatError(problem)
    pieces = re.findall(r"%.|[^%]+", written)
    return "".join(
        _FORMAT_CODES[piece[1]] if piece[0] == "%" else re.escape(piece) for piece in pieces
    ), written


def _try_boolean(text: str) -> str:
    return once(
        fold(text),
        lambda v: (
            f"CASE WHEN {v} IN ('true', '1', 'yes', 'evet') THEN TRUE "
            f"WHEN {v} IN ('false', '0', 'no', 'hayir') THEN FALSE END"
        ),
    )


def _is_email(text: str) -> str:
    part = f"[^@{SPACES}]+"
    return f"regexp_full_match({text}, '{part}@{part}\\.{part}')"


def _number_checked(text: str, pattern: str, check: str) -> str:
    """What `check` says of the number n where the text has the shape; false where it has not."""
    number = "TRY_CAST(CASE WHEN regexp_full_match({0}, '{1}') THEN {0} END AS BIGINT)"

    def body(v: str) -> str:
        checked = f"list_transform([{number.format(v, pattern)}], lambda n: {check})[1]"
        return f"coalesce({checked}, {v} <> {v})"

    return once(text, body)


def _digit(position: int, length: int) -> str:
    """The digit at `position`, from 1, of the number n of `length` digits."""
    return f"(n // {10 ** (length - position)} % 10)"


def _is_national_id(text: str) -> str:
    odd = " + ".join(_digit(i, 11) for i in (1, 3, 5, 7, 9))
    even = " + ".join(_digit(i, 11) for i in (2, 4, 6, 8))
    first_ten = " + ".join(_digit(i, 11) for i in range(1, 11))
    tenth = f"(({odd}) * 7 - ({even}) + 40) % 10 = {_digit(10, 11)}"
    eleventh = f"({first_ten}) % 10 = {_digit(11, 11)}"
    return _number_checked(text, "[1-9][0-9]{10}", f"{tenth} AND {eleventh}")


def _is_tax_id(text: str) -> str:
    terms = []
    for i in range(1, 10):
        shifted = f"(({_digit(i, 10)} + {10 - i}) % 10)"
        terms.append(f"{shifted} * {2 ** (10 - i)} % 9 + {shifted} // 9 * 9")
    check = f"(10 - ({' + '.join(terms)}) % 10) % 10 = {_digit(10, 10)}"
    return _number_checked(text, "[0-9]{10}", check)


def is_iban(text: str) -> str:
    """td_is_iban."""
    bare = f"upper({replace_all(text, f'[{SPACES}]+', '')})"
    turkish = "TRY_CAST(substr(v, 5) || '2927' || substr(v, 3, 2) AS HUGEINT) % 97 = 1"
    other = (
        "list_reduce(list_transform(string_split(substr(v, 5) || left(v, 4), ''), "
        "lambda c: CASE WHEN c <= '9' THEN ord(c) - 48 ELSE ord(c) - 55 END), "
        "lambda a, c: (a * (CASE WHEN c < 10 THEN 10 ELSE 100 END) + c) % 97) = 1"
    )
    shape = "v[1:2] <> 'TR' AND regexp_full_match(v, '[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}')"
    body = (
        f"CASE WHEN regexp_full_match(v, 'TR[0-9]{{24}}') THEN {turkish} "
        f"WHEN {shape} THEN {other} ELSE v <> v END"
    )
    return f"list_transform([{bare}], lambda v: {body})[1]"


def _between(unit: str) -> Callable[[str, str], str]:
    def rendering(first: str, second: str) -> str:
        return f"datesub('{unit}', CAST({first} AS DATE), CAST({second} AS DATE))"

    return rendering


def _round(number: str, decimals: str = "0") -> str:
    return f"round(CAST({number} AS DECIMAL(38, 12)), {decimals})"


def _safe_divide(number: str, by: str) -> str:
    return f"CAST({number} AS DOUBLE) / nullif(CAST({by} AS DOUBLE), 0)"


RENDERINGS: Final[Mapping[str, Callable[..., str]]] = {
    "td_trim": trim,
    "td_spaces": lambda x: replace_all(x, _RUNS, " "),
    "td_lower": lambda x: f"lower({x})",
    "td_upper": lambda x: f"upper({x})",
    "td_fold": fold,
    "td_digits": lambda x: replace_all(x, "[^0-9]+", ""),
    "td_letters": lambda x: replace_all(x, "[^\\p{L}\\p{M}]+", ""),
    "td_punctuation": punctuation,
    "td_strip_zeros": lambda x: f"regexp_replace({x}, '^0+(.)', '\\1')",
    "td_blank": _blank,
    "td_coalesce_blank": lambda *xs: f"coalesce({', '.join(_blank(x) for x in xs)})",
    "td_matches": lambda x, pattern: f"regexp_matches({x}, {pattern})",
    "td_phone": _phone,
    "td_hash": _hash,
    "td_try_integer": _try_integer,
    "td_try_decimal": _try_decimal,
    "td_try_date": _try_date,
    "td_try_boolean": _try_boolean,
    "td_is_email": _is_email,
    "td_is_phone": _is_phone,
    "td_is_national_id": _is_national_id,
    "td_is_tax_id": _is_tax_id,
    "td_is_iban": is_iban,
    "td_days_between": _between("day"),
    "td_months_between": _between("month"),
    "td_years_between": _between("year"),
    "td_round": _round,
    "td_safe_divide": _safe_divide,
}
"""The rendering of every function but td_try_timestamp: argument SQL in, SQL out."""
