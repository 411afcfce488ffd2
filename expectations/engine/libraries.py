"""What the kept libraries make of one text: its one spelling, or None where they know none better.

They help to cleanse and never judge: a text they refuse stays as SQL left it, valid or not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

REGION: Final = "TR"
_EXTENSION: Final = re.compile(
    r"[\s,;]*\b(?:dahili|dâhili|dah\.|iç hat)[\s.:]*(?=\d)", re.IGNORECASE
)
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\".]+")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_SEPARATORS: Final = re.compile(r"[\s./:-]+")


def phone(text: str) -> str | None:
    """A valid number of any country as +<country><number>, without its extension."""
    import phonenumbers

    for written in (_EXTENSION.sub(" ext ", text), _digits_as_sql_leaves(text)):
        try:
            number = phonenumbers.parse(written, REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return found if _PHONE.fullmatch(found) else None
    return None


def _digits_as_sql_leaves(text: str) -> str:
    """What td_phone makes of an open text; asked too, so that its answer is the last word."""
    bare = re.sub(r"(?<=[0-9])\++", "", re.sub("[^0-9+]", "", text))
    bare = re.sub(r"^\++(?:00)*|^(?:00)+", "+", bare)
    return bare if _PHONE.fullmatch(bare) else bare.lstrip("+")


def email(text: str) -> str | None:
    """An address in small letters, its domain in the letters of its own language."""
    found = _normalized(text)
    if found is None or found == text or not _EMAIL.fullmatch(found):
        return None
    return found if _normalized(found) == found else None


def _normalized(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        known = validate_email(
            text, check_deliverability=False, allow_quoted_local=True, test_environment=True
        )
    except EmailNotValidError:
        return None
    return known.normalized.lower()


def iban(text: str) -> str | None:
    """A valid IBAN in capitals, written with signs and digits of another alphabet."""
    from stdnum import iban as ibans

    bare = _plain(text).upper().removeprefix("IBAN")
    return bare if _IBAN.fullmatch(bare) and ibans.is_valid(bare) else None


def national_id(text: str) -> str | None:
    """A valid Turkish national id written with digits or signs of another alphabet."""
    from stdnum.tr import tckimlik

    return _digits(text, tckimlik.is_valid)


def tax_id(text: str) -> str | None:
    """A valid Turkish tax id written with digits or signs of another alphabet."""
    from stdnum.tr import vkn

    return _digits(text, vkn.is_valid)


def _digits(text: str, is_valid: Callable[[str], bool]) -> str | None:
    bare = re.sub(r"^[^0-9]+", "", _plain(text))
    return bare if re.fullmatch("[0-9]{10,11}", bare) and is_valid(bare) else None


def _plain(text: str) -> str:
    """The text with plain digits and letters and without separators."""
    from stdnum.util import clean

    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    spelled = "".join(_digit(c) for c in unicodedata.normalize("NFKC", visible))
    return _SEPARATORS.sub("", clean(spelled))


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _settled(step: Callable[[str], str | None], text: str) -> str | None:
    found = step(text)
    return None if found == text else found


SETTLERS: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        name: partial(_settled, step)
        for name, step in {
            "phone": phone,
            "email": email,
            "iban": iban,
            "national_id": national_id,
            "tax_id": tax_id,
        }.items()
    }
)
"""Who settles what each step leaves open."""
