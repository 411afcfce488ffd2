"""The rows of the CRM: customers and prospects, typed by salespeople."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

from catalog.sample.faults import FAULTS, deal
from catalog.sample.names import LAST_NAMES
from catalog.sample.people import Person, make_email, make_name, make_phone, make_place
from catalog.sample.rows import (
    Row,
    days_since_touched,
    deal_among,
    moment,
    repeat,
    respelled,
    spoil_email,
)
from catalog.sample.spelling import (
    NO_BREAK_SPACE,
    respell_address,
    respell_email,
    respell_phone,
    respell_words,
)

_SEGMENTS_LIKE = {"retail": "private", "private": "retail", "sme": "corporate", "corporate": "sme"}


def crm_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """crm.customers: what salespeople type; prospects among customers, spelling of all kinds."""
    known = [person for person in people if rng.random() < 0.92]
    faults = _deal_crm(rng, known)
    rows = [_crm_row(rng, index, person, faults, as_of) for index, person in enumerate(known)]
    rows += repeat(rng, rows, "crm_repeated_id", lambda: {"mobile": make_phone(rng)})
    for number in range(max(1, round(FAULTS["crm_prospect"] * len(known)))):
        rows.append(_prospect_row(rng, number, as_of))
    return rows


def _deal_crm(rng: Random, known: Sequence[Person]) -> dict[str, frozenset[int]]:
    legacy = {person.number for person in known if len(person.number) < 7}
    can_befall: dict[str, Callable[[Person], bool]] = {
        "crm_zeros_lost": lambda person: person.number.lstrip("0") not in legacy,
        "crm_status_lags": lambda person: person.status == "closed",
        "crm_name_differs": lambda person: person.kind == "I",
        "crm_birth_date_differs": lambda person: person.kind == "I",
    }
    dealt = deal(rng, len(known), ("crm_unknown_to_core", "crm_phone_differs"))
    dealt |= deal(rng, len(known), ("crm_segment_differs",))
    dealt |= deal(
        rng,
        len(known),
        ("crm_email_differs", "crm_email_missing", "crm_email_blank", "crm_email_invalid"),
    )
    for fault, can in can_befall.items():
        candidates = [index for index, person in enumerate(known) if can(person)]
        dealt[fault] = deal_among(rng, candidates, known, fault)
    return dealt


def _crm_row(
    rng: Random, index: int, person: Person, faults: dict[str, frozenset[int]], as_of: date
) -> Row:
    def has(fault: str) -> bool:
        return index in faults[f"crm_{fault}"]

    number = person.number
    if has("unknown_to_core"):
        number = f"9{index:06d}"
    elif has("zeros_lost"):
        number = number.lstrip("0")
    segment = _SEGMENTS_LIKE[person.segment] if has("segment_differs") else person.segment
    name = _rename(rng, person.name) if has("name_differs") else person.name
    birth_date = person.birth_date
    if birth_date and has("birth_date_differs"):
        birth_date = _mistype_date(birth_date)
    phone = make_phone(rng) if has("phone_differs") else person.phone
    return {
        "cust_id": number,
        "full_name": respelled(rng, respell_words, name),
        "email": _crm_email(rng, index, person, faults),
        "mobile": respelled(rng, respell_phone, phone),
        "address": respelled(rng, respell_address, person.address),
        "city": respelled(rng, respell_words, person.city),
        "birth_date": birth_date,
        "segment": segment,
        "branch": person.branch,
        "status": "active" if has("status_lags") else person.status,
        "marketing_ok": person.consents,
        "created_on": person.since,
        "updated_at": moment(rng, as_of, days_since_touched(rng, person, 700, as_of)),
    }


def _crm_email(
    rng: Random, index: int, person: Person, faults: dict[str, frozenset[int]]
) -> str | None:
    if index in faults["crm_email_missing"]:
        return None
    if index in faults["crm_email_blank"]:
        return rng.choice((" ", NO_BREAK_SPACE, f"{NO_BREAK_SPACE} "))
    if index in faults["crm_email_invalid"]:
        return spoil_email(rng, person.email)
    if index in faults["crm_email_differs"]:
        return make_email(rng, make_name(rng), index)
    return respelled(rng, respell_email, person.email)


def _prospect_row(rng: Random, number: int, as_of: date) -> Row:
    name = make_name(rng)
    city, address = make_place(rng)
    created = rng.randrange(2, 700)
    return {
        "cust_id": f"P{number + 1:06d}",
        "full_name": name,
        "email": make_email(rng, name, 10_000_000 + number),
        "mobile": make_phone(rng),
        "address": address,
        "city": city,
        "segment": rng.choice(("retail", "sme")),
        "status": "prospect",
        "marketing_ok": rng.random() < 0.5,
        "created_on": as_of - timedelta(days=created),
        "updated_at": moment(rng, as_of, rng.randrange(1, created)),
    }


def _rename(rng: Random, name: str) -> str:
    """The same first name with another surname."""
    first, last = name.rsplit(" ", 1)
    return f"{first} {rng.choice([other for other in LAST_NAMES if other != last])}"


def _mistype_date(day: date) -> date:
    """Day and month exchanged where that gives another date, else the first of January."""
    if day.day <= 12 and day.day != day.month:
        return day.replace(day=day.month, month=day.day)
    return day.replace(day=1 if day != date(day.year, 1, 1) else 2, month=1)
