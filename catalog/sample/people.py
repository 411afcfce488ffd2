"""The sample bank's customers as they truly are, before any system gets hold of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from catalog.sample.faults import FAULTS
from catalog.sample.names import (
    COMPANY_FORMS,
    FIRST_NAMES,
    LAST_NAMES,
    MAIL_DOMAINS,
    STREET_KINDS,
    STREETS,
    TOWNS,
    TRADES,
)
from catalog.sample.spelling import to_ascii

_MOBILE_PREFIXES = (*range(530, 540), *range(541, 550), *range(551, 556))
_BANK_CODE = "00999"  # no bank has it
_TOWN_WEIGHTS = [len(TOWNS) - place for place in range(len(TOWNS))]


@dataclass(frozen=True)
class Person:
    """One customer; `kind` is I (individual) or C (company), which decides between the two ids."""

    number: str
    kind: str
    name: str
    national_id: str | None
    tax_id: str | None
    birth_date: date | None
    email: str
    phone: str
    address: str
    city: str
    segment: str
    status: str
    risk_class: str
    branch: str
    iban: str
    since: date
    consents: bool


def make_people(seed: int, count: int, as_of: date) -> list[Person]:
    """Make `count` people; the last few bear legacy numbers that are twins of earlier ones."""
    rng = Random(f"{seed}:people")  # noqa: S311
    twins = max(1, round(FAULTS["core_legacy_twin"] * count))
    numbers = [f"{index + 1:07d}" for index in range(count - twins)]
    numbers += [str(int(number)) for number in rng.sample(numbers, twins)]
    return [_make_person(rng, index, number, as_of) for index, number in enumerate(numbers)]


def _make_person(rng: Random, index: int, number: str, as_of: date) -> Person:
    company = rng.random() < 0.14
    city, address = make_place(rng)
    name = make_company_name(rng) if company else make_name(rng)
    return Person(
        number=number,
        kind="C" if company else "I",
        name=name,
        national_id=None if company else make_national_id(rng),
        tax_id=make_tax_id(rng) if company else None,
        birth_date=None if company else as_of - timedelta(days=rng.randrange(6_600, 31_000)),
        email=make_email(rng, name, index),
        phone=make_phone(rng),
        address=address,
        city=city,
        segment=_choose(
            rng, {"sme": 80, "corporate": 20} if company else {"retail": 88, "private": 12}
        ),
        status=_choose(rng, {"active": 78, "dormant": 14, "closed": 8}),
        risk_class=_choose(rng, {"low": 80, "medium": 16, "high": 4}),
        branch=f"{rng.randrange(1, 61):04d}",
        iban=make_iban(rng),
        since=as_of - timedelta(days=int(rng.random() ** 1.6 * 4_400) + 2),
        consents=rng.random() < 0.6,
    )


def _choose(rng: Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def make_name(rng: Random) -> str:
    """First name (now and then two) and surname."""
    first = rng.choice(FIRST_NAMES)
    if rng.random() < 0.1:
        first += " " + rng.choice(FIRST_NAMES)
    return f"{first} {rng.choice(LAST_NAMES)}"


def make_company_name(rng: Random) -> str:
    """A company's name as it is registered."""
    return f"{rng.choice(LAST_NAMES)} {rng.choice(TRADES)} {rng.choice(COMPANY_FORMS)}"


def make_place(rng: Random) -> tuple[str, str]:
    """A town and an address in it, written as one text."""
    city, districts = rng.choices(TOWNS, _TOWN_WEIGHTS)[0]
    return city, make_address(rng, rng.choice(districts))


def make_address(rng: Random, district: str) -> str:
    """Street, house, flat and district, written as one text."""
    street = f"{rng.choice(STREETS)} {rng.choice(STREET_KINDS)}"
    return f"{street} No: {rng.randrange(1, 180)} D: {rng.randrange(1, 25)}, {district}"


def make_email(rng: Random, name: str, index: int) -> str:
    """An address nobody can own; the index keeps it apart from all others."""
    words = [word.strip(".") for word in to_ascii(name).lower().split()]
    return f"{words[0]}.{words[-1]}{index}@{rng.choice(MAIL_DOMAINS)}"


def make_phone(rng: Random) -> str:
    """A mobile number in international form, of a block (00…) that looks like nobody's."""
    return f"+90{rng.choice(_MOBILE_PREFIXES)}00{rng.randrange(100_000):05d}"


def make_national_id(rng: Random) -> str:
    """Eleven digits of a T.C. kimlik numarası with valid check digits."""
    digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(8))]
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    eleventh = (sum(digits) + tenth) % 10
    return "".join(map(str, [*digits, tenth, eleventh]))


def make_tax_id(rng: Random) -> str:
    """Ten digits of a vergi kimlik numarası with a valid check digit."""
    digits = [rng.randrange(10) for _ in range(9)]
    total = 0
    for place, digit in enumerate(digits):
        shifted = (digit + 9 - place) % 10
        total += shifted * 2 ** (9 - place) % 9 or (9 if shifted else 0)
    return "".join(map(str, [*digits, -total % 10]))


def make_iban(rng: Random) -> str:
    """A Turkish IBAN with valid check digits, of a bank that does not exist."""
    account = f"{_BANK_CODE}0{rng.randrange(10**16):016d}"
    check = 98 - int(account + "292700") % 97  # 2927 spells TR in letters' numbers
    return f"TR{check:02d}{account}"
