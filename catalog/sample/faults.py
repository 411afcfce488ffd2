"""The faults of real life that the sample bank holds, each with its share."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from types import MappingProxyType

# Each share is of the rows its comment names, before repeated rows are added.
FAULTS = MappingProxyType(
    {
        # of core.customers
        "core_legacy_twin": 0.002,  # 123 and 0000123 are two people
        "core_email_missing": 0.05,
        "core_email_invalid": 0.006,
        "core_email_shared": 0.01,  # one mailbox given for several people
        "core_national_id_invalid": 0.004,  # two neighbouring digits exchanged
        "core_segment_unknown": 0.005,  # codes of the system before this one
        "core_confirmation_old": 0.10,  # nobody has confirmed the row for more than three years
        # of crm.customers
        "crm_prospect": 0.08,  # on top of the customers: people who are not customers yet
        "crm_unknown_to_core": 0.003,
        "crm_zeros_lost": 0.004,  # 123 for 0000123, since a list went through a spreadsheet
        "crm_repeated_id": 0.005,
        "crm_email_differs": 0.04,
        "crm_email_missing": 0.06,
        "crm_email_blank": 0.02,  # white space only, which is missing too
        "crm_email_invalid": 0.008,
        "crm_phone_differs": 0.05,
        "crm_name_differs": 0.006,  # another surname, as after a marriage
        "crm_birth_date_differs": 0.01,  # day and month exchanged, or the first of January
        "crm_segment_differs": 0.03,
        "crm_status_lags": 0.02,  # closed in core, still active here
        # of call_centre.contacts
        "contacts_unknown_to_core": 0.002,
        "contacts_address_newer": 0.12,  # the caller told the new address; core was never told
        "contacts_email_differs": 0.03,
        "contacts_phone_differs": 0.04,
        # of web.users
        "web_unknown_to_core": 0.002,
        "web_email_differs": 0.03,
        "web_iban_invalid": 0.005,
        "web_iban_differs": 0.02,
        "web_newsletter_differs": 0.03,
        # of consent_list.consents
        "consent_contradicts_crm": 0.05,
        "consent_zeros_lost": 0.01,  # typed as a number
        # of the applicants
        "applicant_child": 0.03,  # a child with a parent's surname and telephone
        # of the people in applications.web_form or applications.fair
        "applicant_twice": 0.06,
        "applicant_email_mistyped": 0.03,  # web_form: two letters exchanged
        "applicant_email_missing": 0.45,  # fair
        "applicant_birth_date_missing": 0.30,  # fair
        "applicant_phone_changed": 0.06,  # fair
        "applicant_moved": 0.06,  # fair
        # of the names, e-mails, phones, addresses and towns outside core; cleansed, no fault
        "spelled_otherwise": 0.25,
    }
)

WEB_SILENT_DAYS = 6
"""Days since the web system last delivered, against a promise of one day."""


def deal(rng: Random, count: int, names: Iterable[str]) -> dict[str, frozenset[int]]:
    """Draw for each fault its share of `count` rows, at least one; no row gets two of them."""
    sizes = {name: max(1, round(FAULTS[name] * count)) for name in names}
    drawn = rng.sample(range(count), min(count, sum(sizes.values())))
    hands: dict[str, frozenset[int]] = {}
    for name, size in sizes.items():
        hands[name], drawn = frozenset(drawn[:size]), drawn[size:]
    return hands
