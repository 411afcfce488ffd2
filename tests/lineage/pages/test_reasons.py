"""Why something is not known is said in the page's language where the program says it itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from bank_pages import bank_context, bank_run, result

from lineage.pages.reasons import REASONS, say_reason
from lineage.pages.words import Words

SAID = {
    "no_earlier_day": "there is nothing to compare with yet: no whole run of an earlier day has a "
    "value of it",
    "no_earlier_period": "there is nothing to compare with yet: no earlier run recorded it for "
    "2026-W40",
    "calculation_changed": "there is nothing to compare with: its calculation has changed since "
    "the run of 2026-11-02",
    "not_published_since": "Digital monthly, Özet!C9, October 2026: it is not published; it was "
    "due on 2026-11-05",
    "not_published_until": "A, October 2026: it is not published yet; it is due on 2026-11-05",
    "not_published": "A, October 2026: it is not published yet",
    "spoilt_line": "A, October 2026: a line about it cannot be read, so it is not known which "
    "number was published",
    "no_common_period": "A and B have not published a number of one period",
    "no_times": "nothing was compared: no claim says when its values were confirmed; state "
    "`confirmed_at` of its dataset",
    "no_rows": "nothing was compared: there are no rows",
    "no_number_shown": "A, October 2026: reports/a_2026-10.xlsx#Özet!C9 shows no number: it is empty",
    "no_workbook": "A, October 2026: no workbook is called reports/a_2026-10.xlsx",
    "nothing_stated": "it carries neither a measure nor a calculation, so there is nothing to "
    "compare",
    "unproven": "some of what it seems to equal could not be compared with it",
    "no_data_seen": "on all generated data both gave nothing, so nothing was compared",
    "nothing_held": "nothing was compared: none of 1,200 holds what would be compared",
}


@pytest.mark.parametrize("key", REASONS)
def test_each_reason_of_our_own_is_known_in_both_languages(key: str) -> None:
    english, turkish = (say_reason(SAID[key], Words(code)) for code in ("en", "tr"))
    assert english == Words("en")(f"reason.{key}", day="5 Nov 2026", period="week 40 of 2026") or (
        "2 Nov 2026" in str(english)
    )
    assert turkish is not None
    assert turkish != english


def test_what_a_database_says_is_not_taken_for_a_reason_of_ours() -> None:
    assert say_reason("core.customers cannot be read: no such file", Words("tr")) is None


def test_a_page_says_why_a_number_is_not_known(tmp_path: Path) -> None:
    unknown = result("measure:ratio/change", "unknown", message=SAID["no_earlier_day"])
    ctx = bank_context(tmp_path, bank_run((unknown,)), language="tr")
    said = ctx.why("measure:ratio")[0]
    assert "Henüz karşılaştırılacak bir şey yok" in said
    assert "nothing to compare" not in said
