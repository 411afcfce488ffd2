"""Great Expectations decides on our figures, each check for itself, quietly."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from expectations.figures import Figure, Judgement
from expectations.judge import FigureEngine, judge

REGEX = "expect_column_values_to_match_regex"
AGREE = "expect_sources_to_agree"


def suite(**stated: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "crm.customers",
        "id": "6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "meta": {},
        "expectations": [
            {"type": type_, "kwargs": kwargs, "severity": "info", "meta": {"check": check}}
            for check, (type_, kwargs) in stated.items()
        ],
    }


def judged(type_: str, figure: Figure, **kwargs: Any) -> Judgement:
    return judge(suite(one=(type_, kwargs)), {"one": figure})["one"]


@pytest.mark.parametrize(
    ("violations", "success"), [(2, True), (3, True), (4, False), (0, True), (100, False)]
)
def test_a_share_exactly_as_demanded_passes(violations: int, success: bool) -> None:
    figure = Figure(rows=120, compared=100, violations=violations)
    native = judged(REGEX, figure, column="c", regex="a", mostly=0.97)
    ours = judged(AGREE, figure, check="one", at_least=0.97)
    assert native == ours == Judgement("one", success, (100 - violations) / 100, None)


def test_every_exact_share_of_a_thousand_passes() -> None:
    for violations in range(0, 1001, 7):
        figure = Figure(1000, 1000, violations)
        share = float(f"0.{1000 - violations:03d}") if violations else 1.0
        assert judged(AGREE, figure, check="one", at_least=share).success is True
        assert judged(REGEX, figure, column="c", regex="a", mostly=share).success is True


def test_all_must_be_good_when_no_share_is_stated() -> None:
    assert judged(AGREE, Figure(9, 9, 1), check="one").success is False
    assert judged(AGREE, Figure(9, 9, 0), check="one").success is True


def test_nothing_compared_passes_a_native_expectation_and_fails_ours() -> None:
    nothing = Figure(rows=5, compared=0, violations=0)
    assert judged(REGEX, nothing, column="c", regex="a") == Judgement("one", True, None, None)
    assert judged(AGREE, nothing, check="one", at_least=0) == Judgement("one", False, None, None)


def test_missing_values_are_judged_over_all_rows() -> None:
    figure = Figure(rows=10, compared=10, violations=1)
    name = "expect_column_values_to_not_be_null"
    assert judged(name, figure, column="c", mostly=0.9) == Judgement("one", True, 0.9, None)
    assert judged(name, figure, column="c", mostly=0.91).success is False


@pytest.mark.parametrize(
    ("value", "least", "observed", "success"),
    [
        (7, 7, 7, True),
        (Decimal("6.99"), 7, 6.99, False),
        (date(2026, 1, 31), "2026-01-31", "2026-01-31", True),
        (datetime(2026, 1, 31, 9), "2026-01-31T10:00:00", "2026-01-31T09:00:00", False),
        (None, 7, None, False),
    ],
)
def test_an_observed_value_is_judged_against_its_bounds(
    value: object, least: object, observed: object, success: bool
) -> None:
    figure = Figure(rows=9, compared=9, violations=0, value=value)
    found = judged("expect_column_max_to_be_between", figure, column="c", min_value=least)
    assert found == Judgement("one", success, observed, None)


def test_a_check_without_a_figure_is_an_error() -> None:
    found = judge(suite(one=(REGEX, {"column": "c", "regex": "a"})), {})
    assert found == {"one": Judgement("one", None, None, "no figure was counted for one")}


@pytest.mark.parametrize(
    ("type_", "kwargs", "message"),
    [
        (
            "expect_column_value_z_scores_to_be_less_than",
            {"threshold": 3, "double_sided": True},
            "no figure answers the metric column_values.z_score",
        ),
        ("expect_column_kl_divergence_to_be_less_than", {"threshold": 3}, ""),
        ("expect_column_values_to_be_of_type", {"type_": "str"}, "no figure answers the metric"),
        ("expect_column_distinct_values_to_be_in_set", {"value_set": [1]}, "not counts"),
        ("expect_column_to_be_liked", {}, "not found"),
        (REGEX, {"regexp": "a"}, "extra fields not permitted"),
        (REGEX, {"regex": "a", "mostly": 2}, "mostly"),
        ("expect_column_max_to_be_between", {"min_value": "2026-01-01"}, "Could not parse"),
    ],
)
def test_what_gx_cannot_judge_is_an_error_and_leaves_the_others_alone(
    type_: str, kwargs: dict[str, Any], message: str
) -> None:
    stated = suite(
        before=(REGEX, {"column": "c", "regex": "a"}),
        wrong=(type_, {"column": "c", **kwargs}),
        after=(AGREE, {"check": "after"}),
    )
    figure = Figure(rows=3, compared=3, violations=0, value=[1])
    found = judge(stated, dict.fromkeys(["before", "wrong", "after"], figure))
    assert found["before"].success is found["after"].success is True
    assert found["wrong"].success is None
    assert found["wrong"].error is not None
    assert message in found["wrong"].error


def test_a_metric_without_an_answer_is_refused_by_name() -> None:
    from great_expectations.exceptions import MetricProviderError
    from great_expectations.validator.metric_configuration import MetricConfiguration

    metric = MetricConfiguration("column.histogram", {"column": "c"}, {})
    with pytest.raises(MetricProviderError, match=r"column\.histogram"):
        FigureEngine(Figure(1, 1, 0), None).resolve_metrics([metric])


def test_judging_writes_nothing_anywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with caplog.at_level(logging.INFO):
        judged(REGEX, Figure(9, 9, 1), column="c", regex="a")
        judged("expect_column_to_be_liked", Figure(9, 9, 1))
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_the_judge_starts_without_scipy_stats_which_still_works() -> None:
    script = (
        "import sys, expectations.judge\n"
        "assert 'scipy.stats._stats_py' not in sys.modules\n"
        "from scipy import stats\n"
        "print(stats.rankdata([3, 1, 2]).tolist())"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert (found.stdout.strip(), found.stderr) == ("[3.0, 1.0, 2.0]", "")


def test_a_hundred_and_thirty_expectations_take_less_than_a_second() -> None:
    stated = suite(**{f"c{n}": (REGEX, {"column": "c", "regex": "a"}) for n in range(130)})
    figures = {f"c{n}": Figure(1000, 900, n) for n in range(130)}
    judge(stated, figures)
    start = time.process_time()
    found = judge(stated, figures)
    assert time.process_time() - start < 1
    assert [one.success for one in found.values()].count(True) == 1
