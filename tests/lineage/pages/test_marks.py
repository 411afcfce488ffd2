"""What an import was unsure of is said in the page's language; a steward's own words stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from books import At, write_book

from catalog.workspace import open_workspace
from lineage.importing.excel.drafts import GONE, WAS
from lineage.importing.excel.keys import AGAIN
from lineage.importing.excel.process import Asked, import_workbooks
from lineage.importing.servers import place_of
from lineage.pages.marks import MARKS, say_mark
from lineage.pages.words import Words

EN, TR = Words("en"), Words("tr")
SAID = {
    "calculation_sheet": "sheet Hesap is taken for a calculation sheet, since other sheets take "
    "nearly all of it: its numbers (12) are not listed",
    "data_sheet": "sheet Veri is called like one with raw data, and numbers of it are listed",
    "other_period": "the file's name says 2026-10, sheet Özet says 2026-Q3",
    "period_in_name": "the period in the name r_Ekim 2026.xlsx is not written as 2026-10; rename "
    "the files, or say where their numbers are published",
    "beside_data": "it is calculated beside raw data: a result, or a step towards one?",
    "typed_and_taken": "typed in, and formulas take it: a published number, or an input only?",
    "outside": "the workbook lies outside the workspace; say where it will lie",
    "gone": GONE,
    "again": AGAIN,
    "other_headings": f"{WAS} 'Kredi / Değer': is it still the same number?",
    "no_server": "The contract names no server; files under data/crm stand for it.",
    "kind_not_read": place_of("kafka").unsure[0],
    "kind_not_known": place_of(None).unsure[0],
    "database_file": place_of("duckdb").unsure[0],
}


def imported(folder: Path, language: str) -> Iterator[str]:
    """The marks of a workbook with an error, a circle and a number typed in."""
    (folder / "catalog").mkdir(parents=True)
    (folder / "tekdogru.toml").write_text(f'language = "{language}"\n')
    (folder / "catalog" / "t.yml").write_text("teams: [{key: t, name: T}]\n")
    cells = {
        **{"A1": "Hata", "B1": At("#DIV/0!", "1/0", error=True), "A2": "Yazılan", "B2": 5},
        **{
            "A3": "Döngü",
            "B3": At(0, "B3+1"),
            "A4": "Boş",
            "B4": At(None, "1+1"),
            "F9": At(1, "2"),
        },
    }
    file = write_book(folder / "r.xlsx", {"Özet": cells})
    report = import_workbooks(open_workspace(folder), Asked((file,), "r", "t")).prepared
    catalog = open_workspace(folder).load(report.texts).catalog
    yield from catalog.reports["r"].unsure
    for cell in catalog.reports["r"].cells:
        yield from cell.unsure


@pytest.mark.parametrize("language", ["en", "tr"])
def test_every_mark_of_a_drafted_workbook_is_said_in_both_languages(
    tmp_path: Path, language: str
) -> None:
    said = list(imported(tmp_path, language))
    assert {say_mark(one, TR).partition(" ")[0] for one in said} >= {"Adı,", "Sayı", "Formülü"}
    for one in said:
        assert "lang=" not in say_mark(one, Words("tr", written="en"))
        assert say_mark(one, EN) != say_mark(one, TR)


@pytest.mark.parametrize("text", SAID.values(), ids=list(SAID))
def test_marks_of_all_kinds_are_known_in_both_languages(text: str) -> None:
    assert say_mark(text, EN) != say_mark(text, TR)
    assert "{" not in say_mark(text.replace("{}", "crm"), TR)


def test_a_period_in_a_mark_is_said_as_the_language_does() -> None:
    assert say_mark(SAID["other_period"], TR) == (
        "Dosyanın adında Ekim 2026, Özet sayfasında 2026 yılının 3. çeyreği yazıyor."
    )


def test_what_a_steward_wrote_stays_and_is_marked_with_its_language() -> None:
    assert say_mark("ask Ayşe", Words("tr", written="en")) == '<span lang="en">ask Ayşe</span>'


def test_what_a_mark_names_is_escaped() -> None:
    text = SAID["data_sheet"].replace("Veri", "<b>Veri")
    assert "&lt;b&gt;Veri" in say_mark(text, TR)


def test_all_marks_have_words() -> None:
    assert set(SAID) <= set(MARKS)
