"""The sample bank: consolidation finds what is planted in its reports, all of it and nothing else."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from commands import run_quietly

from catalog.clock import Clock
from catalog.consolidations import Cluster, Consolidation, Difference
from catalog.periods import Period
from catalog.sample.bank import create_bank
from catalog.sample.repeats import TWICE
from catalog.validation.opening import open_valid
from expectations.consolidation.planning import plan_consolidation
from expectations.consolidation.sides import open_known
from expectations.progress import shown_progress

pytestmark = pytest.mark.long

SAME = {
    ("customer_card/customers", "finance_monthly/customers", "risk_monthly/customers",
     "supervisor_figures/customers"),
    ("corporate_monthly/loans", "lending_summary/corporate_loans"),
    ("customer_card/retail_customers", "retail_monthly/customers"),
    ("customer_card/active_retail", "retail_monthly/active_customers"),
    ("branch_overview/with_email", "sme_monthly/with_email"),
}  # fmt: skip
"""Numbers published more than once, whatever their calculations look like."""
CONTRADICTORY = {
    ("call_centre_monthly/active_customers", "digital_monthly/active_customers",
     "finance_monthly/active_customers", "risk_monthly/active_customers",
     "sme_monthly/active_customers"),
    ("branch_overview/new_customers", "sme_monthly/new_customers"),
    ("finance_monthly/new_customers",),
    ("digital_monthly/email_reachable",),
    ("branch_overview/customers", "sme_monthly/customers"),
    ("branch_overview/loans", "lending_summary/sme_loans", "sme_monthly/loans"),
    ("finance_monthly/loans", "lending_summary/loans", "risk_monthly/loans",
     "supervisor_figures/loans"),
}  # fmt: skip
"""Numbers that bear one name and are not one; a single cell contradicts the measure of its name."""
FREED = {"corporate": Decimal(14), "retail": Decimal(13)}
"""The lending summary takes 14 hours a month, the customer card 3 hours in each of 52 weeks."""
ACTIVE = "measure:active_customers"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("consolidated") / "bank"
    create_bank(folder, as_of=Clock().today())
    return folder


@pytest.fixture(scope="module")
def plan(bank: Path) -> Consolidation:
    """The plan after a run, which knows who was right how often."""
    run_quietly("check", "-w", bank)
    workspace, catalog = open_valid(bank)
    with shown_progress() as progress:
        return plan_consolidation(open_known(workspace, catalog, None, progress))


def cells_of(cluster: Cluster) -> tuple[str, ...]:
    return tuple(cell.removeprefix("cell:") for cell in cluster.cells)


def found(plan: Consolidation, verdict: str) -> set[tuple[str, ...]]:
    return {cells_of(one) for one in plan.clusters if one.verdict == verdict}


def difference(plan: Consolidation, left: str, right: str) -> Difference:
    """Why the two differ; `left` is the one it is told from."""
    every = (one for cluster in plan.clusters for one in cluster.differences)
    return next(one for one in every if (one.left, one.right) == (left, right))


def shares(one: Difference) -> dict[str, Decimal]:
    """The causes and their shares; those of one kind together."""
    summed: dict[str, Decimal] = {}
    for cause in one.causes:
        summed[cause.cause] = summed.get(cause.cause, Decimal(0)) + cause.share
    return summed


def test_exactly_the_planted_clusters_are_found(plan: Consolidation) -> None:
    assert found(plan, "same") == SAME
    assert found(plan, "contradictory") == CONTRADICTORY
    assert not plan.unknown


def test_every_other_cell_is_unique(bank: Path, plan: Consolidation) -> None:
    _, catalog = open_valid(bank)
    planted = {cell for cells in SAME | CONTRADICTORY for cell in cells}
    assert {cell for cells in found(plan, "unique") for cell in cells} == (
        set(catalog.cells) - planted
    )


def test_the_hours_freed_are_those_counted_by_hand(plan: Consolidation) -> None:
    assert plan.hours_freed == FREED
    proposed = {one.urn for one in plan.reports if one.proposed}
    assert proposed == {"report:lending_summary", "report:customer_card"}


def test_what_is_owed_to_an_authority_stays_though_others_publish_all_of_it(
    plan: Consolidation,
) -> None:
    owed = plan.report("report:supervisor_figures")
    assert owed
    assert (owed.covered, owed.obligation, owed.frees) == ("wholly", "TCMB", 0)


def test_a_report_with_a_number_of_its_own_is_only_partly_covered(plan: Consolidation) -> None:
    partly = plan.report("report:branch_overview")
    assert partly
    assert (partly.covered, partly.frees) == ("partly", 0)
    assert "cell:branch_overview/borrowers" in partly.lost


def shown(bank: Path, workbook: str, row: int, period: str) -> float:
    """The number in a row of a workbook's published page."""
    file = bank / f"reports/{workbook}_{period}.xlsx"
    value = openpyxl.load_workbook(file, data_only=True)["Özet"][f"C{row}"].value
    assert isinstance(value, int | float)
    return value


