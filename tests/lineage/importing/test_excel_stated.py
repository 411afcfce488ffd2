"""Units, scales and periods are read as headings, notes, formats and file names state them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog.periods import Period
from lineage.importing.excel.periods import period_of
from lineage.importing.excel.stating import file_name, heading_of, series_of
from lineage.importing.excel.units import shown_value, unit_of, without_unit

CASES: dict[str, Any] = yaml.load(
    (Path(__file__).parent / "excel_cases.yml").read_text("utf-8"), Loader=yaml.BaseLoader
)
OCTOBER = Period.parse("2026-10")


def plain(value: Any) -> Any:
    """A value of the cases, where nothing is a number and nothing is empty."""
    if isinstance(value, dict):
        return {k: int(v) if k == "scale" else v for k, v in value.items()}
    return None if value == "null" else value


@pytest.mark.parametrize("case", CASES["units"], ids=str)
def test_a_unit_is_read_where_it_is_stated(case: dict[str, Any]) -> None:
    found = unit_of(case["headings"], case.get("notes", []), case.get("format", "General"))
    assert found == plain(case["unit"])


@pytest.mark.parametrize(("heading", "bare"), CASES["bare"].items())
def test_a_heading_is_known_without_its_unit(heading: str, bare: str) -> None:
    assert without_unit(heading) == bare


@pytest.mark.parametrize("case", CASES["shown"], ids=str)
def test_a_number_is_published_as_it_shows(case: dict[str, Any]) -> None:
    shown = shown_value(float(case["value"]), case["format"], plain(case["unit"]))
    assert shown == float(case["shown"])


@pytest.mark.parametrize(("text", "label"), CASES["periods"].items())
def test_a_period_is_read_in_turkish_and_english(text: str, label: str) -> None:
    found = period_of(text)
    assert (found.label if found else None) == plain(label)


@pytest.mark.parametrize(("name", "told"), CASES["files"].items())
def test_a_file_name_is_a_pattern_with_a_period(name: str, told: list[str]) -> None:
    found = file_name(Path(name))
    label = found.period.label if found.period else None
    assert [found.pattern, label] == [plain(one) for one in told]


@pytest.mark.parametrize(("text", "told"), CASES["headings"].items())
def test_a_heading_that_is_a_period_is_read_relative(text: str, told: list[str]) -> None:
    found = heading_of(text, OCTOBER, frozenset(), "tr")
    assert [found.find, found.label] == told


def test_months_from_january_on_are_a_calendar() -> None:
    texts = ["Ocak 2026", "Şubat 2026", "Mart 2026", "Toplam"]
    series = series_of(texts)
    assert series == {"2026-01", "2026-02", "2026-03"}
    assert heading_of("Ocak 2026", OCTOBER, series, "tr").find == "{year}-01"
    assert series_of(["Eylül 2026", "Ekim 2026"]) == frozenset()
