"""The history on the pages: kept runs, the latest run, strips of verdicts, earlier values."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bank_pages import AGREE, BANK, PAGES_DAY, RESULTS, bank_run, result
from workspaces import fixed_clock, write_workspace

from catalog.panels import panel_makers
from catalog.results import MeasureValue, Result, RunRecord, Waived
from catalog.store.runs import RunStore
from catalog.workspace import open_workspace
from lineage.pages.context import PageContext
from lineage.pages.reading import read_workspace
from lineage.pages.render import render_pages

EMAIL = "d/attribute-customer.email/index.html"
REQUIRED = "attribute:customer.email/required"


def history(folder: Path, *runs: RunRecord, language: str = "en") -> PageContext:
    """The context of a workspace that keeps those runs."""
    workspace = replace(open_workspace(write_workspace(folder, BANK)), clock=fixed_clock(PAGES_DAY))
    store = RunStore(workspace.state_url)
    for run in runs:
        store.save(run)
    return read_workspace(workspace, language)  # type: ignore[arg-type]


def run_on(days_ago: int, results: tuple = RESULTS, **more: object) -> RunRecord:  # type: ignore[type-arg]
    started = datetime(2026, 11, 21, 6, tzinfo=UTC) - timedelta(days=days_ago)
    told = {"run": f"r{days_ago}", "started": started, "finished": started, **more}
    return bank_run(results, started.date()).model_copy(update=told)


def said(ctx: PageContext, address: str) -> str:
    pages = {page.address: page.html for page in render_pages(ctx, panel_makers())}
    return " ".join(re.sub(r"<[^>]+>", " ", pages[address]).split())


def test_kept_runs_are_listed_with_their_counts(tmp_path: Path) -> None:
    text = said(history(tmp_path, run_on(1), run_on(0)), "all/runs/index.html")
    assert "21 Nov 2026 21 Nov 2026, 09:00 everything 1 1 1 1 2 closed 20 Nov 2026" in text


def test_the_latest_run_says_what_broke_and_what_was_mended(tmp_path: Path) -> None:
    before = (result(AGREE), result(REQUIRED, "fail", violations=900))
    now = (result(AGREE, "fail", violations=279), result(REQUIRED))
    text = said(history(tmp_path, run_on(1, before), run_on(0, now)), "all/run/index.html")
    worse, mended = text.split("Failing since this run")[1].split("Mended since")
    assert "Core banking and CRM disagree on 279 of 4,000 customers" in worse
    assert "Values are complete." in mended.split("Whose checks")[0]


def test_a_first_run_says_that_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert "There is no earlier run" in said(history(tmp_path, run_on(0)), "all/run/index.html")


def test_a_strip_shows_the_worst_verdict_of_each_run_also_in_words(tmp_path: Path) -> None:
    fine = tuple(one.model_copy(update={"verdict": "pass", "violations": 0}) for one in RESULTS)
    ctx = history(tmp_path, run_on(2, fine), run_on(1, fine), run_on(0))
    assert [v for _, v in ctx.past.strip((AGREE, REQUIRED))] == ["pass", "pass", "fail"]
    html = {p.address: p.html for p in render_pages(ctx, panel_makers())}[EMAIL]
    words = "The last 3 runs, 19 Nov 2026 to 21 Nov 2026: 2 fine, 1 failing."
    assert html.count(words) == 2  # for the eyes and for a screen reader
    strip = html.split('class="td-past"')[1].split("</svg>")[0]
    assert strip.count("<rect") == 3
    assert 'height="24"><title>21 Nov 2026: failing' in strip


def test_a_run_of_a_later_day_is_not_shown(tmp_path: Path) -> None:
    ctx = history(tmp_path, run_on(0), run_on(-1))
    assert [run.run for run in ctx.past.runs] == ["r0"]


def test_earlier_values_stand_beside_todays_by_period(tmp_path: Path) -> None:
    def values(month: str, retail: int) -> dict[str, object]:
        told = MeasureValue(dimensions={"segment": "retail"}, value=retail, period=month)
        return {"measures": {"active": (told,)}}

    ctx = history(
        tmp_path,
        run_on(40, **values("2026-09", 3000)),
        run_on(9, **values("2026-10", 3100)),
        run_on(0, **values("2026-10", 3200)),
    )
    text = said(ctx, "d/measure-active/index.html")
    assert "For October 2026 September 2026 Retail banking 3,200 customers 3,000 customers" in text
    cell = said(ctx, "d/cell-monthly--a/index.html")
    assert "3,200 customers For October 2026 September 2026 3,000 customers" in cell


def test_an_accepted_failure_says_by_whom_until_when_and_why(tmp_path: Path) -> None:
    waived = Waived(
        key="w", owner="head", until=date(2026, 12, 31), reason="Migration <runs>", state="holds"
    )
    accepted = result(REQUIRED, "fail", violations=800, waiver=waived)
    ctx = history(tmp_path, run_on(0, (accepted,)))
    text = said(ctx, EMAIL)
    assert "Use with care 800 of 4,000 customers have no value" in text
    assert "This is accepted until 31 Dec 2026." in text
    assert "accepted for now" in text
    assert "until 31 Dec 2026: Migration &lt;runs&gt;" in text
    assert "1 accepted for now" in said(ctx, "index.html")


def test_a_result_carried_over_says_since_when_nobody_looked(tmp_path: Path) -> None:
    carried = result(REQUIRED, "warn", violations=800, carried_from="r3")
    ctx = history(tmp_path, run_on(3), run_on(0, (carried,)))
    assert "not scanned again since 18 Nov 2026" in said(ctx, EMAIL)


def test_what_was_accepted_once_is_not_listed_as_accepted(tmp_path: Path) -> None:
    def waived(check: str, state: str, until: date) -> Result:
        known = Waived(key="w", owner="head", until=until, reason="R", state=state)  # type: ignore[arg-type]
        return result(check, "fail", violations=8, waiver=known)

    results = (
        waived(REQUIRED, "holds", date(2026, 12, 31)),
        waived(AGREE, "ended", date(2026, 11, 1)),
    )
    text = said(history(tmp_path, run_on(0, results)), "all/run/index.html")
    holds, ended = text.split("Failures accepted until a date")[1].split("Accepted once")
    assert "have no value" in holds
    assert "disagree" not in holds
    assert "disagree" in ended.split("Whose checks")[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The last 2 runs, all for 21 Nov 2026: 2 failing."),
        ("tr", "21 Kasım 2026 için son 2 çalıştırma: 2 uygun değil."),
    ],
)
def test_runs_of_one_day_are_not_told_as_a_span(tmp_path: Path, language: str, words: str) -> None:
    ctx = history(tmp_path, run_on(0), run_on(0, run="r0b"), language=language)
    assert words in said(ctx, EMAIL)


def test_what_is_long_past_its_review_is_not_said_to_be_due_soon(tmp_path: Path) -> None:
    text = said(history(tmp_path, run_on(0)), "index.html")
    passed, soon = text.split("Review date has passed")[1].split("Must be reviewed soon")
    assert "1 Nov 2026" in passed
    assert "passed" not in soon
    assert "5 Dec 2026" in soon
