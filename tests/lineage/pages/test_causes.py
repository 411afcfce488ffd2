"""The ways to what care is asked for: told with the reason that the answer gives, and told apart."""

from __future__ import annotations

from pathlib import Path

from bank_pages import bank_context, bank_run, result

from lineage.pages.causes import causes_of

FAILING = result("measure:ratio/change", "fail", violations=1)


def test_a_cause_says_what_the_answer_says_of_it(tmp_path: Path) -> None:
    soon = ('expires_on: 2027-06-30\n    unit: "%"', 'expires_on: 2026-12-01\n    unit: "%"')
    mild = FAILING.model_copy(update={"severity": "warning"})
    ctx = bank_context(tmp_path, bank_run((mild,)), definitions=soon)
    assert "must be reviewed" in ctx.why("measure:ratio")[0]
    (cause,) = causes_of("cell:monthly/b", ctx)
    assert cause.said == ctx.sentences.found(mild)
    assert cause.said in ctx.why("cell:monthly/b")[0]


def test_two_steps_of_the_same_name_say_what_they_are(tmp_path: Path) -> None:
    other = ("label: Ratio, measure: ratio", "label: Share, measure: ratio")
    for definitions, name in ((None, "Ratio (Measure)"), (other, "Ratio")):
        ctx = bank_context(tmp_path, bank_run((FAILING,)), definitions=definitions)
        (cause,) = causes_of("cell:monthly/b", ctx)
        assert [step.striptags() for step in cause.names] == [name]
