"""Can I use this today: the answer and its first reason, case by case."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from bank_pages import (
    AGREE,
    PAGES_DAY,
    RESULTS,
    bank_context,
    bank_run,
    result,
    second_report,
    two_reports_run,
)

from catalog.durations import Duration
from catalog.results import Result
from catalog.settings import ExpirySettings, Settings
from lineage.pages.context import PageContext
from lineage.pages.usability import fields_of


@pytest.mark.parametrize(
    ("urn", "level", "why"),
    [
        ("attribute:customer.email", "dont", "Core banking and CRM disagree on 279 of 4,000"),
        ("attribute:customer.city", "care", "Its review date, 1 Nov 2026, has passed"),
        ("attribute:customer.segment", "care", "It must be reviewed by 5 Dec 2026."),
        ("attribute:customer.nickname", "dont", "It is being withdrawn; use"),
        ("measure:ratio", "use", "and it rests on nothing that must not be used"),
        ("dataset:crm.customers", "care", "because CRM could not be read"),
        ("touchpoint:letters", "care", "It rests on an expired definition"),
        ("field:core.customers.no", "care", "No check covers it"),
        ("cell:monthly/b", "use", "Every check"),
    ],
)
def test_the_answer_and_its_reason(tmp_path: Path, urn: str, level: str, why: str) -> None:
    ctx = bank_context(tmp_path, bank_run())
    assert ctx.level(urn) == level
    assert why in ctx.why(urn)[0]


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ("attribute:customer.email/type:crm.customers.mail", ("crm.customers.mail",)),
        ("attribute:customer.email/agree:core.c.mail~crm.c.mail", ("core.c.mail", "crm.c.mail")),
        ("attribute:customer.email/rule:no_role:crm.customers.mail", ("crm.customers.mail",)),
        ("attribute:customer.email/rule:no_role", ()),
        ("attribute:customer.email/required", ()),
    ],
)
def test_a_check_s_key_tells_which_fields_it_looks_at(check: str, fields: tuple[str, ...]) -> None:
    assert fields_of(result(check)) == fields


def test_without_a_run_everything_is_to_be_used_with_care(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, None)
    assert ctx.level("measure:ratio") == "care"
    assert ctx.why("measure:ratio") == ["It has not been checked yet."]


def test_a_cell_must_not_be_used_when_its_measure_must_not(tmp_path: Path) -> None:
    failing = result("measure:ratio/computes", "fail", violations=1)
    ctx = bank_context(tmp_path, bank_run((failing,)))
    assert ctx.level("cell:monthly/b") == "dont"
    assert ctx.level("report:monthly") == "care"
    assert "1 of its 3 numbers must not be used." in ctx.why("report:monthly")[0]


def test_a_source_answers_for_its_datasets_but_not_one_dataset_for_another(tmp_path: Path) -> None:
    repeated = result("dataset:core.customers/id", "fail", violations=3)
    ctx = bank_context(tmp_path, bank_run((repeated,)))
    answered = {urn: ctx.level(urn) for urn in ctx.answers if urn.startswith("dataset:core.")}
    assert ctx.level("source:core") == "dont"
    assert answered.pop("dataset:core.customers") == "dont"
    assert "dont" not in answered.values()
    assert ctx.level("source:crm") == "care"


def test_a_mere_warning_upstream_is_not_inherited(tmp_path: Path) -> None:
    for severity, level in (("critical", "care"), ("warning", "use")):
        failing = result("dataset:core.customers/id", "fail", violations=3, severity=severity)
        passing = result("attribute:customer.nearest/required", "pass")
        ctx = bank_context(tmp_path, bank_run((failing, passing)))
        assert ctx.level("field:core.customers.email") == level


def test_a_failing_warning_asks_for_care_and_a_failing_remark_for_nothing(tmp_path: Path) -> None:
    for severity, level in (("warning", "care"), ("info", "use")):
        failing = result("measure:ratio/computes", "fail", violations=1, severity=severity)
        ctx = bank_context(tmp_path, bank_run((failing,)))
        assert ctx.level("measure:ratio") == level


def test_a_critical_definition_is_out_of_use_the_day_after_its_review_date(tmp_path: Path) -> None:
    levels = [
        bank_context(tmp_path, bank_run(as_of=day), today=day).level("measure:ratio")
        for day in (date(2027, 5, 30), date(2027, 5, 31), date(2027, 6, 30), date(2027, 7, 1))
    ]
    assert levels == ["use", "care", "care", "dont"]


def test_the_widest_disagreement_is_told_first(tmp_path: Path) -> None:
    more = result("attribute:customer.email/unique:crm.customers.email", "fail", violations=3999)
    ctx = bank_context(tmp_path, bank_run((*RESULTS, more)))
    assert "occur more than once" in ctx.why("attribute:customer.email")[0]


def test_a_run_older_than_a_week_asks_for_care(tmp_path: Path) -> None:
    for days, level in ((7, "use"), (8, "care")):
        run = bank_run(as_of=PAGES_DAY - timedelta(days=days))
        assert bank_context(tmp_path, run).level("measure:ratio") == level
    old = bank_run(as_of=date(2020, 1, 1))
    english, turkish = (bank_context(tmp_path, old, language=code) for code in ("en", "tr"))
    assert english.why("measure:ratio") == ["It was last checked on 1 Jan 2020."]
    assert turkish.why("measure:ratio") == ["En son 1 Ocak 2020 tarihinde kontrol edildi."]


def test_the_age_of_a_run_is_said_last_and_never_inherited(tmp_path: Path) -> None:
    ctx = bank_context(tmp_path, bank_run(as_of=date(2020, 1, 1)))
    for urn, answer in ctx.answers.items():
        old = [reason for reason in answer.reasons if reason.code == "old_run"]
        assert all(reason.about == urn for reason in old)
    assert "disagree" in ctx.why("attribute:customer.email")[0]
    assert "must be reviewed" in ctx.why("attribute:customer.segment")[0]
    assert "last checked" in ctx.why("attribute:customer.segment")[-1]


def test_grace_is_counted_in_the_business_calendar_as_checks_count_it(tmp_path: Path) -> None:
    due, day = date(2027, 6, 30), date(2027, 7, 2)
    levels = []
    for calendar in ((), (date(2027, 7, 1),)):
        expiry = ExpirySettings(grace=Duration(1, "bd"))
        settings = Settings(expiry=expiry, calendar=calendar)
        run = bank_run(as_of=day)
        ctx = bank_context(tmp_path, run, today=day, settings=settings)
        assert ctx.catalog.measures["ratio"].review_date == due
        levels.append(ctx.level("measure:ratio"))
    assert levels == ["dont", "care"]


def test_what_rests_on_an_expired_definition_says_so_however_much_else_is_wrong(
    tmp_path: Path,
) -> None:
    rules = [f"attribute:customer.city/rule:r{n}" for n in range(7)]
    ctx = bank_context(tmp_path, bank_run(tuple(result(r, "fail", violations=9) for r in rules)))
    codes = [reason.code for reason in ctx.answers["touchpoint:letters"].reasons]
    assert codes.count("fail") == 5
    assert "expired" in codes


@pytest.mark.parametrize(
    ("here", "there", "levels"),
    [
        ("pass", "fail", {"cell:monthly/b": "care", "cell:finance/ratio": "dont"}),
        ("fail", "pass", {"cell:monthly/b": "dont", "cell:finance/ratio": "use"}),
        ("fail", "fail", {"cell:monthly/b": "dont", "cell:finance/ratio": "dont"}),
        ("unknown", "unknown", {"cell:monthly/b": "dont", "cell:finance/ratio": "care"}),
        (None, None, {"cell:monthly/b": "dont", "cell:finance/ratio": "use"}),
    ],
)
def test_a_cell_that_published_the_truth_is_not_condemned_for_another_report(
    tmp_path: Path, here: str | None, there: str | None, levels: dict[str, str]
) -> None:
    second_report(tmp_path)
    ctx = bank_context(tmp_path, two_reports_run(here=here, there=there))
    assert {urn: ctx.level(urn) for urn in levels} == levels


def test_a_report_is_not_condemned_for_what_another_one_published(tmp_path: Path) -> None:
    second_report(tmp_path)
    ctx = bank_context(tmp_path, two_reports_run(here="pass", there="fail"))
    reports = {urn: [r.code for r in ctx.answers[urn].reasons] for urn in ctx.answers
               if urn.startswith("report:")}  # fmt: skip
    assert "of_its_cells" not in reports["report:monthly"]
    assert reports["report:finance"][0] == "of_its_cells"


def test_one_period_in_which_a_cell_is_wrong_too_leaves_it_condemned(tmp_path: Path) -> None:
    second_report(tmp_path)
    run = two_reports_run(here="pass", there="fail")
    same, *others = run.results
    wider = same.model_copy(update={"samples": ("2026-09", "2026-08")})
    run = run.model_copy(update={"results": (wider, *others)})
    assert bank_context(tmp_path, run).level("cell:monthly/b") == "dont"


READ_ELSEWHERE = ("reads: {customer.city: core.customers.city}",
                  "reads: {customer.email: crm.customers.email}")  # fmt: skip


def reading_crm(folder: Path, results: tuple[Result, ...], **changes: Any) -> PageContext:
    """The bank, whose letters read the e-mail address from a source that is asked second."""
    return bank_context(folder, bank_run(results), definitions=READ_ELSEWHERE, **changes)


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "It is read by Letters, although Core banking is believed first for E-mail "
               "address; the two differ on 279 of 4,000 customers (7.0%)."),
        ("tr", "Letters bunu okuyor, oysa E-posta adresi için ilk esas alınan Temel bankacılık; "
               "ikisi 4.000 müşteri içinden 279 tanesinde farklı (%7,0)."),
    ],
)  # fmt: skip
def test_a_field_read_instead_of_what_is_believed_first_asks_for_care(
    tmp_path: Path, language: str, why: str
) -> None:
    apart = result(AGREE, "fail", violations=279)
    ctx = reading_crm(tmp_path, (apart,), language=language)
    assert ctx.level("field:crm.customers.email") == "care"
    assert ctx.why("field:crm.customers.email")[0].striptags() == why
    believed = ctx.answers["field:core.customers.email"].reasons
    assert "read_instead" not in [reason.code for reason in believed]


def test_a_field_read_instead_is_fine_where_the_two_hold_the_same(tmp_path: Path) -> None:
    ctx = reading_crm(tmp_path, (result(AGREE),))
    reasons = ctx.answers["field:crm.customers.email"].reasons
    assert not any(reason.code == "read_instead" for reason in reasons)


def test_a_field_that_another_source_contradicts_says_so_beside_its_own_checks(
    tmp_path: Path,
) -> None:
    fine = result("attribute:customer.email/type:core.customers.email")
    ctx = bank_context(tmp_path, bank_run((result(AGREE, "fail", violations=279), fine)))
    assert "other systems hold other values" in ctx.why("field:core.customers.email")[0]


def test_what_is_wrong_twice_with_one_thing_is_said_once_to_rest_on_it(tmp_path: Path) -> None:
    failing = [result(f"attribute:customer.city/rule:r{n}", "fail", violations=9) for n in (1, 2)]
    why = [line.striptags() for line in bank_context(tmp_path, bank_run(tuple(failing))).why(
        "touchpoint:letters")]  # fmt: skip
    assert sum("which must not be used" in line for line in why) == 1
    assert sum(line.startswith("İstanbul district: ") for line in why) == 1
