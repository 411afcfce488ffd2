"""Great Expectations as judge: it decides on figures counted before, and never sees the data."""

from __future__ import annotations

import importlib.util
import logging
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from expectations.figures import Figure, Judgement
from expectations.native import SUPPORTED
from lineage.workbooks.collecting import uncollected


def _postpone(package: str, part: str) -> None:
    """Let a part of a package load at its first use; scipy.stats is a third of the import of GX."""
    name = f"{package}.{part}"
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    setattr(sys.modules[package], part, module)  # else the import of the part would load it
    spec.loader.exec_module(module)


_postpone("scipy", "stats")
with warnings.catch_warnings(), uncollected():
    warnings.simplefilter("ignore")  # GX imports modules that are deprecated
    from great_expectations.exceptions.exceptions import (
        GreatExpectationsError,
        MetricProviderError,
    )
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import ColumnMapExpectation, Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.validator.metric_configuration import MetricConfiguration

    from expectations.custom import FIGURE_METRIC, FigureExpectation

logging.captureWarnings(False)
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)

Answer = Callable[[Figure], object]
REFUSALS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    GreatExpectationsError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)
VERDICT_ONLY = {"result_format": {"result_format": "BOOLEAN_ONLY"}}

ANSWERS: Mapping[str, Answer] = {
    FIGURE_METRIC: lambda figure: figure,
    "table.row_count": lambda figure: figure.rows,
    "column_values.nonnull.unexpected_count": lambda figure: figure.rows - figure.compared,
    "column.distinct_values.not_in_set.count": lambda figure: _part(figure, "unexpected"),
    "column.distinct_values.not_in_set": lambda _: [],
    "column.distinct_values.missing_from_column.count": lambda figure: _part(figure, "missing"),
    "column.distinct_values.missing_from_column": lambda _: [],
    **{
        f"column.{name}": lambda figure: figure.value
        for name in (
            "distinct_values.count",
            "max",
            "mean",
            "median",
            "min",
            "most_common_value",
            "non_null_proportion",
            "quantile_values",
            "standard_deviation",
            "sum",
            "unique_proportion",
        )
    },
}


class FigureEngine(PandasExecutionEngine):
    """A GX execution engine that answers metrics from the figure of one check."""

    def __init__(self, figure: Figure, map_metric: str | None) -> None:
        """``map_metric`` is the metric whose unexpected values the figure counted, if any."""
        super().__init__()
        self._figure = figure
        self._answers = dict(ANSWERS)
        if map_metric is not None:
            self._answers[f"{map_metric}.unexpected_count"] = lambda figure: figure.violations

    def resolve_metrics(
        self,
        metrics_to_resolve: Iterable[MetricConfiguration],
        metrics: dict[Any, Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> dict[Any, Any]:
        """The answers by metric id; raises MetricProviderError for a metric it does not know."""
        wanted = list(metrics_to_resolve)
        unknown = sorted({m.metric_name for m in wanted if m.metric_name not in self._answers})
        if unknown:
            raise MetricProviderError(f"no figure answers the metric {', '.join(unknown)}")
        return {m.id: self._answers[m.metric_name](self._figure) for m in wanted}


def judge(suite: Mapping[str, Any], figures: Mapping[str, Figure]) -> dict[str, Judgement]:
    """Judge every expectation of a suite by the figure of its check (``meta.check``).

    ``suite`` is the JSON that stock GX loads. An expectation without a figure, or that GX cannot
    judge, becomes a judgement with ``success`` None and leaves the others as they are. As in stock
    GX, an expectation about values succeeds when there are none: whoever asks must look at
    ``compared`` and call nothing compared unknown. Our own expectations fail then.
    """
    stated = {str(one["meta"]["check"]): one for one in suite["expectations"]}
    return {check: _judge_one(check, one, figures.get(check)) for check, one in stated.items()}


def _judge_one(check: str, stated: Mapping[str, Any], figure: Figure | None) -> Judgement:
    if figure is None:
        return Judgement(check, None, None, f"no figure was counted for {check}")
    try:
        expectation = ExpectationConfiguration(**stated).to_domain_obj()
        success = _decide(expectation, figure)
    except REFUSALS as error:
        return Judgement(check, None, None, f"{type(error).__name__}: {error}")
    return Judgement(check, success, _observed(expectation, figure), None)


def _decide(expectation: Expectation, figure: Figure) -> bool:
    """What GX's validator does for one expectation: ask what it needs, resolve, decide."""
    counted = expectation.expectation_type in SUPPORTED
    engine = FigureEngine(figure, getattr(expectation, "map_metric", None) if counted else None)
    needed = expectation.get_validation_dependencies(engine, dict(VERDICT_ONLY))
    result = expectation.metrics_validate(
        metrics=engine.resolve_metrics(needed.get_metric_configurations()),
        execution_engine=engine,
        runtime_configuration=dict(VERDICT_ONLY),
    )
    return bool(result.success)


def _part(figure: Figure, name: str) -> int:
    if not isinstance(figure.value, Mapping):
        raise TypeError(f"the figure holds {figure.value!r}, not counts of {name} values")
    return int(figure.value[name])


def _observed(expectation: Expectation, figure: Figure) -> object | None:
    """The share of good values, or the observed value as plain data."""
    if not isinstance(expectation, ColumnMapExpectation | FigureExpectation):
        return _plain(figure.value)
    good = figure.compared - figure.violations
    return good / figure.compared if figure.compared else None


def _plain(value: Any) -> object | None:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
