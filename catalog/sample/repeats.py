"""The further reports in which departments publish again what others publish, slips included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from catalog.sample.departments import MILLION, Figure
from catalog.sample.tallies import (
    Amounts,
    Bank,
    Period,
    balances,
    business_mail,
    customers,
)

TWICE = "Konya"
"""The town whose customers were pasted twice into the branches' workbook; no definition says so."""
EARLY = timedelta(days=5)
"""By how much the branches' month ends before everybody else's."""


def _pasted_twice(bank: Bank, period: Period) -> Amounts:
    for town, amount in customers("sme")(bank, period):
        yield town, amount * (2 if town == TWICE else 1)


def _new_by_the_branches_month(bank: Bank, period: Period) -> Amounts:
    month = Period(period.start - EARLY, period.end - EARLY)
    for person in bank.people:
        if person.segment == "sme" and person.status != "closed" and month.holds(person.since):
            yield person.city, 1


def _borrowers(bank: Bank, period: Period) -> Amounts:
    """SME customers with a loan; however many, each counts once."""
    numbers = {
        account["customer_no"]
        for account in bank.systems.accounts
        if account["product"] == "loan" and account["opened_on"] <= period.end
    }
    for number in sorted(numbers):
        if bank.by_number[number].segment == "sme":
            yield bank.by_number[number].city, 1


REPEATS: dict[str, tuple[str, Sequence[Figure]]] = {
    "kredi_ozeti": (
        "Kredi özeti",
        (
            Figure("Toplam kredi (milyon TL)", balances("loan", lira=MILLION)),
            Figure("KOBİ kredileri (milyon TL)", balances("loan", "sme", lira=MILLION)),
            Figure("Kurumsal krediler (milyon TL)", balances("loan", "corporate", lira=MILLION)),
        ),
    ),
    "musteri_karti": (
        "Müşteri kartı",
        (
            Figure("Toplam müşteri", customers()),
            Figure("Bireysel müşteri", customers("retail")),
            Figure("Aktif bireysel müşteri", customers("retail", status=("active",))),
        ),
    ),
    "gozetim": (
        "Gözetim rakamları",
        (
            Figure("Toplam müşteri", customers()),
            Figure("Toplam kredi (bin TL)", balances("loan")),
        ),
    ),
    "sube_gorunumu": (
        "KOBİ şubeleri görünümü",
        (
            Figure("KOBİ müşterisi", _pasted_twice),
            Figure("Yeni müşteri", _new_by_the_branches_month),
            Figure("KOBİ kredileri (bin TL)", balances("loan", "sme", lira=1)),
            Figure("E-posta adresi olan müşteri", business_mail),
            Figure("Kredi kullanan KOBİ", _borrowers),
        ),
    ),
}
