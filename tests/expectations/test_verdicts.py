"""From figures to verdicts, from verdicts to the gate: never a silent pass, never a blamed engine."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import TODAY, by_key, run, write_workspace

from catalog.model import Target
from catalog.model.definition import Severity
from catalog.results import SEVERITIES, WORST_FIRST, Result, Verdict
from expectations.engine.port import Counted, Missing
from expectations.figures import Judgement
from expectations.gate import decide_gate
from expectations.plan import Check, ExpiryFigure, FigureSpec, IdFigure
from expectations.verdicts import Decision, decide

KEY = "dataset:crm.customers/id"
YESTERDAY, TOMORROW = TODAY - timedelta(1), TODAY + timedelta(1)


def check_of(target: Target | None = None, figure: FigureSpec | None = None) -> Check:
    return Check(
        key=KEY, kind="id", urn="dataset:crm.customers", title="", severity="critical", owner=None,
        figure=figure or IdFigure("crm.customers"), expectation="", target=target or Target(),
    )  # fmt: skip


def judged(
    good: int, of: int, target: Target, floor: float | None = None, as_of: date = TODAY
) -> Decision:
    """The decision where `good` of `of` rows are right and GX compared the share with the target."""
    success = of == 0 or good / of >= target.target
    baseline = {} if floor is None else {KEY: floor}
    judgement = Judgement(KEY, success, None, None)
    return decide(check_of(target), Counted(of, of, of - good), judgement, baseline, as_of)


@pytest.mark.parametrize(
    ("good", "target", "floor", "verdict", "reason"),
    [
        (10, Target(), None, "pass", None),
        (9, Target(target=0.9), None, "pass", None),
        (9, Target(), None, "fail", None),
        (9, Target(by=TOMORROW), None, "warn", "the target is due on 2026-11-21"),
        (9, Target(by=TODAY), None, "warn", "the target is due on 2026-11-20"),
        (9, Target(by=YESTERDAY), None, "fail", "the target was due on 2026-11-19"),
        (9, Target(floor="baseline"), None, "fail", "no baseline is recorded for it; `tekdogru baseline` records one"),
        (9, Target(floor="baseline"), 0.9, "warn", "below its target, not below its floor of 90.00%"),
        (9, Target(floor="baseline"), 0.8, "warn", "below its target, not below its floor of 80.00%"),
        (9, Target(floor="baseline"), 0.95, "fail", "worse than its floor of 95.00%"),
        (9, Target(floor="baseline", by=YESTERDAY), 0.8, "fail", "the target was due on 2026-11-19"),
        (9, Target(floor="baseline", by=TOMORROW), 0.95, "fail", "worse than its floor of 95.00%"),
        (9, Target(floor=0.85), None, "warn", "below its target, not below its floor of 85.00%"),
        (8, Target(floor=0.85), 0.5, "fail", "worse than its floor of 85.00%"),
        (10, Target(floor="baseline", by=YESTERDAY), 0.8, "pass", None),
    ],
)  # fmt: skip
def test_a_share_is_judged_by_its_target_its_floor_and_its_day(
    good: int, target: Target, floor: float | None, verdict: Verdict, reason: str | None
) -> None:
    assert judged(good, 10, target, floor) == Decision(verdict, reason)


def test_where_nothing_was_compared_nothing_is_known() -> None:
    assert judged(0, 0, Target()) == Decision("unknown", "nothing was compared: there are no rows")
    answer = Counted(1234, 0, 0)
    found = decide(check_of(), answer, Judgement(KEY, True, None, None), {}, TODAY)
    assert found.verdict == "unknown"
    assert found.reason == "nothing was compared: none of 1,234 holds what would be compared"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Missing("source", "gone"), "unknown"),
        (Missing("engine", "gone"), "error"),
        (Missing("calculation", "gone"), "error"),
    ],
)
def test_what_could_not_be_read_is_unknown_and_what_broke_is_an_error(
    answer: Missing, verdict: Verdict
) -> None:
    assert decide(check_of(), answer, None, {}, TODAY) == Decision(verdict, "gone")


@pytest.mark.parametrize("judgement", [None, Judgement(KEY, None, None, "GX broke")])
def test_what_was_counted_but_not_judged_is_an_error(judgement: Judgement | None) -> None:
    assert decide(check_of(), Counted(5, 5, 0), judgement, {}, TODAY).verdict == "error"


@given(
    st.integers(1, 50), st.data(), st.floats(0, 1), st.none() | st.just("baseline") | st.floats(0, 1),
    st.none() | st.floats(0, 1), st.none() | st.integers(-3, 3),
)  # fmt: skip
def test_a_worse_share_never_gets_a_better_verdict(
    of: int, data: st.DataObject, target: float, floor: float | str | None, recorded: float | None,
    days: int | None,
) -> None:  # fmt: skip
    by = None if days is None else TODAY + timedelta(days)
    floor = min(floor, target) if isinstance(floor, float) else floor
    stated = Target(target=target, floor=floor, by=by)  # type: ignore[arg-type]
    good = data.draw(st.integers(0, of))
    worse = data.draw(st.integers(0, good))
    better_verdict = judged(good, of, stated, recorded).verdict
    assert WORST_FIRST.index(judged(worse, of, stated, recorded).verdict) <= WORST_FIRST.index(
        better_verdict
    )


@pytest.mark.parametrize(
    ("days", "verdict"), [(-31, "pass"), (-30, "warn"), (0, "warn"), (5, "warn"), (6, "fail")]
)
def test_a_definition_warns_thirty_days_before_and_fails_after_its_grace(
    days: int, verdict: Verdict
) -> None:
    figure = ExpiryFigure(TODAY, TODAY - timedelta(30), TODAY + timedelta(5))
    as_of = TODAY + timedelta(days)
    answer = Counted(1, 1, int(days > 0))
    assert decide(check_of(figure=figure), answer, None, {}, as_of).verdict == verdict


def results(*pairs: tuple[Verdict, Severity]) -> list[Result]:
    return [
        Result(
            check=f"x:{n}", kind="id", urn="x", title="", verdict=verdict, severity=severity,
            owner=None, expectation="", sources=(), rows_available=0, rows_compared=0,
            violations=0, message="",
        )
        for n, (verdict, severity) in enumerate(pairs)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "fail_on", "verdict", "exit_code"),
    [
        ([("pass", "critical")], "critical", "pass", 0),
        ([("warn", "critical")], "critical", "warn", 0),
        ([("fail", "warning"), ("pass", "critical")], "critical", "warn", 0),
        ([("unknown", "info")], "critical", "warn", 0),
        ([("fail", "critical"), ("unknown", "critical")], "critical", "fail", 1),
        ([("fail", "warning"), ("unknown", "critical")], "critical", "unknown", 3),
        ([("fail", "warning"), ("unknown", "critical")], "warning", "fail", 1),
        ([("error", "critical"), ("unknown", "critical")], "critical", "error", 3),
        ([("fail", "info")], "info", "fail", 1),
        ([], "critical", "unknown", 3),
    ],
)
def test_the_gate(
    pairs: list[tuple[Verdict, Severity]], fail_on: Severity, verdict: Verdict, exit_code: int
) -> None:
    gate = decide_gate(results(*pairs), fail_on)
    assert (gate.verdict, gate.exit_code) == (verdict, exit_code)


verdicts = st.tuples(st.sampled_from(WORST_FIRST), st.sampled_from(SEVERITIES))


@given(st.lists(verdicts, max_size=6), st.sampled_from(SEVERITIES))
def test_the_gate_opens_only_where_all_that_counts_is_known_and_nothing_failed(
    pairs: list[tuple[Verdict, Severity]], fail_on: Severity
) -> None:
    level = {"critical": 0, "warning": 1, "info": 2}
    counting = [verdict for verdict, severity in pairs if level[severity] <= level[fail_on]]
    failed = "fail" in counting
    dark = not pairs or "unknown" in counting or "error" in counting
    assert decide_gate(results(*pairs), fail_on).exit_code == (1 if failed else 3 if dark else 0)


DEFINITIONS = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: owner@bank.example
    expires_on: 2026-12-01
    type: email
    claims: [{field: crm.people.mail}]
    required: {target: 0.9, by: 2026-11-25, floor: 0.5}
    rules: [{key: short, sql: "length(value) < 9", severity: warning}]
"""


@pytest.mark.parametrize(
    ("as_of", "fail_on", "required", "expiry", "exit_code"),
    [
        ("2026-10-31", "critical", "warn", "pass", 0),
        ("2026-11-25", "critical", "warn", "warn", 0),
        ("2026-11-25", "warning", "warn", "warn", 1),
        ("2026-11-26", "critical", "fail", "warn", 1),
        ("2026-12-02", "critical", "fail", "fail", 1),
    ],
)
def test_the_same_data_on_another_day(
    tmp_path: Path, as_of: str, fail_on: str, required: str, expiry: str, exit_code: int
) -> None:
    rows = [{"no": str(n), "mail": mail} for n, mail in enumerate(["a@b.co", "long@b.co", "", ""])]
    write_workspace(tmp_path, DEFINITIONS, {"data/crm.csv": rows})
    record = run(tmp_path, as_of=date.fromisoformat(as_of), fail_on=fail_on)
    found = by_key(record)
    assert found["attribute:customer.email/required"].verdict == required
    assert found["attribute:customer.email/expiry"].verdict == expiry
    assert found["attribute:customer.email/rule:short"].verdict == "fail"
    assert (record.exit_code, record.fail_on) == (exit_code, fail_on)
