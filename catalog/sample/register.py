"""The rows of core banking: the register of customers, and their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from catalog.sample.faults import deal
from catalog.sample.people import Person
from catalog.sample.rows import Row, days_since_touched, deal_among, moment, spoil_email

_LEGACY_SEGMENTS = ("BRY", "KOBİ", "X9")
_OLD = 2_500  # days


def customer_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """core.customers: the bank's register; clean spelling, old addresses."""
    faults = _deal_faults(rng, people, as_of)
    mailbox = people[0].email
    rows = []
    for index, person in enumerate(people):
        days = days_since_touched(rng, person, 700, as_of)
        if index in faults["core_confirmation_old"]:
            days = rng.randrange(1_100, _OLD)
        row = _row(person, days, rng, as_of)
        if index in faults["core_email_missing"]:
            row["e_mail"] = None
        elif index in faults["core_email_invalid"]:
            row["e_mail"] = spoil_email(rng, person.email)
        elif index in faults["core_email_shared"]:
            mailbox = rng.choice(people).email if rng.random() < 0.4 else mailbox
            row["e_mail"] = mailbox
        if index in faults["core_segment_unknown"]:
            row["segment"] = rng.choice(_LEGACY_SEGMENTS)
        if index in faults["core_national_id_invalid"]:
            row["tckn"] = _swap_digits(str(person.national_id))
        rows.append(row)
    return rows


def _row(person: Person, days: int, rng: Random, as_of: date) -> Row:
    """The register's row without a fault, last touched so many days ago."""
    return {
        "customer_no": person.number,
        "customer_type": person.kind,
        "name_surname": person.name,
        "tckn": person.national_id,
        "vkn": person.tax_id,
        "e_mail": person.email,
        "gsm": person.phone,
        "address": person.address,
        "city": person.city,
        "birth_date": person.birth_date,
        "segment": person.segment,
        "status": person.status,
        "risk_class": person.risk_class,
        "branch_code": person.branch,
        "main_iban": person.iban,
        "opened_on": person.since,
        "mail_confirmed_on": as_of - timedelta(days=days),
        "updated_at": moment(rng, as_of, days),
    }


def _deal_faults(rng: Random, people: Sequence[Person], as_of: date) -> dict[str, frozenset[int]]:
    mail = ("core_email_missing", "core_email_invalid", "core_email_shared")
    dealt = deal(rng, len(people), mail) | deal(rng, len(people), ("core_segment_unknown",))
    elders = [at for at, person in enumerate(people) if (as_of - person.since).days > _OLD]
    for fault, candidates in (
        ("core_confirmation_old", elders),
        ("core_national_id_invalid", _swappable(people)),
    ):
        dealt[fault] = deal_among(rng, candidates, people, fault)
    return dealt


def _swappable(people: Sequence[Person]) -> list[int]:
    """Whose national id notices the exchange of its fourth and fifth digit."""
    return [
        index
        for index, person in enumerate(people)
        if person.national_id and (int(person.national_id[3]) - int(person.national_id[4])) % 5
    ]


def _swap_digits(national_id: str) -> str:
    """The fourth and the fifth digit exchanged."""
    return national_id[:3] + national_id[4] + national_id[3] + national_id[5:]


def account_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """core.accounts: many rows per customer; balances in lira, loans positive."""
    rows: list[Row] = []
    for person in people:
        scale = {"retail": 40, "private": 900, "sme": 600, "corporate": 9_000}[person.segment]
        for product in rng.choices(("deposit", "loan", "card"), (6, 3, 3), k=rng.randrange(1, 4)):
            days = rng.randrange((as_of - person.since).days + 1)
            lira = rng.expovariate(1) * scale * 1_000 * (person.status != "closed")
            rows.append(
                {
                    "account_no": f"{len(rows) + 1:010d}",
                    "customer_no": person.number,
                    "product": product,
                    "balance": Decimal(int(lira * 100)) / 100,
                    "opened_on": as_of - timedelta(days=days),
                    "updated_at": moment(rng, as_of, rng.randrange(1, 30)),
                }
            )
    return rows
