"""Published numbers are held against the truth of the same period and against each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from workspaces import by_key, write_workspace

from catalog.clock import Clock
from catalog.errors import UsageError
from catalog.periods import Period
from catalog.results import Comparison, Result, RunRecord
from catalog.store.runs import RunStore
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.numbers import read_published
from expectations.past import recall
from expectations.runner import plan_checks, run_checks

DAY = date(2026, 11, 20)
DEFINITIONS = """
teams: [{key: t, name: T}]
entities: [{key: customer, name: Customer}]
sources:
  - key: core
    name: Core
    owner: t
    kind: files
    location: .
    datasets:
      - key: customers
        path: core.csv
        fields: [{key: no, type: code}, {key: segment}, {key: since, type: date},
                 {key: balance, type: decimal}]
measures:
  - key: customers
    name: Customers
    definition: d
    owner: t
    expires_on: 2027-01-01
    dimensions: [segment]
    additive: true
    calculation: >-
      SELECT segment, count(*) AS value FROM core.customers WHERE since <= :period_end
      GROUP BY segment
  - key: everybody
    name: Everybody
    definition: d
    owner: t
    expires_on: 2027-01-01
    calculation: SELECT count(*) AS value FROM core.customers
  - key: balances
    name: Balances
    definition: d
    owner: t
    expires_on: 2027-01-01
    unit: {currency: TRY, scale: 1000}
    rounding: 2
    tolerance: {absolute: 0.5}
    calculation: >-
      SELECT sum(balance) / 1000 AS value FROM core.customers WHERE since <= :period_end
