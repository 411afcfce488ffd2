"""The promise as a check: late corrections fail it, and without observations nobody knows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from observations import Seen
from story import BANK, CALLS, CORE, NEW, OLD, WEB, Story
from workspaces import fixed_clock

from catalog.results import Result
from catalog.workspace import Workspace
from expectations.corrections.promise import with_corrections
from expectations.past import Past
from expectations.runner import plan_checks, run_checks

KEY = "attribute:customer.address/corrections"
TOLD = Seen(CALLS, NEW, confirmed=datetime(2026, 11, 2, 9), means="confirmed")


def checked(story: Story, day: date) -> Result:
    """What the check finds on a day."""
    opened = Workspace(story.opened.root, story.opened.settings, fixed_clock(day))
    plan = plan_checks(opened, story.catalog, day, KEY)
    past = with_corrections(Past(), plan, opened.state_url)
    (result,) = run_checks(opened, story.catalog, plan, past=past).results
    return result


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Verified on 2 November, due on the 12th."""
    told = Story(tmp_path)
    told.observe(date(2026, 11, 1), Seen(CALLS, OLD), Seen(CORE, OLD), Seen(WEB, OLD))
    told.observe(date(2026, 11, 2), TOLD, Seen(CORE, OLD), Seen(WEB, OLD))
    return told


def test_without_observations_it_is_unknown(tmp_path: Path) -> None:
    found = checked(Story(tmp_path), date(2026, 11, 2))
    assert found.verdict == "unknown"
    assert "no observations of customer.address are kept" in found.message


def test_a_correction_is_late_from_the_day_after_it_was_due(story: Story) -> None:
    due = checked(story, date(2026, 11, 12))
    assert (due.verdict, due.violations, due.rows_compared) == ("pass", 0, 1)
    assert due.message == "1 corrections are open and none is late, as observed on 2026-11-02"
    late = checked(story, date(2026, 11, 13))
    assert (late.verdict, late.violations, late.samples) == ("fail", 1, ("4711",))
    assert late.message.startswith("1 of 1 open corrections are past their due day")
    assert late.expectation == "expect_corrections_to_arrive"


def test_what_has_arrived_late_is_late_no_more(story: Story) -> None:
    story.observe(date(2026, 11, 15), TOLD, Seen(CORE, NEW), Seen(WEB, NEW))
    assert checked(story, date(2026, 11, 15)).verdict == "pass"
    assert checked(story, date(2026, 11, 14)).verdict == "fail"


def test_where_nothing_is_promised_there_is_no_check(tmp_path: Path) -> None:
    told = Story(tmp_path, BANK.replace("    corrections: {within: 10d}\n", ""))
    plan = plan_checks(told.opened, told.catalog, date(2026, 11, 2), None)
    assert KEY not in {check.key for check in plan.checks}


def test_business_days_skip_the_weekend_and_the_bank_s_holidays(tmp_path: Path) -> None:
    told = Story(tmp_path, BANK.replace("within: 10d", "within: 2bd"), 'calendar = ["2026-11-04"]')
    told.observe(date(2026, 11, 1), Seen(CALLS, OLD), Seen(CORE, OLD))
    told.observe(date(2026, 11, 3), TOLD._replace(confirmed=datetime(2026, 11, 3)), Seen(CORE, OLD))
    assert checked(told, date(2026, 11, 6)).verdict == "pass"
    assert checked(told, date(2026, 11, 7)).verdict == "fail"
