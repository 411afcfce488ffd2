"""What workbooks show is what was published: read strictly, kept over time, held against feeds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from books import SAVED, At, set_file_time, write_book
from workspaces import by_key, change, fixed_clock, write_workspace

from catalog.cli import run as tekdogru
from catalog.clock import Clock
from catalog.periods import Period
from catalog.results import Comparison, RunRecord
from catalog.sample.bank import create_bank
from catalog.sample.published import STALE
from catalog.store.publications import PublicationStore
from catalog.store.runs import RunStore
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.numbers import read_published
from expectations.past import recall
from expectations.publications import (
    History,
    keep_publications,
    read_publications,
    recall_publications,
)
from expectations.published import Feed
from expectations.runner import plan_checks, run_checks

TODAY = date(2026, 11, 20)
NOTHING = History()
OCTOBER, SEPTEMBER = Period.parse("2026-10"), Period.parse("2026-09")
DEFINITIONS = """
teams: [{key: t, name: T}]
sources:
  - key: core
    name: Core
    owner: t
    kind: files
    location: .
    datasets:
      - {key: customers, path: core.csv, fields: [{key: no}, {key: since, type: date}]}
measures:
  - key: customers
    name: Customers
    definition: d
    owner: t
    expires_on: 2027-01-01
    calculation: SELECT count(*) AS value FROM core.customers WHERE since <= :period_end
  - key: money
    name: Money
    definition: d
    owner: t
    expires_on: 2027-01-01
    unit: {currency: TRY, scale: 1000}
    calculation: SELECT 1234.567 AS value FROM core.customers WHERE since <= :period_end LIMIT 1
reports:
  - key: r
    name: Retail monthly
    definition: d
    owner: t
    expires_on: 2027-01-01
    team: t
    period: month
    due: 5bd
    workbook: reports/r_{period}.xlsx
    cells:
      - {key: all, at: Özet!C5, measure: customers}
      - {key: share, at: Özet!C6, unit: "%", calculation: "=C5/C8"}
      - {key: money, at: Özet!C7, measure: money}
      - {key: base, at: Özet!C8, calculation: SELECT 4 AS value}
