"""What pages say of published numbers: period, both numbers, and nothing exact of a few people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bank_pages import bank_context, bank_run, result, second_report, two_reports_run

from catalog.results import Result


def said(folder: Path, one: Result, language: str = "en") -> str:
    ctx = bank_context(folder, bank_run((one,)), language=language)
    return str(ctx.sentences.found(one))


def published(verdict: str = "fail", **values: object) -> Result:
    known: dict[str, Any] = {
        "urn": "cell:monthly/a", "kind": "published", "observed": 3400, "expected": 3412,
        "period": "2026-10", "violations": 1,
    }  # fmt: skip
    return result("cell:monthly/a/published", verdict, **(known | values))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "For October 2026, 3,400 was published; the truth is 3,412."),
        ("tr", "Ekim 2026 için 3.400 yayımlandı; doğrusu 3.412."),
    ],
)
def test_a_wrong_number_is_told_with_its_period_and_the_truth(
    tmp_path: Path, language: str, text: str
) -> None:
    assert said(tmp_path, published(), language) == text


def test_a_few_people_are_not_counted_exactly(tmp_path: Path) -> None:
    text = said(tmp_path, published(expected=3))
    assert "the truth is fewer than 5" in text


def test_another_cell_of_the_same_report_is_linked(tmp_path: Path) -> None:
    one = result(
        "cell:monthly/a/same:monthly/b", "fail", urn="cell:monthly/a", kind="same",
        observed=1.5, expected=2, period="2026-Q3", violations=1,
    )  # fmt: skip
    text = said(tmp_path, one)
    assert "1.50 was published here" in text or "1.50% was published here" in text
    assert 'href="' in text
    assert "monthly--b" in text
    assert "of the same report" in text


@pytest.mark.parametrize(
    ("here", "language", "text"),
    [
        ("unknown", "en", "For September 2026, 57% was published here and 61.50% in the report "
                          "Finance monthly."),
        ("unknown", "tr", "Eylül 2026 için burada %57, başka bir raporda (Finans aylık raporu) "
                          "%61,50 yayımlandı."),
        ("pass", "en", "For September 2026, another report, Finance monthly, published 61.50%; "
                       "the 57% here is right."),
        ("pass", "tr", "Eylül 2026 için başka bir raporda (Finans aylık raporu) %61,50 "
                       "yayımlandı; buradaki %57 doğru."),
    ],
)  # fmt: skip
def test_another_cell_of_the_same_name_is_told_by_its_report(
    tmp_path: Path, here: str, language: str, text: str
) -> None:
    second_report(tmp_path)
    ctx = bank_context(tmp_path, two_reports_run(here=here), language=language)
    one = next(r for r in ctx.results if r.kind == "same")
    assert ctx.sentences.found(one).striptags() == text


def test_two_numbers_are_told_in_the_unit_they_were_compared_in(tmp_path: Path) -> None:
    second_report(tmp_path)
    finance = tmp_path / "catalog" / "finance.yml"
    unit = "unit: {currency: TRY, scale: SCALE}"
    own = finance.read_text("utf-8").replace("measure: ratio}", f"measure: ratio, {unit}}}")
    finance.write_text(own.replace("SCALE", "1000000"), "utf-8")
    thousands = ('unit: "%"\n', unit.replace("SCALE", "1000") + "\n")
    ctx = bank_context(tmp_path, two_reports_run(here="unknown"), definitions=thousands)
    one = next(r for r in ctx.results if r.kind == "same")
    assert "57 million TRY was published here" in ctx.sentences.found(one).striptags()


def test_what_passes_is_said_too(tmp_path: Path) -> None:
    fine = published(observed=3412, violations=0, verdict="pass")
    assert said(tmp_path, fine) == "What was published is the truth."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "For October 2026, 58.92% was published; the truth is 57%."),
        ("tr", "Ekim 2026 için %58,92 yayımlandı; doğrusu %57."),
    ],
)
def test_a_share_is_told_as_one(tmp_path: Path, language: str, text: str) -> None:
    one = result(
        "cell:monthly/b/published", "fail", urn="cell:monthly/b", kind="published",
        observed=58.92, expected=57.0, period="2026-10", violations=1,
    )  # fmt: skip
    assert said(tmp_path, one, language) == text
