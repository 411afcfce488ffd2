"""The closed list of neutral SQL functions (`td_…`) that calculations and rules may use.

Only what each function means stands here. How an engine computes it is the engine's own
business; the table of cases under `tests/contracts` says what every engine must answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

ResultType = Literal["text", "integer", "decimal", "number", "boolean", "date", "timestamp"]

WHITE_SPACE: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Every character that counts as white space: what Python's `str.isspace` accepts."""


@dataclass(frozen=True)
class Function:
    """One function of the list.

    `arguments` is the least and the greatest number of arguments (None: any number);
    `constant` holds the positions, from 0, of arguments that must be written out as literals.
    """

    name: str
    arguments: tuple[int, int | None]
    result: ResultType
    doc: str
    example: str
    constant: frozenset[int] = frozenset()


def _one(
    name: str,
    result: ResultType,
    doc: str,
    example: str,
    arguments: tuple[int, int | None] = (1, 1),
    constant: frozenset[int] = frozenset(),
) -> Function:
    return Function(name, arguments, result, doc, example, constant)


_SECOND: Final = frozenset({1})

_ALL: Final = (
    _one(
        "td_trim",
        "text",
        "Removes all white space at both ends, tabs and no-break spaces included.",
        "td_trim('  Ayşe ') → 'Ayşe'",
    ),
    _one(
        "td_spaces",
        "text",
        "Turns every run of white space into one blank.",
        "td_spaces('Ayşe   Nur') → 'Ayşe Nur'",
    ),
    _one(
        "td_lower",
        "text",
        "Lower-case letters; İ and I both become i, ı stays.",
        "td_lower('IŞIK') → 'işik'",
    ),
    _one(
        "td_upper",
        "text",
        "Upper-case letters; i and ı both become I, İ stays.",
        "td_upper('ışık') → 'IŞIK'",
    ),
    _one(
        "td_lower_tr",
        "text",
        "Lower-case letters as Turkish writes them: I becomes ı, İ becomes i.",
        "td_lower_tr('IŞIK İpek') → 'ışık ipek'",
    ),
    _one(
        "td_upper_tr",
        "text",
        "Upper-case letters as Turkish writes them: i becomes İ, ı becomes I.",
        "td_upper_tr('ışık ipek') → 'IŞIK İPEK'",
    ),
    _one(
        "td_title_tr",
        "text",
        "Each word with a capital and small letters, as Turkish writes them.",
        "td_title_tr('AYŞE NUR IŞIK') → 'Ayşe Nur Işık'",
    ),
    _one(
        "td_fold",
        "text",
        "Folds for comparison: lower case, no accents, ı as i, white space collapsed and trimmed.",
        "td_fold(' ŞÜKRÜ  Işık') → 'sukru isik'",
    ),
    _one("td_digits", "text", "Keeps the digits 0 to 9 only.", "td_digits('12-34') → '1234'"),
    _one("td_letters", "text", "Keeps letters only.", "td_letters('A.Ş. 4') → 'AŞ'"),
    _one(
        "td_punctuation",
        "text",
        "Replaces punctuation and symbols by blanks, then collapses and trims white space.",
        "td_punctuation('Öz-Ay (A.Ş.)') → 'Öz Ay A Ş'",
    ),
    _one(
        "td_strip_zeros",
        "text",
        "Removes leading zeros, keeping the last character.",
        "td_strip_zeros('0042') → '42'",
    ),
    _one(
        "td_blank",
        "text",
        "The trimmed text, or NULL when nothing is left of it.",
        "td_blank('  ') → NULL",
    ),
    _one(
        "td_coalesce_blank",
        "text",
        "The first argument that is neither NULL nor blank, trimmed.",
        "td_coalesce_blank('', 'b') → 'b'",
        (2, None),
    ),
    _one(
        "td_matches",
        "boolean",
        "True when the pattern (RE2 syntax, a literal) is found anywhere in the text.",
        "td_matches('TR-17', '^TR-[0-9]+$') → true",
        (2, 2),
        _SECOND,
    ),
    _one(
        "td_phone",
        "text",
        "A phone number as +<country><number>, national numbers taken as Turkish; "
        "its bare digits when that cannot be decided.",
        "td_phone('0532 123 45 67') → '+905321234567'",
    ),
    _one(
        "td_email",
        "text",
        "An e-mail address in small letters, without the name, brackets and signs around it.",
        "td_email('Ayşe <AYSE@Bank.example>;') → 'ayse@bank.example'",
    ),
    _one(
        "td_national_id",
        "text",
        "The 11 digits of a Turkish national id; any other text without blanks at its ends.",
        "td_national_id('TC: 100 000 001 46') → '10000000146'",
    ),
    _one(
        "td_tax_id",
        "text",
        "The 10 digits of a Turkish tax id; any other text without blanks at its ends.",
        "td_tax_id('VKN 123 456 7890') → '1234567890'",
    ),
    _one(
        "td_iban",
        "text",
        "An IBAN in capitals without separators, 24 digits as Turkish where they check; "
        "any other text without blanks at its ends.",
        "td_iban('tr33 0006 1005 1978 6457 8413 26') → 'TR330006100519786457841326'",
    ),
    _one(
        "td_date",
        "text",
        "The day written in Turkish or ISO order, the month as number or word, as yyyy-mm-dd; "
        "any other text without blanks at its ends.",
        "td_date('5 Ocak 2026') → '2026-01-05'",
    ),
    _one(
        "td_number",
        "text",
        "The number written with comma or point, groups, TL, brackets or sign behind, with a "
        "point for its decimals; any other text without blanks at its ends.",
        "td_number('1.234,50 TL') → '1234.50'",
    ),
    _one(
        "td_address",
        "text",
        "Folds an address: td_fold, no punctuation, one spelling for mahalle, cadde, sokak, "
        "apartman, blok, kat; no, daire, il and ilçe left out.",
        "td_address('Gül Sk. No:5 D.3') → 'gul sok 5 3'",
    ),
    _one(
        "td_name",
        "text",
        "Folds a name: td_fold, no punctuation, no title before it, one spelling for forms and "
        "trades of companies.",
        "td_name('Kaya İnşaat San. ve Tic. Limited Şirketi') → 'kaya ins san tic ltd'",
    ),
    _one(
        "td_hash",
        "integer",
        "A 64-bit fingerprint: equal texts have equal ones within a run; never keep it.",
        "td_hash('a') = td_hash('a') → true",
    ),
    _one(
        "td_try_integer",
        "integer",
        "The whole number written in the text, NULL when it is none (7.5 and 1e3 are none).",
        "td_try_integer(' 007 ') → 7",
    ),
    _one(
        "td_try_decimal",
        "decimal",
        "The number written in the text with a decimal point and at most 12 digits after it.",
        "td_try_decimal('7.50') → 7.5",
    ),
    _one(
        "td_try_date",
        "date",
        "The date written as yyyy-m-d, or in the given format (%Y %y %m %d %H %M %S %f).",
        "td_try_date('5.1.2026', '%d.%m.%Y') → 2026-01-05",
        (1, 2),
        _SECOND,
    ),
    _one(
        "td_try_timestamp",
        "timestamp",
        "The instant written in ISO form or the given format, in the institution's time zone.",
        "td_try_timestamp('2026-01-05T10:00Z') → 2026-01-05 13:00:00",
        (1, 2),
        _SECOND,
    ),
    _one(
        "td_try_boolean",
        "boolean",
        "True for true, 1, yes, evet; false for false, 0, no, hayır; NULL otherwise.",
        "td_try_boolean('Evet') → true",
    ),
    _one(
        "td_is_email",
        "boolean",
        "True when the whole text has the form of an e-mail address: something@domain.part.",
        "td_is_email('ayse@bank.example') → true",
    ),
    _one(
        "td_is_phone",
        "boolean",
        "True when td_phone finds a complete number of a plausible length.",
        "td_is_phone('0532 123 45 67') → true",
    ),
    _one(
        "td_is_national_id",
        "boolean",
        "True for a Turkish national id: 11 digits with right check digits.",
        "td_is_national_id('10000000146') → true",
    ),
    _one(
        "td_is_tax_id",
        "boolean",
        "True for a Turkish tax id: 10 digits with a right check digit.",
        "td_is_tax_id('1234567890') → true",
    ),
    _one(
        "td_is_iban",
        "boolean",
        "True for an IBAN with right length (Turkish: 26) and check digits, blanks allowed.",
        "td_is_iban('TR33 0006 1005 1978 6457 8413 26') → true",
    ),
    _one(
        "td_days_between",
        "integer",
        "Days from the first date to the second; negative when the second is earlier.",
        "td_days_between(DATE '2026-01-01', DATE '2026-01-31') → 30",
        (2, 2),
    ),
    _one(
        "td_months_between",
        "integer",
        "Complete months from the first date to the second; month ends count as complete.",
        "td_months_between(DATE '2026-01-15', DATE '2026-03-14') → 1",
        (2, 2),
    ),
    _one(
        "td_years_between",
        "integer",
        "Complete years from the first date to the second: an age.",
        "td_years_between(DATE '2000-05-20', DATE '2026-05-19') → 25",
        (2, 2),
    ),
    _one(
        "td_round",
        "decimal",
        "Rounds half away from zero to a literal number of decimals (default 0).",
        "td_round(2.675, 2) → 2.68",
        (1, 2),
        _SECOND,
    ),
    _one(
        "td_safe_divide",
        "number",
        "The first number divided by the second, NULL when the second is zero.",
        "td_safe_divide(1, 0) → NULL",
        (2, 2),
    ),
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({f.name: f for f in _ALL})
"""Every function by its name, in the order of the documentation."""

FORMAT_CODES: Final = "YymdHMSf%"
"""The letters after % that a date format may have."""


def format_problem(text: str) -> str | None:
    """Why `text` is not a date format that every engine reads alike, or None when it is one."""
    for code in re.findall(r"%(.?)", text.replace("%%", "")):
        if not code or code not in FORMAT_CODES:
            known = " ".join(f"%{one}" for one in FORMAT_CODES)
            return f"the date format {text!r} uses %{code}; known are {known}"
    return None