reports:
  - key: r
    name: Retail monthly
    definition: d
    owner: t
    expires_on: 2027-01-01
    team: t
    period: month
    due: 5bd
    published: published/r.csv
    cells:
      - {key: retail, at: Summary!C5, measure: customers, where: {segment: retail}}
      - {key: all, at: Summary!C6, measure: customers}
      - {key: share, at: Summary!C7, unit: "%", calculation: "=IF(C6=0,0,C5/C6)"}
      - {key: everybody, measure: everybody}
      - {key: balances, measure: balances}
      - {key: millions, measure: balances, unit: {currency: TRY, scale: 1000000}}
      - {key: rich, calculation: "SELECT count(*) AS value FROM core.customers
          WHERE balance > 1000 AND since <= :period_end"}
      - {key: ratio, calculation: balances / everybody, rounding: 1, tolerance: {relative: 0.1}}
  - key: s
    name: Other monthly
    definition: d
    owner: t
    expires_on: 2027-01-01
    team: t
    period: month
    published: published/s.csv
    cells:
      - {key: total, measure: customers}
      - {key: balances, measure: balances}
"""
HEAD = "cell,period,value,version,published_at"
ROWS = [
    *(
        {"no": str(i), "segment": "retail", "since": "2026-08-01", "balance": "1000"}
        for i in range(6)
    ),
    {"no": "6", "segment": "retail", "since": "2026-10-05", "balance": "500"},
    {"no": "7", "segment": "sme", "since": "2026-09-10", "balance": "12345.67"},
    {"no": "8", "segment": "sme", "since": "2026-11-10", "balance": "9999"},
]


class Bank:
    """One workspace, its clock and its history."""

    def __init__(self, folder: Path, definitions: str = DEFINITIONS) -> None:
        self.folder = write_workspace(folder, definitions, {"core.csv": ROWS})
        self.runs = 0
        self.publish("r", [])
        self.publish("s", [])

    def publish(self, report: str, lines: Iterable[str]) -> None:
        file = self.folder / "published" / f"{report}.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")

    def run(
        self, select: str | None = None, as_of: date = DAY, period: str | None = None
    ) -> RunRecord:
        opened, catalog = open_valid(self.folder)
        self.runs += 1
        today = max(as_of, DAY)
        noon = datetime(today.year, today.month, today.day, 12, self.runs, tzinfo=UTC)
        opened = Workspace(opened.root, opened.settings, Clock(instant=lambda: noon))
        asked = Period.parse(period) if period else None
        plan = plan_checks(opened, catalog, as_of, select, asked)
        store = RunStore(opened.state_url)
        past = recall(plan, read_published(opened, catalog, plan), store)
        record = run_checks(opened, catalog, plan, selection=select, past=past)
        store.save(record)
        return record

    def check(self, key: str, **more: Any) -> Result:
        return by_key(self.run(key, **more))[key]


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(tmp_path)


def compared(record: RunRecord, cell: str) -> dict[str, Comparison]:
    return {one.period: one for one in record.published if one.cell == cell}


def test_a_wrong_number_is_told_in_business_words(bank: Bank) -> None:
    bank.publish("r", ["retail,2026-10,12345,1,2026-11-05"])
    found = bank.check("cell:r/retail/published")
    assert found.verdict == "fail"
    assert found.message == (
        "Retail monthly, Summary!C5, October 2026: published 12,345; the truth is 7; "
        "12,338 apart, allowed 0"
    )
    assert (found.observed, found.expected, found.period) == (12345, 7, "2026-10")
    assert found.samples == ("2026-10",)
    assert found.expectation == "expect_published_value_to_be_true"


def test_every_period_is_compared_with_its_own_truth(bank: Bank) -> None:
    bank.publish(
        "r", [f"all,2026-{m},{n},1,2026-11-05" for m, n in (("08", 6), ("09", 7), ("10", 9))]
    )
    record = bank.run("cell:r/all/published")
    found = by_key(record)["cell:r/all/published"]
    assert (found.rows_compared, found.violations, found.samples) == (3, 1, ("2026-10",))
    truths = {period: one.truth for period, one in compared(record, "r/all").items()}
    assert truths == {"2026-08": 6, "2026-09": 7, "2026-10": 8}


def test_an_old_error_counts_until_it_is_restated(bank: Bank) -> None:
    lines = ["all,2026-09,99,1,2026-10-05", "all,2026-10,8,1,2026-11-05"]
    bank.publish("r", lines)
    before = bank.check("cell:r/all/published")
    assert (before.verdict, before.period, before.observed) == ("fail", "2026-09", 99)
    bank.publish("r", [*lines, "all,2026-09,7,2,2026-11-06"])
    record = bank.run("cell:r/all/published")
    assert by_key(record)["cell:r/all/published"].verdict == "pass"
    september = compared(record, "r/all")["2026-09"]
    assert (september.published, september.version, september.earlier) == (7, 2, (99,))


def test_a_formula_is_computed_over_the_true_numbers_and_shown_as_a_percentage(bank: Bank) -> None:
    bank.publish("r", ["share,2026-10,87.5,1,2026-11-05", "all,2026-10,99,1,2026-11-05"])
    assert bank.check("cell:r/share/published").verdict == "pass"
    bank.publish("r", ["share,2026-10,0.875,1,2026-11-05"])
    assert bank.check("cell:r/share/published").expected == 87.5


def test_the_truth_is_told_in_the_unit_of_the_cell_and_rounded_as_the_measure_says(
    bank: Bank,
) -> None:
    lines = ["balances,2026-10,18.85,1,2026-11-05", "millions,2026-10,0.02,1,2026-11-05"]
    bank.publish("r", lines)
    record = bank.run("cell:r/*/published")
    assert by_key(record)["cell:r/balances/published"].verdict == "pass"
    assert by_key(record)["cell:r/millions/published"].verdict == "pass"
    millions = compared(record, "r/millions")["2026-10"]
    assert (millions.truth, millions.allowed) == (Decimal("0.02"), Decimal("0.0005"))


def test_a_tolerance_is_kept_exactly(bank: Bank) -> None:
    bank.publish("r", ["balances,2026-10,19.35,1,2026-11-05"])
    assert bank.check("cell:r/balances/published").verdict == "pass"
    bank.publish("r", ["balances,2026-10,19.36,1,2026-11-05"])
    found = bank.check("cell:r/balances/published")
    assert (found.verdict, "0.51 apart, allowed 0.5" in found.message) == ("fail", True)


def test_cells_with_their_own_calculation_are_held_to_it(bank: Bank) -> None:
    bank.publish("r", ["rich,2026-10,1,1,2026-11-05", "ratio,2026-10,2.2,1,2026-11-05"])
    results = by_key(bank.run("cell:r/*/published"))
    assert results["cell:r/rich/published"].verdict == "pass"
    assert results["cell:r/ratio/published"].expected == 2.1
    assert results["cell:r/ratio/published"].verdict == "pass"


# A calculation that names no period ------------------------------------------------------------


def test_a_number_without_period_is_known_for_the_runs_own_period_alone(bank: Bank) -> None:
    bank.publish("r", ["everybody,2026-10,9,1,2026-11-05", "everybody,2026-09,7,1,2026-10-05"])
    record = bank.run()
    assert by_key(record)["cell:r/everybody/published"].verdict == "pass"
    found = compared(record, "r/everybody")
    assert (found["2026-10"].truth, found["2026-10"].counted_on) == (9, DAY)
    assert (found["2026-09"].verdict, found["2026-09"].truth) == ("unknown", None)
    assert "nobody recorded this number for 2026-09" in (found["2026-09"].reason or "")
    assert "--as-of 2026-09-30" in (found["2026-09"].reason or "")


def test_the_first_run_after_a_period_records_its_number_and_later_ones_do_not_move_it(
    bank: Bank,
) -> None:
    bank.publish("r", ["everybody,2026-10,9,1,2026-11-01"])
    bank.run(as_of=date(2026, 11, 2))
    with (bank.folder / "core.csv").open("a", encoding="utf-8") as file:
        file.write('"10","sme","2026-11-19","1"\n')
    for day in (date(2026, 12, 20), DAY, date(2026, 11, 25)):
        record = bank.run(as_of=day)
        october = compared(record, "r/everybody")["2026-10"]
        assert (october.truth, october.counted_on) == (9, date(2026, 11, 2))
        assert october.verdict == "pass"
    assert "as counted on 2026-11-02, is 9" in by_key(record)["cell:r/everybody/published"].message


def test_another_run_for_the_same_day_mends_the_record(bank: Bank) -> None:
    bank.publish("r", ["everybody,2026-10,10,1,2026-11-01"])
    bank.run(as_of=date(2026, 10, 31))
    assert bank.check("cell:r/everybody/published").verdict == "fail"
    with (bank.folder / "core.csv").open("a", encoding="utf-8") as file:
        file.write('"10","sme","2026-10-19","1"\n')
    bank.run(as_of=date(2026, 10, 31))
    assert bank.check("cell:r/everybody/published").verdict == "pass"


def test_a_selected_run_records_nothing(bank: Bank) -> None:
    bank.publish("r", ["everybody,2026-09,9,1,2026-10-05"])
    bank.run("measure:*", as_of=date(2026, 10, 2))
    assert bank.check("cell:r/everybody/published").verdict == "unknown"


def test_a_record_of_another_calculation_is_not_believed(bank: Bank) -> None:
    bank.publish("r", ["everybody,2026-09,9,1,2026-10-05"])
    bank.run(as_of=date(2026, 10, 2))
    other = DEFINITIONS.replace(
        "SELECT count(*) AS value FROM core.customers\n",
        "SELECT count(no) AS value FROM core.customers\n",
    )
    assert other != DEFINITIONS
    write_workspace(bank.folder, other)
    assert compared(bank.run(), "r/everybody")["2026-09"].verdict == "unknown"


# What is not there -----------------------------------------------------------------------------


def test_what_is_due_and_not_published_is_unknown_and_late(bank: Bank) -> None:
    bank.publish("r", ["all,2026-09,7,1,2026-10-05"])
    results = by_key(bank.run())
    found = results["cell:r/all/published"]
    assert found.verdict == "unknown"
    assert "October 2026: it is not published; it was due on 2026-11-06" in found.message
    late = results["report:r/late"]
    assert (late.verdict, late.violations, late.rows_compared) == ("fail", 8, 8)
    assert late.message == "October 2026 was due on 2026-11-06; it is not published"
    assert (late.period, late.expected) == ("2026-10", "2026-11-06")


def test_what_is_not_yet_due_is_not_missed_and_the_issue_before_is_judged(bank: Bank) -> None:
    bank.publish("r", ["all,2026-09,7,1,2026-10-05"])
    day = date(2026, 11, 6)
    assert bank.check("cell:r/all/published", as_of=day).verdict == "pass"
    assert bank.check("report:r/late", as_of=day).period == "2026-09"


def test_what_came_late_is_late_whatever_it_says_and_a_restatement_is_not(bank: Bank) -> None:
    cells = ("retail", "all", "share", "everybody", "balances", "millions", "rich", "ratio")
    lines = [f"{cell},2026-10,8,1,2026-11-06" for cell in cells]
    bank.publish("r", [*lines, "all,2026-10,9,2,2026-11-19"])
    assert bank.check("report:r/late").verdict == "pass"
    bank.publish("r", [lines[0].replace("11-06", "11-09"), *lines[1:]])
    found = bank.check("report:r/late")
    assert (found.verdict, found.observed) == ("fail", "2026-11-09")
    assert found.samples == ("r/retail",)


def test_days_on_which_the_institution_is_closed_are_no_business_days(tmp_path: Path) -> None:
    bank = Bank(tmp_path)
    (tmp_path / "tekdogru.toml").write_text("calendar = [2026-11-02]", encoding="utf-8")
    assert bank.check("report:r/late").expected == "2026-11-09"


def test_a_line_that_cannot_be_read_is_a_failure_of_the_feed_and_its_cell_is_unknown(
    bank: Bank,
) -> None:
    bank.publish("r", ["all,2026-10,8,1,2026-11-05", 'all,2026-10,"8,5",2,2026-11-06', "x,1,2,3"])
    results = by_key(bank.run())
    feed = results["report:r/feed"]
    assert (feed.verdict, feed.violations, feed.rows_compared) == ("fail", 2, 3)
    assert feed.samples == ("published/r.csv:3", "published/r.csv:4")
    assert "published/r.csv:3: '8,5' has a decimal comma" in feed.message
    found = results["cell:r/all/published"]
    assert found.verdict == "unknown"
    assert "a line about it cannot be read" in found.message


def test_a_thousand_bad_lines_are_counted_and_the_first_hundred_told(bank: Bank) -> None:
    bank.publish("r", ["x,1,2,3"] * 1000)
    feed = bank.check("report:r/feed")
    assert (feed.violations, len(feed.samples), feed.truncated) == (1000, 100, True)
    assert "published/r.csv:101: 4 values under 5 headings; and 900 more" in feed.message
    assert "\n" not in feed.message


def test_a_missing_file_is_unknown_everywhere_and_never_a_pass(bank: Bank) -> None:
    (bank.folder / "published/r.csv").unlink()
    results = by_key(bank.run())
    own = [
        r for r in results.values() if r.check.startswith(("cell:r/", "report:r/f", "report:r/l"))
    ]
    assert {r.verdict for r in own} == {"unknown"}
    assert all("there is no file published/r.csv" in r.message for r in own if r.kind != "same")


def test_a_source_that_is_down_leaves_the_truth_unknown_and_the_cells_still_compared(
    bank: Bank,
) -> None:
    bank.publish("r", ["all,2026-10,8,1,2026-11-05"])
    bank.publish("s", ["total,2026-10,8,1,2026-11-05"])
    (bank.folder / "core.csv").unlink()
    results = by_key(bank.run())
    assert results["cell:r/all/published"].verdict == "unknown"
    assert "core.customers cannot be read" in results["cell:r/all/published"].message
    assert results["cell:r/all/same:s/total"].verdict == "pass"


# One number, two reports -----------------------------------------------------------------------


def test_two_reports_that_publish_one_measure_must_agree(bank: Bank) -> None:
    bank.publish("r", ["all,2026-10,8,1,2026-11-05", "all,2026-08,6,1,2026-11-05"])
    bank.publish("s", ["total,2026-10,9,1,2026-11-05", "total,2026-09,7,1,2026-11-05"])
    found = bank.check("cell:r/all/same:s/total")
    assert (found.verdict, found.rows_compared, found.samples) == ("fail", 1, ("2026-10",))
    said = (
        "October 2026: Retail monthly, Summary!C6 published 8, Other monthly, total 9; "
        "1 apart, allowed 0"
    )
    assert found.message == said
    whole = by_key(bank.run())["cell:r/all/same:s/total"]
    assert whole.message == f"{said}; the truth is 8"


def test_other_filters_are_other_numbers(bank: Bank) -> None:
    keys = set(by_key(bank.run("cell:*/same*")))
    assert "cell:r/all/same:s/total" in keys
    assert not any("retail" in key for key in keys)


def test_units_are_converted_before_two_reports_are_compared(bank: Bank) -> None:
    bank.publish("r", ["millions,2026-10,0.02,1,2026-11-05"])
    bank.publish("s", ["balances,2026-10,18.85,1,2026-11-05"])
    assert bank.check("cell:r/millions/same:s/balances").verdict == "pass"
    bank.publish("s", ["balances,2026-10,28.85,1,2026-11-05"])
    assert bank.check("cell:r/millions/same:s/balances").verdict == "fail"


def test_reports_without_a_common_period_are_not_compared(bank: Bank) -> None:
    bank.publish("r", ["all,2026-10,8,1,2026-11-05"])
    assert bank.check("cell:r/all/same:s/total").verdict == "unknown"


# The period asked for --------------------------------------------------------------------------


def test_one_period_can_be_asked_for(bank: Bank) -> None:
    bank.publish("r", ["all,2026-09,7,1,2026-10-05", "all,2026-10,99,1,2026-11-05"])
    record = bank.run("cell:r/all/published", period="2026-09")
    assert by_key(record)["cell:r/all/published"].verdict == "pass"
    assert set(compared(record, "r/all")) == {"2026-09"}
    values = bank.run("measure:customers", period="2026-08").measures["customers"]
    assert [(v.period, v.dimensions["segment"], v.value) for v in values] == [
        ("2026-08", "retail", 6)
    ]


def test_a_period_that_is_not_over_is_refused(bank: Bank) -> None:
    with pytest.raises(UsageError, match="2026-11 is not over on 2026-11-20; .* is 2026-10"):
        bank.run(period="2026-11")


def test_a_run_of_an_earlier_day_sees_nothing_published_later(bank: Bank) -> None:
    bank.publish("r", ["all,2026-09,7,1,2026-10-05", "all,2026-09,99,2,2026-11-05"])
    assert bank.check("cell:r/all/published", as_of=date(2026, 10, 20)).verdict == "pass"
    assert bank.check("cell:r/all/published").verdict == "fail"


def test_values_bear_the_period_they_speak_of(bank: Bank) -> None:
    measures = bank.run().measures
    assert {v.period for v in measures["customers"]} == {"2026-10"}
    assert [v.value for v in measures["cell:r/rich"]] == [1]
