"""A small bank for the tests of pages: its definitions, and a run with every verdict."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from workspaces import change, write_workspace

from catalog.model import Catalog
from catalog.results import Comparison, MeasureValue, Result, RunRecord
from catalog.settings import Settings
from catalog.workspace import open_workspace
from lineage.graph import build_lineage
from lineage.pages.context import PageContext

PAGES_DAY = date(2026, 11, 21)
EVIL = "<script>alert(1)</script>\"'</script>"
BANK = """
teams:
  - {key: retail, name: Retail reporting, name_tr: Bireysel raporlama, head: head, phone: ext. 7}
roles:
  - {key: head, name: Head of reporting, name_tr: Raporlama müdürü, team: retail,
     holder: ayse@bank.example, deputy: can@bank.example}
  - {key: gone, name: Old head, holder: eski@bank.example, deputy: vekil@bank.example,
     until: 2026-10-31}
entities:
  - {key: customer, name: Customer, name_tr: Müşteri}
sources:
  - key: core
    name: Core banking
    name_tr: Temel bankacılık
    owner: head
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: email, type: email}, {key: segment}, {key: city}]
  - key: crm
    name: CRM
    owner: gone
    datasets:
      - key: customers
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: email, type: email}, {key: city}]
  - key: secret
    name: Hidden system
    owner: head
    visibility: restricted
    datasets: [{key: t, path: t.csv, fields: [{key: f}]}]
attributes:
  - key: customer.email
    name: E-mail address
    name_tr: E-posta adresi
    definition: Where the customer agreed to be reached.
    owner: head
    expires_on: 2027-06-30
    type: email
    cleanse: [trim, lower]
    claims:
      - {field: core.customers.email, when: "confirmed_at >= :as_of - interval 180 day"}
      - {field: crm.customers.email}
    required: true
    agree: 0.97
    personal_data: contact
  - key: customer.city
    name: İstanbul district
    definition: EVIL
    owner: gone
    expires_on: 2026-11-01
    severity: warning
    claims: [{field: core.customers.city}, {field: crm.customers.city}]
  - key: customer.segment
    name: Segment
    definition: Which bank serves the customer.
    owner: retail
    expires_on: 2026-12-05
    values: {retail: Retail banking, sme: SME banking}
    claims: [{field: core.customers.segment}]
  - key: customer.nickname
    name: Nickname
    definition: Withdrawn.
    owner: head
    expires_on: 2027-06-30
    status: deprecated
    replaced_by: customer.email
    claims: [{field: core.customers.email}]
measures:
  - key: active
    name: Active customers
    name_tr: Aktif müşteri
    definition: Customers with a segment.
    owner: head
    expires_on: 2027-06-30
    unit: customers
    dimensions: [segment]
    calculation: SELECT segment, count(*) AS value FROM customer GROUP BY segment
  - key: ratio
    name: Ratio
    definition: Of two numbers.
    owner: head
    expires_on: 2027-06-30
    unit: "%"
    calculation: SELECT 1234.5 AS value
reports:
  - key: monthly
    name: Monthly
    definition: The month.
    team: retail
    owner: head
    expires_on: 2027-06-30
    period: month
    due: 5bd
    cells:
      - {key: a, at: "Özet!C5", label: Active, measure: active, where: {segment: retail}}
      - {key: b, at: "Özet!D5", label: Ratio, measure: ratio}
      - {key: c, label: Active, calculation: "=1+1"}
touchpoints:
  - {key: letters, name: Letters, owner: head, reads: {customer.city: core.customers.city}}
