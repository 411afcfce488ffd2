"""What each source system believes about customers and applicants, with its own faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from catalog.sample.applicants import fair_rows, make_applicants, web_form_rows
from catalog.sample.channels import call_rows, consent_rows, contact_rows, user_rows
from catalog.sample.crm import crm_rows
from catalog.sample.people import Person
from catalog.sample.register import account_rows, customer_rows
from catalog.sample.rows import Row


@dataclass(frozen=True)
class Systems:
    """The rows of every dataset, in the order in which they are written."""

    customers: list[Row]
    accounts: list[Row]
    crm: list[Row]
    consents: list[Row]
    contacts: list[Row]
    calls: list[Row]
    users: list[Row]
    web_form: list[Row]
    fair: list[Row]


def make_systems(people: Sequence[Person], seed: int, as_of: date) -> Systems:
    """Let every system take down the same people in its own way."""

    def stream(name: str) -> Random:
        return Random(f"{seed}:{name}")  # noqa: S311

    contacts = contact_rows(stream("contacts"), people, as_of)
    applicants = make_applicants(seed, len(people), as_of)
    return Systems(
        customers=customer_rows(stream("core"), people, as_of),
        accounts=account_rows(stream("accounts"), people, as_of),
        crm=crm_rows(stream("crm"), people, as_of),
        consents=consent_rows(stream("consents"), people, as_of),
        contacts=contacts,
        calls=call_rows(stream("calls"), contacts, as_of),
        users=user_rows(stream("web"), people, as_of),
        web_form=web_form_rows(stream("web_form"), applicants, as_of),
        fair=fair_rows(stream("fair"), applicants, as_of),
    )
