"""The many ways to write one value: differences that cleansing must make vanish."""

from __future__ import annotations

from random import Random

NO_BREAK_SPACE = "\u00a0"
_TO_ASCII = str.maketrans("çğıöşüÇĞİÖŞÜ", "cgiosuCGIOSU")


def to_ascii(text: str) -> str:
    """The text without Turkish letters, as an old terminal would take it."""
    return text.translate(_TO_ASCII)


def turkish_upper(text: str) -> str:
    """Capital letters by Turkish rules: i becomes İ, ı becomes I."""
    return text.replace("i", "İ").replace("ı", "I").upper()


def turkish_lower(text: str) -> str:
    """Small letters by Turkish rules: İ becomes i, I becomes ı."""
    return text.replace("İ", "i").replace("I", "ı").lower()


def respell_email(rng: Random, email: str) -> str:
    """The same address in capitals (English or Turkish), or with white space around it."""
    return rng.choice(
        (
            email.upper(),
            turkish_upper(email),
            email.capitalize(),
            f" {email}",
            f"{email}{NO_BREAK_SPACE}",
        )
    )


def respell_words(rng: Random, text: str) -> str:
    """The same name or town in other case, other letters, other spaces."""
    return rng.choice(
        (
            turkish_upper(text),
            turkish_lower(text),
            to_ascii(text),
            to_ascii(text).upper(),
            text.replace(" ", "  "),
            text.replace(" ", NO_BREAK_SPACE),
            f"{text} ",
        )
    )


def respell_address(rng: Random, address: str) -> str:
    """The same address in other case, other letters, without punctuation."""
    return rng.choice(
        (
            turkish_upper(address),
            to_ascii(address),
            address.replace(":", "").replace(",", ""),
            address.replace(", ", " , "),
        )
    )


def respell_phone(rng: Random, phone: str) -> str:
    """The same international number as people write it at home."""
    area, first, second, third = phone[3:6], phone[6:9], phone[9:11], phone[11:]
    return rng.choice(
        (
            f"0{area} {first} {second} {third}",
            f"0 ({area}) {first}-{second}-{third}",
            f"{area}{first}{second}{third}",
            f"+90 {area} {first} {second} {third}",
            f"0090{area}{first}{second}{third}",
        )
    )