""".replace("EVIL", "'" + EVIL.replace("'", "''") + "'")


def result(check: str, verdict: str = "pass", **values: Any) -> Result:
    """A result; what is not told is plausible."""
    urn, _, kind = check.partition("/")
    known: dict[str, Any] = {
        "check": check, "kind": kind.partition(":")[0], "urn": urn, "title": f"Title of {check}",
        "verdict": verdict, "severity": "critical", "owner": "head", "expectation": "expect_it",
        "sources": ("core",), "rows_available": 5000, "rows_compared": 4000, "violations": 0,
        "message": f"Message of {check}",
    }  # fmt: skip
    return Result(**(known | values))


AGREE = "attribute:customer.email/agree:core.customers.email~crm.customers.email"
RESULTS = (
    result(AGREE, "fail", violations=279, only_left=347, only_right=3, samples=("s1", "s2")),
    result("attribute:customer.email/required", "warn", violations=800),
    result("attribute:customer.city/type:core.customers.city", "error"),
    result("attribute:customer.segment/values:core.customers.segment"),
    result("dataset:crm.customers/fresh", "unknown", message="crm.customers cannot be read: no"),
    result("measure:ratio/computes"),
)


FINANCE = """
reports:
  - key: finance
    name: Finance monthly
    name_tr: Finans aylık raporu
    definition: The month of the bank.
    team: retail
    owner: head
    expires_on: 2027-06-30
    period: month
    due: 5bd
    cells:
      - {key: ratio, label: Ratio, measure: ratio}
"""
SAME = "cell:monthly/b/same:finance/ratio"


def second_report(folder: Path) -> None:
    """Beside the bank's report another one, of which one cell shows the same measure."""
    (folder / "catalog").mkdir(parents=True, exist_ok=True)
    (folder / "catalog" / "finance.yml").write_text(FINANCE, encoding="utf-8")


def two_reports_run(**verdicts: str | None) -> RunRecord:
    """A run in which the two reports published another number for September 2026; `here` and
    `there` tell what became of each against the truth, None where it was not compared.
    """
    period, results, compared = "2026-09", [], []
    results.append(
        result(SAME, "fail", urn="cell:monthly/b", kind="same", violations=1, rows_compared=3,
               observed=57.0, expected=61.5, period=period, samples=(period,))
    )  # fmt: skip
    for cell, side in (("monthly/b", "here"), ("finance/ratio", "there")):
        verdict: Any = verdicts.get(side)
        number = Decimal(57) if side == "here" else Decimal("61.5")
        if verdict:
            compared.append(Comparison(cell=cell, period=period, verdict=verdict, published=number))
            results.append(
                result(f"cell:{cell}/published", verdict, urn=f"cell:{cell}", kind="published",
                       observed=float(number), expected=57.0, period=period,
                       violations=int(verdict == "fail"))
            )  # fmt: skip
    run = bank_run((*results, result("measure:ratio/computes")))
    return run.model_copy(update={"published": tuple(compared)})


def bank_run(results: tuple[Result, ...] = RESULTS, as_of: date = PAGES_DAY) -> RunRecord:
    """A run of that bank."""
    instant = datetime(2026, 11, 21, 6, tzinfo=UTC)
    values = {
        "active": (
            MeasureValue(dimensions={"segment": "retail"}, value=3412),
            MeasureValue(dimensions={"segment": "sme"}, value=3),
        ),
        "ratio": (MeasureValue(value=1234.5),),
    }
    return RunRecord(
        run="r1", started=instant, finished=instant, as_of=as_of, verdict="fail", exit_code=1,
        results=results, measures=values,
    )  # fmt: skip


def bank_catalog(
    folder: Path, settings: str = "", definitions: tuple[str, str] | None = None
) -> Catalog:
    """The bank's catalog, written to a workspace in `folder` and loaded from there.

    `definitions` is one place of them and what stands there instead.
    """
    workspace = open_workspace(write_workspace(folder, BANK, settings=settings))
    if definitions:
        change(folder, *definitions)
    loaded = workspace.load()
    assert not [problem for problem in loaded.problems if problem.level == "error"]
    return loaded.catalog


def bank_context(
    folder: Path,
    run: RunRecord | None = None,
    definitions: tuple[str, str] | None = None,
    **changes: Any,
) -> PageContext:
    """The context of the bank's pages on a fixed day."""
    catalog = bank_catalog(folder, definitions=definitions)
    known: dict[str, Any] = {
        "catalog": catalog, "lineage": build_lineage(catalog), "run": run, "history": {},
        "settings": Settings(institution="Çınar Bank"), "language": "en", "today": PAGES_DAY,
    }  # fmt: skip
    return PageContext(**(known | changes))
