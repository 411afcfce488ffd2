"""Measures stay within their bounds and do not leap, each value by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from workspaces import by_key, fixed_clock, write_workspace

from catalog.results import Result, RunRecord
from catalog.store.runs import RunStore
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.past import recall
from expectations.runner import plan_checks, run_checks

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
        fields: [{key: segment}, {key: since, type: date}]
measures:
  - key: m
    name: M
    definition: d
    owner: t
    expires_on: 2027-01-01
    dimensions: [segment]
    calculation: >-
      SELECT segment, count(*) AS value FROM core.customers WHERE since <= :period_end
      GROUP BY segment
    EXTRA
"""


def write(folder: Path, extra: str, rows: dict[str, int], since: str = "2026-01-01") -> Path:
    data = [{"segment": s, "since": since} for s, n in rows.items() for _ in range(n)]
    return write_workspace(folder, DEFINITIONS.replace("EXTRA", extra), {"core.csv": data})


def run(folder: Path, as_of: date = date(2026, 11, 20), select: str | None = None) -> RunRecord:
    opened, catalog = open_valid(folder)
    opened = Workspace(opened.root, opened.settings, fixed_clock(as_of))
    plan = plan_checks(opened, catalog, as_of, select)
    store = RunStore(opened.state_url)
    record = run_checks(opened, catalog, plan, selection=select, past=recall(plan, {}, store))
    store.save(record)
    return record


def check(folder: Path, key: str, as_of: date = date(2026, 11, 20)) -> Result:
    return by_key(run(folder, as_of))[key]


# Bounds ----------------------------------------------------------------------------------------


def test_every_value_is_held_to_the_bounds_and_both_ends_are_allowed(tmp_path: Path) -> None:
    write(tmp_path, "bounds: {min: 2, max: 4}", {"a": 2, "b": 4, "c": 5, "d": 1})
    found = check(tmp_path, "measure:m/bounds")
    assert (found.verdict, found.rows_compared, found.violations) == ("fail", 4, 2)
    assert found.samples == ("segment c", "segment d")
    assert found.message == "it is 5 for segment c; 1 for segment d; allowed is 2 to 4"
    assert found.observed == [{"segment": "c", "value": 5}, {"segment": "d", "value": 1}]
    assert found.expected == {"min": 2, "max": 4}
    assert found.expectation == "expect_measure_within_bounds"


def test_a_value_of_a_dimension_has_bounds_of_its_own(tmp_path: Path) -> None:
    extra = "bounds: [{min: 1}, {max: 3, where: {segment: b}}]"
    write(tmp_path, extra, {"a": 9, "b": 4})
    found = check(tmp_path, "measure:m/bounds")
    assert found.samples == ("segment b",)
    assert "allowed is 1 or more; up to 3 for segment b" in found.message


def test_a_value_that_has_bounds_and_is_not_there_fails(tmp_path: Path) -> None:
    write(tmp_path, "bounds: {min: 1, where: {segment: gone}}", {"a": 1})
    found = check(tmp_path, "measure:m/bounds")
    assert (found.verdict, found.samples) == ("fail", ("segment gone",))
    assert "not there for segment gone" in found.message


def test_within_its_bounds_a_measure_passes_and_says_what_it_is(tmp_path: Path) -> None:
    write(tmp_path, "bounds: {max: 10}", {"a": 3})
    found = check(tmp_path, "measure:m/bounds")
    assert (found.verdict, found.message) == ("pass", "it is 3 for segment a, within up to 10")


def test_a_number_that_cannot_be_told_is_neither_inside_nor_outside(tmp_path: Path) -> None:
    write(tmp_path, "bounds: {max: 10}", {"a": 3})
    (tmp_path / "core.csv").unlink()
    assert check(tmp_path, "measure:m/bounds").verdict == "unknown"


# Change ----------------------------------------------------------------------------------------


def test_the_first_run_has_nothing_to_compare_with_and_does_not_close_the_gate(
    tmp_path: Path,
) -> None:
    write(tmp_path, "change: {relative: 0.1}", {"a": 10})
    record = run(tmp_path)
    found = by_key(record)["measure:m/change"]
    assert (found.verdict, found.severity) == ("unknown", "warning")
    assert "nothing to compare with yet" in found.message
    assert record.exit_code == 0


