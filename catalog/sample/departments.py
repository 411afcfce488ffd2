"""How each department counts for its monthly report: seven ways, and seven answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.sample.tallies import (
    Counting,
    active_in_crm,
    balances,
    business_mail,
    business_rows,
    callers,
    calls,
    created_in_crm,
    customers,
    high_risk,
    identified,
    in_touch,
    logged_in,
    on_consent_list,
    reachable,
    solved,
    with_mail_in_crm,
    with_mobile,
)


@dataclass(frozen=True)
class Figure:
    """A line of the summary: a total over towns, or a ratio of two other lines."""

    label: str
    amounts: Counting | None = None
    ratio: tuple[int, int] | None = None
    percent: bool = False


MILLION = 1_000_000

# Workbook name: title and lines; the lines stand in Özet!C5 and below, as catalog/reports.yml says.
REPORTS: dict[str, tuple[str, Sequence[Figure]]] = {
    "bireysel": (
        "Bireysel bankacılık aylık raporu",
        (
            Figure("Bireysel müşteri", customers("retail")),
            Figure("Aktif müşteri", customers("retail", status=("active",))),
            Figure("Yeni müşteri", customers("retail", new=True)),
            Figure("E-posta ile ulaşılabilen müşteri", reachable),
            Figure("Aktif müşteri oranı", ratio=(6, 5), percent=True),
            Figure("E-posta ile ulaşılabilirlik", ratio=(8, 6), percent=True),
        ),
    ),
    "kobi": (
        "KOBİ bankacılığı aylık raporu",
        (
            Figure("KOBİ müşterisi", customers("sme")),
            Figure("Aktif müşteri", customers("sme", "corporate", status=("active",))),
            Figure("Yeni müşteri", customers("sme", new=True)),
            Figure("KOBİ kredileri (bin TL)", balances("loan", "sme")),
            Figure("Aktif müşteri başına kredi (bin TL)", ratio=(8, 6)),
            Figure("E-posta adresi olan müşteri", business_mail),
        ),
    ),
    "kurumsal": (
        "Kurumsal bankacılık aylık raporu",
        (
            Figure("Kurumsal müşteri", business_rows),
            Figure("Aktif müşteri", customers("corporate", status=("active",))),
            Figure("Yeni müşteri", customers("corporate", new=True)),
            Figure("Kurumsal mevduat (milyon TL)", balances("deposit", "corporate", lira=MILLION)),
            Figure("Kurumsal krediler (milyon TL)", balances("loan", "corporate", lira=MILLION)),
            Figure("Kredi / mevduat", ratio=(9, 8), percent=True),
        ),
    ),
    "cagri_merkezi": (
        "Çağrı merkezi aylık raporu",
        (
            Figure("Karşılanan çağrı", calls),
            Figure("İlk çağrıda çözülen", solved),
            Figure("İlk çağrıda çözüm oranı", ratio=(6, 5), percent=True),
            Figure("Arayan müşteri", callers),
            Figure("Aktif müşteri", in_touch),
            Figure("Cep telefonu bilinen müşteri", with_mobile),
        ),
    ),
    "dijital": (
        "Dijital bankacılık aylık raporu",
        (
            Figure("Kayıtlı kullanıcı", logged_in(10_000)),
            Figure("Dijital aktif müşteri", logged_in(90)),
            Figure("Aktif müşteri", logged_in(365)),
            Figure("E-posta ile ulaşılabilen müşteri", with_mail_in_crm),
            Figure("Onaylı müşteri", on_consent_list),
            Figure("Dijital aktiflik oranı", ratio=(6, 5), percent=True),
        ),
    ),
    "risk": (
        "Risk izleme aylık raporu",
        (
            Figure("Aktif müşteri", customers()),
            Figure("Yüksek riskli müşteri", high_risk),
            Figure("Yüksek risk oranı", ratio=(6, 5), percent=True),
            Figure("Kimliği doğrulanmış müşteri", identified),
            Figure("Toplam kredi (bin TL)", balances("loan")),
            Figure("Toplam müşteri", customers()),
        ),
    ),
    "finans": (
        "Finans aylık raporu",
        (
            Figure("Aktif müşteri", active_in_crm),
            Figure("Yeni müşteri", created_in_crm),
            Figure("Toplam mevduat (bin TL)", balances("deposit")),
            Figure("Toplam kredi (bin TL)", balances("loan")),
            Figure("Aktif müşteri başına mevduat (bin TL)", ratio=(7, 5)),
            Figure("Toplam müşteri", customers()),
        ),
    ),
}
