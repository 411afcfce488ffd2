"""The rows of the channels: call centre, web banking and the consent list kept by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from catalog.sample.faults import WEB_SILENT_DAYS, deal
from catalog.sample.names import TOWNS
from catalog.sample.people import Person, make_address, make_email, make_iban, make_phone
from catalog.sample.rows import Row, days_since_touched, moment, respelled
from catalog.sample.spelling import respell_address, respell_email, respell_phone, respell_words

_DISTRICTS = dict(TOWNS)
_TOPICS = ("card", "transfer", "loan", "address", "complaint", "other")


def consent_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """consent_list.consents: an Excel sheet kept by hand; numbers typed as numbers lose zeros."""
    listed = [person for person in people if rng.random() < 0.3]
    contradicting = deal(rng, len(listed), ("consent_contradicts_crm",))["consent_contradicts_crm"]
    as_number = deal(rng, len(listed), ("consent_zeros_lost",))["consent_zeros_lost"]
    return [
        {
            "musteri_no": int(person.number) if index in as_number else person.number,
            "eposta": person.email,
            "izin": person.consents != (index in contradicting),
            "onay_tarihi": as_of - timedelta(days=rng.randrange(1, 600)),
        }
        for index, person in enumerate(listed)
    ]


def contact_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """call_centre.contacts: what customers said on the telephone when they last called."""
    callers = [person for person in people if rng.random() < 0.35]
    faults = deal(
        rng,
        len(callers),
        ("contacts_unknown_to_core", "contacts_email_differs", "contacts_phone_differs"),
    )
    moved = deal(rng, len(callers), ("contacts_address_newer",))["contacts_address_newer"]
    rows: list[Row] = []
    for index, person in enumerate(callers):
        unknown = index in faults["contacts_unknown_to_core"]
        email = respelled(rng, respell_email, person.email)
        if index in faults["contacts_email_differs"]:
            email = make_email(rng, person.name, 20_000_000 + index)
        phone = make_phone(rng) if index in faults["contacts_phone_differs"] else person.phone
        address = respelled(rng, respell_address, person.address)
        if index in moved:
            address = make_address(rng, rng.choice(_DISTRICTS[person.city]))
        days = days_since_touched(rng, person, 150 if index in moved else 500, as_of)
        rows.append(
            {
                "musteri_no": f"8{index:06d}" if unknown else person.number,
                "ad_soyad": respelled(rng, respell_words, person.name),
                "eposta": email,
                "cep_tel": respelled(rng, respell_phone, phone),
                "adres": address,
                "il": respelled(rng, respell_words, person.city),
                "gorusme_zamani": moment(rng, as_of, days),
            }
        )
    return rows


def call_rows(rng: Random, contacts: Sequence[Row], as_of: date) -> list[Row]:
    """call_centre.calls: every call of the last 125 days; minutes with a decimal comma."""
    rows: list[Row] = []
    for contact in contacts:
        for _ in range(rng.choices((0, 1, 2, 4), (30, 40, 20, 10))[0]):
            rows.append(
                {
                    "cagri_no": f"C{len(rows) + 1:07d}",
                    "musteri_no": contact["musteri_no"],
                    "konu": rng.choice(_TOPICS),
                    "sure_dk": Decimal(rng.randrange(5, 220)) / 10,
                    "cozuldu": rng.random() < 0.72,
                    "arama_zamani": moment(rng, as_of, rng.randrange(1, 126)),
                }
            )
    return rows


def user_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """web.users: what customers typed themselves; nothing has come in for some days."""
    users = [person for person in people if rng.random() < 0.6]
    faults = _deal_web(rng, len(users))
    rows: list[Row] = []
    for index, person in enumerate(users):
        unknown = index in faults["web_unknown_to_core"]
        email = respelled(rng, respell_email, person.email)
        if index in faults["web_email_differs"]:
            email = make_email(rng, person.name, 30_000_000 + index)
        iban = make_iban(rng) if index in faults["web_iban_differs"] else person.iban
        if index in faults["web_iban_invalid"]:
            iban = iban[:4] + iban[5:]
        rows.append(
            {
                "customer_number": f"7{index:06d}" if unknown else person.number,
                "display_name": respelled(rng, respell_words, person.name),
                "mail": email,
                "phone": respelled(rng, respell_phone, person.phone),
                "birth_date": person.birth_date,
                "iban": iban,
                "newsletter": person.consents != (index in faults["web_newsletter_differs"]),
                "last_login": moment(rng, as_of, _silent(int(rng.random() ** 2 * 700))),
                "changed_at": moment(rng, as_of, _silent(rng.randrange(600))),
            }
        )
    return rows


def _deal_web(rng: Random, count: int) -> dict[str, frozenset[int]]:
    dealt = deal(rng, count, ("web_unknown_to_core", "web_iban_invalid", "web_iban_differs"))
    return dealt | deal(rng, count, ("web_email_differs", "web_newsletter_differs"))


def _silent(days: int) -> int:
    return days + WEB_SILENT_DAYS