"""
ROWS = [{"no": str(i), "since": "2026-08-01"} for i in range(3)]
SHEET = {
    "B5": "Müşteri", "C4": "Değer",
    "C5": At(3, "SUM(Veri!B2:B4)"),
    "C6": At(0.75, "C5/C8", "0.0%"),
    "C7": At(1234567.0, "SUM(Veri!C2:C4)", "#,##0,"),
    "C8": 4,
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_workspace(tmp_path, DEFINITIONS, {"core.csv": ROWS})
    publish(tmp_path)
    return tmp_path


def publish(
    folder: Path,
    period: str = "2026-10",
    saved: datetime | None = SAVED,
    name: str = "r_{}",
    **cells: Any,
) -> Path:
    sheet = {**SHEET, **cells}
    return write_book(folder / "reports" / f"{name.format(period)}.xlsx", {"Özet": sheet}, saved)


def read(folder: Path, history: History = NOTHING, today: date = TODAY) -> Feed:
    opened, catalog = open_valid(folder)
    return read_publications(opened.root, catalog, today, history, opened.settings)["r"]


def numbers(feed: Feed, cell: str = "r/all", period: Period = OCTOBER) -> list[Decimal]:
    return [one.value for one in feed.versions.get((cell, period), ())]


def run(folder: Path, *, keep: bool = True, today: date = TODAY) -> RunRecord:
    """A whole run as the command makes it."""
    opened, catalog = open_valid(folder)
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    opened = Workspace(opened.root, opened.settings, Clock(instant=lambda: noon))
    plan = plan_checks(opened, catalog, today, None)
    feeds = read_published(opened, catalog, plan)
    past = recall(plan, feeds, RunStore(opened.state_url))
    record = run_checks(opened, catalog, plan, feeds=feeds, past=past)
    if keep:
        keep_publications(opened.state_url, feeds.values(), record)
    return record


def compared(record: RunRecord, cell: str = "r/all", period: str = "2026-10") -> Comparison:
    return next(one for one in record.published if (one.cell, one.period) == (cell, period))


def test_a_workbook_publishes_what_its_cells_show(folder: Path) -> None:
    feed = read(folder)
    assert feed.problems == ()
    assert feed.lines == 4
    shown = {cell: numbers(feed, f"r/{cell}") for cell in ("all", "share", "money", "base")}
    assert shown == {"all": [3], "share": [75], "money": [1235], "base": [4]}
    (one,) = feed.versions["r/all", OCTOBER]
    assert (one.origin, one.place, one.dated_by) == (
        "workbook", "reports/r_2026-10.xlsx#Özet!C5", "workbook"
    )  # fmt: skip
    assert one.published_on == date(2026, 11, 5)


def test_what_is_shown_is_held_against_the_truth_as_exactly_as_it_is_shown(folder: Path) -> None:
    record = run(folder)
    verdicts = {one.cell: one.verdict for one in record.published}
    assert verdicts == {"r/all": "pass", "r/share": "pass", "r/money": "pass", "r/base": "pass"}
    assert compared(record, "r/money").truth == 1235
    assert by_key(record)["report:r/late"].verdict == "pass"
    assert by_key(record)["report:r/feed"].verdict == "pass"


def test_a_draft_closes_no_gate(folder: Path) -> None:
    change(folder, "    workbook:", "    status: draft\n    workbook:")
    opened, catalog = open_valid(folder)
    plan = plan_checks(opened, catalog, TODAY, ["report:r", "cell:r"])
    severities = {c.kind: c.severity for c in plan.checks if c.kind != "expiry"}
    assert severities == {"feed": "info", "late": "info", "published": "info"}


@pytest.mark.parametrize("feed", [False, True])
def test_a_cell_that_is_retired_is_not_compared_nor_missed(folder: Path, feed: bool) -> None:
    publish(folder, C7=None)
    money = "{key: money, at: Özet!C7, measure: money"
    change(folder, money, f"{money}, status: retired")
    if feed:
        change(folder, "    workbook:", "    published: p.csv\n    workbook:")
        lines = "".join(f"r/{cell},2026-10,3,1,2026-11-05\n" for cell in ("all", "share", "base"))
        (folder / "p.csv").write_text(f"cell,period,value,version,published_at\n{lines}")
    record = run(folder)
    assert {one.cell for one in record.published} == {"r/all", "r/share", "r/base"}
    found = by_key(record)
    assert found["report:r/feed"].verdict == "pass"
    assert found["report:r/late"].verdict == "pass"
    assert not any("r/money/" in key for key in found if not key.endswith("expiry"))


def test_a_wrong_workbook_fails_in_business_words(folder: Path) -> None:
    publish(folder, C5=At(5, "SUM(Veri!B2:B4)"))
    found = by_key(run(folder))["cell:r/all/published"]
    assert found.message == (
        "Retail monthly, Özet!C5, October 2026: published 5; the truth is 3; 2 apart, allowed 0"
    )


HOSTILE: Mapping[str, tuple[object, str]] = {
    "text": ("3", "it holds the text '3', which is no number"),
    "turkish": ("12.345,67", "it holds the text '12.345,67', which is no number"),
    "a name": ("Ayşe Yılmaz", "it holds text, which is no number"),
    "an identity": ("10000000146", "it holds text, which is no number"),
    "many digits": ("1" * 99, "it holds text, which is no number"),
    "error": (At("#REF!", "Veri!B2", error=True), "it shows the error #REF!"),
    "empty": (None, "it is empty"),
    "never calculated": (At(None, "SUM(Veri!B2:B4)"), "its formula holds no calculated value"),
    "date": (At(46000, None, "yyyy-mm-dd"), "it holds a date or time, which is no number"),
    "boolean": (True, "it holds TRUE, which is no number"),
    "hidden": (At(3, None, ";;;"), "its number format ;;; hides the number"),
    "endless": (At(float("1e308"), None, "0.0"), ""),
}


@pytest.mark.parametrize(("held", "said"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_number_is_told_with_its_place_and_makes_the_cell_unknown(
    folder: Path, held: object, said: str
) -> None:
    publish(folder, C5=held)
    feed = read(folder)
    if not said:
        assert feed.problems == ()
        return
    (problem,) = feed.problems
    assert problem.startswith(f"reports/r_2026-10.xlsx#Özet!C5: {said}")
    assert feed.spoilt == {("r/all", OCTOBER)}


def test_a_cell_without_a_number_fails_the_reading_and_is_itself_unknown(folder: Path) -> None:
    publish(folder, C5=At("#REF!", "Veri!B2", error=True))
    results = by_key(run(folder))
    assert results["report:r/feed"].verdict == "fail"
    assert "shows the error #REF!" in results["report:r/feed"].message
    assert results["cell:r/all/published"].verdict == "unknown"
    assert results["cell:r/base/published"].verdict == "pass"


def test_a_file_that_is_no_workbook_makes_its_period_unknown_and_no_other(folder: Path) -> None:
    publish(folder, "2026-09")
    (folder / "reports/r_2026-10.xlsx").write_bytes(b"PK nothing")
    feed = read(folder)
    assert numbers(feed, period=SEPTEMBER) == [3]
    assert {period for _, period in feed.spoilt} == {OCTOBER}
    assert feed.problems[0].startswith("reports/r_2026-10.xlsx: it is damaged")
    assert str(folder) not in feed.problems[0]


def test_without_a_workbook_the_report_is_unknown_and_says_which_file_is_missing(
    folder: Path,
) -> None:
    (folder / "reports/r_2026-10.xlsx").unlink()
    found = by_key(run(folder))["report:r/feed"]
    assert found.verdict == "unknown"
    assert "no workbook is called reports/r_{period}.xlsx" in found.message


def test_names_of_files_say_the_period_and_what_they_leave_open_is_told(folder: Path) -> None:
    for name in ("r_2026-W40", "r_2026-10 (2)", "r_other_2026-10", "~$r_2026-10"):
        publish(folder, name=name)
    publish(folder, "2026-11")
    feed = read(folder)
    assert [one.partition(": ")[0] for one in feed.problems] == [
        "reports/r_2026-10 (2).xlsx", "reports/r_2026-W40.xlsx"
    ]  # fmt: skip
    assert {period for _, period in feed.versions} == {OCTOBER}, "November is not over"


def test_the_day_it_was_saved_is_told_late_and_by_whom_it_is_known(folder: Path) -> None:
    publish(folder, saved=datetime(2026, 11, 12, 9, tzinfo=UTC))
    found = by_key(run(folder, keep=False))["report:r/late"]
    assert found.verdict == "fail"
    assert "4 of 4 number(s) came late, the last on 2026-11-12" in found.message
    set_file_time(publish(folder, saved=None), datetime(2026, 11, 13, 9, tzinfo=UTC))
    again = by_key(run(folder, keep=False))["report:r/late"]
    assert "by the time of the file" in again.message


def test_other_sheets_than_those_asked_for_are_not_looked_at(folder: Path) -> None:
    rows = {f"A{row}": "x" for row in range(1, 60)}
    write_book(folder / "reports/r_2026-10.xlsx", {"Özet": SHEET, "Veri": rows}, SAVED)
    (folder / "tekdogru.toml").write_text("[workbooks]\ncells = 50\n", encoding="utf-8")
    assert read(folder).problems == ()
    change(folder, "at: Özet!C5", "find: {row: Müşteri, column: Değer}")
    assert "too many cells" in read(folder).problems[0]


def test_the_day_is_the_institutions(folder: Path) -> None:
    publish(folder, saved=datetime(2026, 11, 5, 22, tzinfo=UTC))
    assert read(folder).versions["r/all", OCTOBER][0].published_on == date(2026, 11, 6)


def test_a_workbook_saved_in_days_to_come_is_not_believed(folder: Path) -> None:
    publish(folder, saved=datetime(2027, 11, 5, 9, tzinfo=UTC))
    feed = read(folder)
    assert "has not come yet" in feed.problems[0]
    assert feed.versions == {}


def test_a_workbook_saved_over_restates_and_what_it_showed_before_is_known(folder: Path) -> None:
    publish(folder, C5=5)
    assert by_key(run(folder))["cell:r/all/published"].verdict == "fail"
    publish(folder, saved=datetime(2026, 11, 12, 9, tzinfo=UTC), C5=3)
    for _ in range(2):
        found = compared(run(folder))
        assert (found.published, found.version, found.earlier) == (3, 2, (5,))
        assert found.earlier_on == (date(2026, 11, 5),)
        assert found.published_on == date(2026, 11, 12)


def test_saving_the_same_number_again_restates_nothing(folder: Path) -> None:
    run(folder)
    publish(folder, saved=datetime(2026, 11, 15, 9, tzinfo=UTC))
    found = compared(run(folder))
    assert (found.version, found.published_on) == (1, date(2026, 11, 5))


def test_a_fresh_checkout_with_the_same_history_knows_what_was_shown_before(
    folder: Path, tmp_path: Path
) -> None:
    opened, catalog = open_valid(folder)
    publish(folder, C5=5)
    run(folder)
    other = tmp_path / "elsewhere"
    write_workspace(other, DEFINITIONS, {"core.csv": ROWS})
    publish(other, saved=datetime(2026, 11, 12, 9, tzinfo=UTC))
    history = recall_publications(opened.state_url, catalog)
    assert numbers(read(other, history)) == [5, 3]


def test_without_a_history_it_says_that_earlier_numbers_are_not_known(folder: Path) -> None:
    assert "the history was not asked" in (read(folder).note or "")
    first, second = (by_key(run(folder))["report:r/feed"].message for _ in range(2))
    assert "no earlier run has seen these workbooks" in first
    assert "earlier" not in second


def test_an_older_workbook_put_back_leaves_open_which_number_is_published(folder: Path) -> None:
    run(folder)
    publish(folder, saved=datetime(2026, 11, 12, 9, tzinfo=UTC), C5=5)
    run(folder)
    publish(folder)
    results = by_key(run(folder))
    assert results["cell:r/all/published"].verdict == "unknown"
    assert "which is published?" in results["report:r/feed"].message


def test_a_cell_that_is_found_elsewhere_restates_nothing(folder: Path) -> None:
    publish(folder, C5=5, D5=3)
    run(folder)
    change(folder, "at: Özet!C5", "at: Özet!D5")
    assert compared(run(folder)).version == 1


def test_a_unit_that_is_mended_restates_nothing(folder: Path) -> None:
    change(folder, 'unit: "%", calculation', "calculation")
    assert compared(run(folder), "r/share").published == Decimal("0.75")
    change(folder, "at: Özet!C6, calculation", 'at: Özet!C6, unit: "%", calculation')
    found = compared(run(folder), "r/share")
    assert (found.published, found.version) == (75, 1)


def test_only_runs_of_every_check_keep_what_they_saw(folder: Path) -> None:
    opened, catalog = open_valid(folder)
    record = run(folder, keep=False)
    feeds = read_publications(opened.root, catalog, TODAY, settings=opened.settings)
    part = record.model_copy(update={"selection": "cell:*"})
    keep_publications(opened.state_url, feeds.values(), part)
    assert PublicationStore(opened.state_url).seen(["r"]) == []


def test_the_command_keeps_what_it_saw(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["check", "-w", str(folder), "--as-of", TODAY.isoformat()]
    tekdogru([*options, "--select", "cell:*"])
    opened, _ = open_valid(folder)
    store = PublicationStore(opened.state_url)
    assert store.seen(["r"]) == []
    tekdogru(options)
    assert [one.cell for one in store.seen(["r"])] == ["r/all", "r/base", "r/money", "r/share"]
    assert list(store.looks()) == ["reports/r_2026-10.xlsx"]
    capsys.readouterr()


def test_an_unchanged_workbook_is_not_read_again(folder: Path) -> None:
    opened, catalog = open_valid(folder)
    run(folder)
    history = recall_publications(opened.state_url, catalog)
    look = history.looks["reports/r_2026-10.xlsx"]
    told = look.document.replace('"value": "3"', '"value": "7"')
    history = replace(history, looks={look.file: replace(look, document=told)})
    assert numbers(read(folder, history))[-1] == 7, "it was told, not read"
    change(folder, "at: Özet!C5", "at: Özet!C8")
    assert numbers(read(folder, history)) == [4], "something else is asked of it"
    change(folder, "at: Özet!C8", "at: Özet!C5")
    publish(folder, C5=9)
    assert numbers(read(folder, history))[-1] == 9


HEADINGS = {
    "plain": ({}, "{row: Müşteri, column: Değer}", [3]),
    "any case": ({}, "{row: ' MÜŞTERİ ', column: DEĞER, sheet: özet}", [3]),
    "moved": ({"B5": None, "C5": None, "B9": "müşteri", "C9": 7}, "{row: Müşteri, column: değer}",
              [7]),
    "missing": ({}, "{row: Mudi, column: Değer}", "no cell holds its heading 'Mudi'"),
    "twice": ({"B6": "Müşteri"}, "{row: Müşteri, column: Değer}", "lead to several cells: Özet!C5"),
    "apart": ({"A9": "Son"}, "{row: Değer, column: Son}", "stands nowhere to the left"),
    "period": ({"D4": "Eylül 2026", "C4": "Ekim 2026", "D5": 9, "B5": "Bireysel"},
               "{row: Bireysel, column: '{period-1}', sheet: Özet}", [9]),
    "levels": ({"C4": None, "C5": None, "B5": None, "B10": "Bireysel", "C9": "Adet", "D9": "Tutar",
                "D10": 8, "C10": 6, "A10": "Banka"},
               "{row: Banka / Bireysel, column: Tutar, sheet: Özet}", [8]),
    "no sheet": ({}, "{row: Müşteri, column: Değer, sheet: Yok}", "there is no sheet 'Yok'"),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "find", "wanted"), HEADINGS.values(), ids=HEADINGS)
def test_a_cell_is_found_by_its_headings(
    folder: Path, cells: dict[str, object], find: str, wanted: list[int] | str
) -> None:
    publish(folder, **cells)
    change(folder, "at: Özet!C5", f"find: {find}")
    feed = read(folder)
    if isinstance(wanted, str):
        assert wanted in feed.problems[0]
        assert ("r/all", OCTOBER) in feed.spoilt
    else:
        assert numbers(feed) == wanted
        assert feed.problems == ()


FEED = "cell,period,value,version,published_at\n"


def with_feed(folder: Path, *lines: str) -> None:
    (folder / "published").mkdir(exist_ok=True)
    (folder / "published/r.csv").write_text(FEED + "".join(f"{one}\n" for one in lines))
    text = (folder / "catalog/definitions.yml").read_text("utf-8")
    if "published:" not in text:
        change(folder, "    workbook:", "    published: published/r.csv\n    workbook:")


def test_a_feed_is_what_was_published_and_its_workbook_is_held_against_it(folder: Path) -> None:
    with_feed(folder, "all,2026-10,5,1,2026-11-05", "share,2026-10,75.04,1,2026-11-05")
    record = run(folder)
    results = by_key(record)
    found = results["cell:r/all/workbook"]
    assert (found.verdict, found.severity, found.observed, found.expected) == (
        "fail", "warning", 3, 5
    )  # fmt: skip
    assert found.message == (
        "October 2026: reports/r_2026-10.xlsx#Özet!C5, saved on 2026-11-05, shows 3; published is 5"
    )
    assert results["cell:r/share/workbook"].verdict == "pass", "75.0% is 75.04 as far as it shows"
    assert results["cell:r/money/workbook"].verdict == "unknown", "the feed says nothing of it"
    one = compared(record)
    assert (one.published, one.origin, one.place) == (5, "feed", "published/r.csv:2")
    assert (one.shown, one.shown_at) == (3, "reports/r_2026-10.xlsx#Özet!C5")


def test_a_workbook_that_shows_no_number_beside_a_feed_is_unknown(folder: Path) -> None:
    publish(folder, C5=At("#REF!", "Veri!B2", error=True))
    with_feed(folder, "all,2026-10,3,1,2026-11-05")
    results = by_key(run(folder))
    assert results["cell:r/all/workbook"].verdict == "unknown"
    assert "#REF!" in results["cell:r/all/workbook"].message
    assert results["cell:r/all/published"].verdict == "pass"
    (folder / "reports/r_2026-10.xlsx").unlink()
    assert "no workbook is called" in by_key(run(folder))["cell:r/all/workbook"].message


def test_a_version_that_was_published_neither_changes_nor_goes(folder: Path) -> None:
    lines = ["all,2026-10,5,1,2026-11-05", "all,2026-10,3,2,2026-11-08"]
    with_feed(folder, *lines)
    run(folder)
    with_feed(folder, lines[0].replace(",5,", ",3,"), lines[1])
    found = by_key(run(folder))
    assert found["report:r/feed"].verdict == "fail"
    assert (
        "published/r.csv:2 version 1 of r/all for 2026-10: it said 5 on 2026-11-05, first read on "
        "2026-11-20, and says 3 on 2026-11-05 now; what is published stays"
    ) in found["report:r/feed"].message
    assert found["cell:r/all/published"].verdict == "pass", "the version that speaks is the same"
    with_feed(folder, lines[1])
    record = run(folder)
    assert "is not there any more" in by_key(record)["report:r/feed"].message
    assert compared(record).earlier == (5,)
    with_feed(folder, lines[0], lines[1].replace(",3,", ",4,"))
    assert by_key(run(folder))["cell:r/all/published"].verdict == "unknown"
    with_feed(folder, *lines, "all,2026-10,4,3,2026-11-09")
    assert by_key(run(folder))["report:r/feed"].verdict == "pass"


def test_neither_the_order_of_files_nor_reading_twice_changes_anything(folder: Path) -> None:
    for month in ("07", "08", "09"):
        publish(folder, f"2026-{month}", C5=int(month))
    first = read(folder)
    for file in sorted((folder / "reports").iterdir(), reverse=True):
        content = file.read_bytes()
        file.unlink()
        file.write_bytes(content)
    assert replace(read(folder), looks=()) == replace(first, looks=())
    counts = []
    for _ in range(2):
        run(folder)
        opened, _ = open_valid(folder)
        counts.append(len(PublicationStore(opened.state_url).seen(["r"])))
    assert counts == [16, 16]


def test_openpyxl_is_not_loaded_where_no_workbook_is_asked_for() -> None:
    code = "import expectations.publications, expectations.compiler.whole, sys; "
    code += "print([m for m in ('openpyxl', 'sqlmodel', 'formualizer') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.long
def test_the_banks_workbooks_show_what_was_published_but_for_the_number_taken_over(
    tmp_path: Path,
) -> None:
    """Finance took risk's first number over and never restated it; its workbook is right."""
    create_bank(tmp_path / "bank", customers=200, as_of=TODAY)
    opened, catalog = open_valid(tmp_path / "bank")
    opened = Workspace(opened.root, opened.settings, fixed_clock(TODAY))
    plan = plan_checks(opened, catalog, TODAY, ["*/workbook", "report:*/feed"])
    record = run_checks(opened, catalog, plan)
    told = {one.check: one.verdict for one in record.results if one.verdict != "pass"}
    assert told == {f"cell:{STALE}/workbook": "fail"}
    assert len(record.results) > 30
