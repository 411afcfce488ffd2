"""Pages show what was published beside the truth, period by period, and are silent about few."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bank_pages import bank_context, bank_run

from catalog.panels import Panel
from catalog.results import Comparison
from expectations.published_panel import published
from lineage.pages.subjects import Subjects


def compared(period: str, **values: Any) -> Comparison:
    known: dict[str, Any] = {
        "cell": "monthly/a", "period": period, "verdict": "fail", "published": Decimal(3400),
        "version": 1, "published_on": date(2026, 11, 5), "truth": Decimal(3412),
        "apart": Decimal(12), "allowed": Decimal(0),
    }  # fmt: skip
    return Comparison(**(known | values))


def panel(folder: Path, urn: str, *found: Comparison, language: str = "en") -> Panel | None:
    run = bank_run().model_copy(update={"published": found})
    ctx = bank_context(folder, run, language=language)
    return published(ctx.visible[urn], Subjects(ctx).panel_context)


def test_a_cell_shows_every_period_latest_first(tmp_path: Path) -> None:
    found = panel(tmp_path, "cell:monthly/a", compared("2026-09"), compared("2026-10"))
    assert found is not None
    assert not found.folded
    text = str(found.html)
    assert text.index("October 2026") < text.index("September 2026")
    for shown in (">3,400 customers<", ">3,412 customers<", ">12 customers<", ">wrong<"):
        assert shown in text


def test_a_restatement_and_the_day_of_counting_are_told(tmp_path: Path) -> None:
    found = panel(
        tmp_path,
        "cell:monthly/a",
        compared("2026-10", version=2, earlier=(Decimal(9999),), counted_on=date(2026, 11, 2)),
    )
    assert found is not None
    assert "version 2, published on 5 Nov 2026; before that 9,999" in found.html
    assert "counted on 2 Nov 2026" in found.html


def test_a_number_of_a_workbook_names_its_cell_and_what_it_showed_before(tmp_path: Path) -> None:
    place = "reports/m_2026-10.xlsx#Özet!C5"
    one = compared(
        "2026-10", origin="workbook", place=place, dated_by="workbook", version=2,
        earlier=(Decimal(9999),), earlier_on=(date(2026, 11, 3),),
    )  # fmt: skip
    text = str(getattr(panel(tmp_path, "cell:monthly/a", one), "html", ""))
    assert f"{place}, saved on 5 Nov 2026" in text
    assert "before that 9,999 customers (3 Nov 2026)" in text
    dated = one.model_copy(update={"dated_by": "file"})
    turkish = str(getattr(panel(tmp_path, "cell:monthly/a", dated, language="tr"), "html", ""))
    assert f"{place}, dosyasının tarihine göre 5 Kasım 2026" in turkish


def test_a_workbook_that_shows_another_number_than_the_feed_is_told(tmp_path: Path) -> None:
    beside = {"origin": "feed", "shown_at": "reports/m.xlsx#S!C5", "saved_on": date(2026, 11, 6)}
    other = compared("2026-10", shown=Decimal(3500), **beside)
    text = str(getattr(panel(tmp_path, "cell:monthly/a", other), "html", ""))
    assert "published on 5 Nov 2026" in text
    assert "the workbook shows 3,500 customers: reports/m.xlsx#S!C5, saved on 6 Nov 2026" in text
    same = compared("2026-10", shown=Decimal("3.4E+3"), **beside)
    assert "the workbook" not in str(getattr(panel(tmp_path, "cell:monthly/a", same), "html", ""))


def test_what_is_not_published_or_not_known_is_said_and_not_left_empty(tmp_path: Path) -> None:
    nothing = {"published": None, "truth": None, "apart": None, "allowed": None}
    found = panel(tmp_path, "cell:monthly/a", compared("2026-10", verdict="unknown", **nothing))
    assert found is not None
    assert "not published" in found.html
    assert "not known" in found.html


def test_a_report_shows_the_last_period_of_each_cell(tmp_path: Path) -> None:
    other = compared("2026-10", cell="monthly/b", published=Decimal("1234.50"), verdict="pass")
    found = panel(tmp_path, "report:monthly", compared("2026-09"), compared("2026-10"), other)
    assert found is not None
    assert found.html.count("October 2026") == 2
    assert "September" not in found.html
    assert ">1,234.50%<" in found.html


def test_it_speaks_turkish_with_its_own_months_and_points(tmp_path: Path) -> None:
    value = compared("2026-08", published=Decimal("1234.5"))
    found = panel(tmp_path, "cell:monthly/a", value, language="tr")
    assert found is not None
    assert found.title == "Yayımlanan sayılar"
    for shown in (
        "Ağustos 2026",
        ">1.234,5 customers<",
        ">3.412,0 customers<",
        ">yanlış<",
        "Doğrusu",
    ):
        assert shown in found.html


def test_a_few_people_are_not_counted_exactly(tmp_path: Path) -> None:
    found = panel(tmp_path, "cell:monthly/a", compared("2026-10", truth=Decimal(3)))
    assert found is not None
    assert "fewer than 5" in found.html
    assert ">3<" not in found.html


def test_a_difference_does_not_count_back_to_a_few_people(tmp_path: Path) -> None:
    few = compared("2026-10", truth=Decimal(3), apart=Decimal(3397), allowed=Decimal("0.3"))
    found = panel(tmp_path, "cell:monthly/a", few)
    assert found is not None
    assert "3,397" not in found.html
    many = compared("2026-10", apart=Decimal(1), published=Decimal(3411))
    found = panel(tmp_path, "cell:monthly/a", many)
    assert found is not None
    assert ">1 customers<" in found.html


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", (">851.00%<", ">851.25%<", ">0.25%<", ">0.51%<")),
        ("tr", (">%851,00<", ">%851,25<", ">%0,25<", ">%0,51<")),
    ],
)
def test_what_is_allowed_has_the_decimals_and_the_unit_of_the_numbers_beside_it(
    tmp_path: Path, language: str, shown: tuple[str, ...]
) -> None:
    one = compared("2026-10", cell="monthly/b", published=Decimal("851.00"),
                   truth=Decimal("851.25"), apart=Decimal("0.25"), allowed=Decimal("0.5175"))  # fmt: skip
    found = panel(tmp_path, "cell:monthly/b", one, language=language)
    assert found is not None
    assert all(number in found.html for number in shown)


def test_each_number_says_what_it_is_where_a_phone_shows_no_headings(tmp_path: Path) -> None:
    found = panel(tmp_path, "report:monthly", compared("2026-10"), language="tr")
    assert found is not None
    assert "td-cards" in found.html
    for said in ("Dönem", "Yayımlanan", "Doğrusu", "Fark", "İzin verilen", "Sonuç"):
        assert f"data-head='{said}'>" in found.html


def test_headings_of_numbers_stand_over_their_numbers(tmp_path: Path) -> None:
    found = panel(tmp_path, "cell:monthly/a", compared("2026-10"))
    assert found is not None
    assert "<th scope='col' class='td-num'>Published</th>" in found.html
    assert "<th scope='col'>Result</th>" in found.html


def test_nothing_is_shown_where_nothing_was_compared(tmp_path: Path) -> None:
    assert panel(tmp_path, "cell:monthly/c", compared("2026-10")) is None
    assert panel(tmp_path, "measure:ratio", compared("2026-10")) is None