def pasted(bank: Path, workbook: str, town: str, period: str) -> float:
    """A town's amount in the first column of the page of towns."""
    sheet = openpyxl.load_workbook(bank / f"reports/{workbook}_{period}.xlsx")["Veri"]
    return next(row[1] for row in sheet.values if row[0] == town)


def test_what_no_definition_tells_is_left_unexplained_to_the_last_customer(
    bank: Path, plan: Consolidation
) -> None:
    one = difference(plan, "cell:sme_monthly/customers", "cell:branch_overview/customers")
    twice = pasted(bank, "kobi", TWICE, one.period)
    assert twice > 0
    assert one.causes == ()
    assert one.remainder == one.apart == twice


def test_another_month_is_one_cause_and_leaves_nothing(bank: Path, plan: Consolidation) -> None:
    left, right = "cell:sme_monthly/new_customers", "cell:branch_overview/new_customers"
    one = difference(plan, left, right)
    published = [shown(bank, "sube_gorunumu", 6, one.period), shown(bank, "kobi", 7, one.period)]
    assert shares(one) == {"cut_off": Decimal(published[0]) - Decimal(published[1])}
    assert one.remainder == 0


def test_lira_for_thousands_of_lira_is_a_unit(plan: Consolidation) -> None:
    one = difference(plan, "cell:sme_monthly/loans", "cell:branch_overview/loans")
    assert one.apart
    assert one.remainder is not None
    assert set(shares(one)) <= {"unit", "rounding"}
    assert shares(one)["unit"] == pytest.approx(one.apart, rel=Decimal("1e-6"))
    assert abs(one.remainder) <= 1


def test_a_number_taken_over_before_it_was_restated_is_explained_in_that_month(
    plan: Consolidation,
) -> None:
    one = difference(plan, "cell:risk_monthly/loans", "cell:finance_monthly/loans")
    assert shares(one) == {"restatement": one.apart}
    assert one.remainder == 0
    assert one.apart
    assert one.left_published
    assert one.apart / one.left_published == pytest.approx(Decimal("0.08"), abs=Decimal("0.0001"))


def test_one_filter_explains_the_dormant_customers_of_risk(bank: Path, plan: Consolidation) -> None:
    one = difference(plan, ACTIVE, "cell:risk_monthly/active_customers")
    assert [cause.cause for cause in one.causes] == ["filter"]
    assert one.causes[0].share == one.apart
    assert one.remainder == 0


def test_several_causes_of_one_number_are_told_apart(bank: Path, plan: Consolidation) -> None:
    """Prospects and repeated rows of the CRM, as plain Python counts them in the file."""
    one = difference(plan, ACTIVE, "cell:finance_monthly/active_customers")
    end = Period.parse(one.period).end.isoformat()
    with (bank / "data/crm/customers.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["created_on"] <= end]
    active = [row["cust_id"].strip() for row in rows if row["status"] == "active"]
    counted = shares(one)
    assert counted["population"] == sum(row["status"] == "prospect" for row in rows)
    assert counted["duplicates"] == len(active) - len(set(active))
    assert set(counted) == {"population", "duplicates", "source", "cut_off"}
    assert one.remainder == 0


def test_active_customers_of_risk_are_told_to_be_the_customers_of_others(
    plan: Consolidation,
) -> None:
    active = next(one for one in plan.clusters if one.measure == ACTIVE and len(one.cells) == 5)
    equals = active.equals["cell:risk_monthly/active_customers"]
    assert {"cell:finance_monthly/customers", "measure:total_customers"} <= set(equals)
