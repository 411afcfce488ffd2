"""The DuckDB SQL of figures, one function for each way of counting that GX has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from expectations.arguments import bound_literal, literal
from expectations.figures import FigureSql
from expectations.patterns import translate

Kwargs = Mapping[str, Any]
Predicate = Callable[[str, Kwargs], str]
Rendering = Callable[[str, Kwargs], FigureSql]

ROWS_COUNTED = "coalesce(sum(n), 0)::BIGINT"
PRESENT_COUNTED = "coalesce(sum(n) FILTER (WHERE v IS NOT NULL), 0)::BIGINT"


def values_that(unexpected: Predicate) -> Rendering:
    """Counts the values present for which the predicate is true."""

    def render(column: str, kwargs: Kwargs) -> FigureSql:
        wrong = f"({column} IS NOT NULL AND {unexpected(column, kwargs)})"
        violations = f"count(*) FILTER (WHERE {wrong})"
        return FigureSql("count(*)", f"count({column})", violations, "NULL", wrong)

    return render


def aggregate(template: str) -> Rendering:
    """Observes one aggregate of the column, which stands for ``?`` in the template."""

    def render(column: str, _: Kwargs) -> FigureSql:
        return FigureSql("count(*)", f"count({column})", "0", template.replace("?", column))

    return render


def row_count(_column: str, _kwargs: Kwargs) -> FigureSql:
    """Observes the number of rows."""
    return FigureSql("count(*)", "count(*)", "0", "count(*)")


def missing(column: str, _: Kwargs) -> FigureSql:
    """Counts the rows without a value."""
    wrong = f"({column} IS NULL)"
    return FigureSql("count(*)", "count(*)", f"count(*) FILTER (WHERE {wrong})", "NULL", wrong)


def present(column: str, _: Kwargs) -> FigureSql:
    """Counts the rows with a value."""
    return FigureSql("count(*)", "count(*)", f"count({column})", "NULL", f"({column} IS NOT NULL)")


def repeated(column: str, _: Kwargs) -> FigureSql:
    """Counts the rows whose value occurs more than once."""
    return FigureSql(
        rows=ROWS_COUNTED,
        compared=PRESENT_COUNTED,
        violations="coalesce(sum(n) FILTER (WHERE v IS NOT NULL AND n > 1), 0)::BIGINT",
        value="NULL",
        bad=f"({column} IS NOT NULL AND count(*) OVER (PARTITION BY {column}) > 1)",
        counted=column,
    )


def modes(column: str, kwargs: Kwargs) -> FigureSql:
    """Observes the most frequent values, those in the set first; twenty tell as much as all."""
    order = f"v IN ({_listed(kwargs)}) DESC, v"
    most = f"list(v ORDER BY {order}) FILTER (WHERE v IS NOT NULL AND n = top)"
    value = f"coalesce({most}, [])[1:20]"
    return FigureSql(ROWS_COUNTED, PRESENT_COUNTED, "0", value, counted=column)


def distinct(strange: bool, lacking: bool) -> Rendering:
    """Counts distinct values that are not in the set, values of the set that are not there."""

    def render(column: str, kwargs: Kwargs) -> FigureSql:
        listed = f"{column} IN ({_listed(kwargs)})"
        found = f"count(DISTINCT {column}) FILTER (WHERE {listed})"
        unexpected = f"count(DISTINCT {column}) FILTER (WHERE NOT {listed})" if strange else "0"
        absent = f"({len(set(kwargs['value_set']))} - {found})" if lacking else "0"
        return FigureSql(
            rows="count(*)",
            compared=f"count({column})",
            violations=f"({unexpected} + {absent})",
            value=f"{{'unexpected': {unexpected}, 'missing': {absent}}}",
            bad=f"({column} IS NOT NULL AND NOT {listed})" if strange else None,
        )

    return render


def quantiles(column: str, kwargs: Kwargs) -> FigureSql:
    """Observes quantiles: the nearest value (half to even), or on a line between two."""
    places = [float(place) for place in kwargs["quantile_ranges"]["quantiles"]]
    if kwargs.get("allow_relative_error") == "linear":
        nothing = ", ".join(["NULL::DOUBLE"] * len(places))
        value = f"coalesce(quantile_cont({column}::DOUBLE, {places}), [{nothing}])"
    else:
        ordered = f"(list({column}::DOUBLE ORDER BY {column}) FILTER (WHERE {column} IS NOT NULL))"
        steps = [f"round_even((count({column}) - 1) * {place!r}, 0)::BIGINT" for place in places]
        value = "[" + ", ".join(f"{ordered}[1 + {step}]" for step in steps) + "]"
    return FigureSql("count(*)", f"count({column})", "0", value)


def outside(template: str = "?") -> Predicate:
    """True outside the bounds, of the column or of what the template measures on it."""

    def render(column: str, kwargs: Kwargs) -> str:
        subject, broken = template.replace("?", column), []
        if (least := kwargs.get("min_value")) is not None:
            sign = "<=" if kwargs.get("strict_min") else "<"
            broken.append(f"{subject} {sign} {bound_literal(least)}")
        if (most := kwargs.get("max_value")) is not None:
            sign = ">=" if kwargs.get("strict_max") else ">"
            broken.append(f"{subject} {sign} {bound_literal(most)}")
        return f"({' OR '.join(broken)})"

    return render


def other_length(column: str, kwargs: Kwargs) -> str:
    """True for a text of another length, in characters."""
    return f"length({column}) <> {literal(kwargs['value'])}"


def not_listed(column: str, kwargs: Kwargs) -> str:
    """True for a value that is not in the set."""
    return f"{column} NOT IN ({_listed(kwargs)})"


def listed(column: str, kwargs: Kwargs) -> str:
    """True for a value in the set."""
    return f"{column} IN ({_listed(kwargs)})"


def no_match(column: str, kwargs: Kwargs) -> str:
    """True where the pattern, or any or all of the patterns, are not found."""
    joint = " AND " if kwargs.get("match_on") == "all" else " OR "
    return f"NOT ({joint.join(_searches(column, kwargs))})"


def match(column: str, kwargs: Kwargs) -> str:
    """True where the pattern, or any of the patterns, is found."""
    return f"({' OR '.join(_searches(column, kwargs))})"


def _searches(column: str, kwargs: Kwargs) -> list[str]:
    patterns = kwargs["regex_list"] if "regex_list" in kwargs else [kwargs["regex"]]
    return [f"regexp_matches({column}, {literal(translate(pattern))})" for pattern in patterns]


def _listed(kwargs: Kwargs) -> str:
    return ", ".join(map(literal, kwargs["value_set"]))