def test_a_leap_since_the_last_run_of_an_earlier_day_fails(tmp_path: Path) -> None:
    extra = "change: {relative: 0.1, severity: critical}"
    write(tmp_path, extra, {"a": 10, "b": 10})
    run(tmp_path, date(2026, 11, 18))
    write(tmp_path, extra, {"a": 11, "b": 12})
    found = check(tmp_path, "measure:m/change")
    assert (found.verdict, found.severity, found.samples) == ("fail", "critical", ("segment b",))
    assert found.message == "since 2026-11-18: segment b: from 10 to 12 (+20.0%), allowed 1"


def test_what_stands_still_is_said_to(tmp_path: Path) -> None:
    write(tmp_path, "change: {relative: 0}", {"a": 10})
    run(tmp_path, date(2026, 11, 18))
    found = check(tmp_path, "measure:m/change")
    assert (found.verdict, found.message) == ("pass", "since 2026-11-18: nothing has moved")


def test_runs_of_the_same_day_are_no_earlier_ones(tmp_path: Path) -> None:
    write(tmp_path, "change: {relative: 0}", {"a": 10})
    run(tmp_path)
    assert check(tmp_path, "measure:m/change").verdict == "unknown"


def test_a_run_of_some_checks_is_not_compared_with(tmp_path: Path) -> None:
    write(tmp_path, "change: {relative: 0}", {"a": 10})
    run(tmp_path, date(2026, 11, 18), select="measure:*")
    assert check(tmp_path, "measure:m/change").verdict == "unknown"


def test_the_wider_limit_counts(tmp_path: Path) -> None:
    extra = "change: {relative: 0.1, absolute: 3}"
    write(tmp_path, extra, {"small": 5, "large": 100})
    run(tmp_path, date(2026, 11, 18))
    write(tmp_path, extra, {"small": 8, "large": 110})
    assert check(tmp_path, "measure:m/change").verdict == "pass"
    write(tmp_path, extra, {"small": 9, "large": 111})
    assert check(tmp_path, "measure:m/change").samples == ("segment large", "segment small")


def test_values_that_appear_or_vanish_are_told_and_count_from_and_to_nothing(
    tmp_path: Path,
) -> None:
    extra = "change: {absolute: 5}"
    write(tmp_path, extra, {"old": 9, "stays": 3})
    run(tmp_path, date(2026, 11, 18))
    write(tmp_path, extra, {"new": 4, "stays": 3})
    found = check(tmp_path, "measure:m/change")
    assert (found.rows_compared, found.samples) == (3, ("segment old",))
    assert "segment old: 9 and not there any more" in found.message
    assert "segment new: 4, which was not there" in found.message


def test_a_changed_calculation_is_another_number(tmp_path: Path) -> None:
    write(tmp_path, "change: {relative: 0}", {"a": 10})
    run(tmp_path, date(2026, 11, 18))
    file = tmp_path / "catalog/definitions.yml"
    file.write_text(file.read_text().replace("count(*)", "2 * count(*)"), encoding="utf-8")
    found = check(tmp_path, "measure:m/change")
    assert found.verdict == "unknown"
    assert "its calculation has changed since the run of 2026-11-18" in found.message


def test_a_calculation_that_names_the_period_needs_no_history_for_the_period_before(
    tmp_path: Path,
) -> None:
    write(tmp_path, "change: {absolute: 0, per: period}", {"a": 2}, since="2026-10-15")
    found = check(tmp_path, "measure:m/change")
    assert found.verdict == "fail"
    assert found.message == "since September 2026: segment a: 2, which was not there"


def test_other_calculations_take_the_record_of_the_period_before(tmp_path: Path) -> None:
    extra = "change: {absolute: 0, per: period}"
    for day, count in ((date(2026, 10, 3), 2), (date(2026, 10, 20), 9), (date(2026, 11, 20), 3)):
        write(tmp_path, extra, {"a": count})
        file = tmp_path / "catalog/definitions.yml"
        text = file.read_text().replace("WHERE since <= :period_end", "")
        file.write_text(text, encoding="utf-8")
        found = check(tmp_path, "measure:m/change", day)
    assert found.message == "since September 2026: segment a: from 2 to 3 (+50.0%), allowed 0"
