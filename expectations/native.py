"""The native GX expectations we support: arguments, a sentence, and how the figure is counted.

The table is published: an expectation that is not in it is refused at validation. Every figure is
one that stock GX would compute with pandas over the same view, so the same suite runs on both.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from expectations import renderings as sql
from expectations.arguments import (
    BOOLEAN,
    DATE,
    NUMBER,
    TEXT,
    TIMESTAMP,
    Argument,
    bound,
    either,
    flag,
    number,
    quantile_ranges,
    regex,
    regexes,
    share,
    values,
    whole,
)
from expectations.figures import FigureSql
from expectations.renderings import Kwargs, Rendering

ANY = frozenset({TEXT, NUMBER, DATE, TIMESTAMP, BOOLEAN})
LISTED = frozenset({TEXT, NUMBER, BOOLEAN})
ORDERED = frozenset({NUMBER, DATE, TIMESTAMP})
NUMBERS = frozenset({NUMBER})
TEXTS = frozenset({TEXT})

MOSTLY = Argument("mostly", share)
STRICT = (Argument("strict_min", flag), Argument("strict_max", flag))
BOUNDS = (Argument("min_value", bound), Argument("max_value", bound), *STRICT)
NUMBER_BOUNDS = (Argument("min_value", number), Argument("max_value", number), *STRICT)
SHARE_BOUNDS = (Argument("min_value", share), Argument("max_value", share), *STRICT)
WHOLE_BOUNDS = (Argument("min_value", whole), Argument("max_value", whole), *STRICT)
VALUE_SET = Argument("value_set", values, required=True)
REGEX = Argument("regex", regex, required=True)
REGEX_LIST = Argument("regex_list", regexes, required=True)
WHOLE = Argument("value", whole, required=True)
QUANTILES = (
    Argument("quantile_ranges", quantile_ranges, required=True),
    Argument("allow_relative_error", either(False, "nearest", "linear")),
)


@dataclass(frozen=True)
class NativeExpectation:
    """One supported expectation.

    ``columns`` are the families of columns it can judge, none for an expectation on the table.
    """

    type: str
    sentence: str
    columns: frozenset[str]
    arguments: tuple[Argument, ...]
    figure: Rendering

    @property
    def bounded(self) -> bool:
        """Whether it needs a least or a greatest value."""
        return any(argument.name == "min_value" for argument in self.arguments)


def problems(expectation: str, kwargs: Kwargs, column_type: str | None = None) -> list[str]:
    """Everything wrong with a stated expectation, in plain words; empty when nothing is.

    ``kwargs`` are its arguments, with or without ``column``; ``column_type`` is the family of the
    column (see ``arguments.family``), None when it is not known.
    """
    native = SUPPORTED.get(expectation)
    if native is None:
        nearest = difflib.get_close_matches(expectation, SUPPORTED, n=3, cutoff=0)
        return [
            f"{expectation} is not a supported expectation; the nearest are {', '.join(nearest)}"
        ]
    return [
        f"{expectation} {complaint}"
        for complaint in (
            *_wrong_names(native, kwargs),
            *_wrong_values(native, kwargs, column_type),
            *_wrong_column(native, column_type),
            *_wrong_bounds(native, kwargs),
        )
    ]


def figure_sql(expectation: str, column_sql: str, kwargs: Kwargs) -> FigureSql:
    """The SQL of the figure of an expectation that has no ``problems``.

    ``column_sql`` is the quoted column; an expectation on the table does not use it. Raises
    KeyError for an expectation that is not supported.
    """
    return SUPPORTED[expectation].figure(column_sql, kwargs)


def _wrong_names(native: NativeExpectation, kwargs: Kwargs) -> list[str]:
    known = [argument.name for argument in native.arguments]
    on_column = ["column"] if native.columns else []
    found = [
        f"has no argument {name}; "
        + (
            "state the condition in an SQL rule"
            if name in ("row_condition", "condition_parser")
            else f"its arguments are {', '.join(known)}"
        )
        for name in kwargs
        if name not in known + on_column
    ]
    required = [argument.name for argument in native.arguments if argument.required]
    return found + [f"needs the argument {name}" for name in required if kwargs.get(name) is None]


def _wrong_values(native: NativeExpectation, kwargs: Kwargs, column_type: str | None) -> list[str]:
    return [
        f"{argument.name} {complaint}"
        for argument in native.arguments
        if kwargs.get(argument.name) is not None
        and (complaint := argument.check(kwargs[argument.name], column_type))
    ]


def _wrong_column(native: NativeExpectation, column_type: str | None) -> list[str]:
    if column_type is None or not native.columns or column_type in native.columns:
        return []
    fitting = " or ".join(sorted(native.columns))
    return [f"judges {fitting} columns, but the column holds {column_type} values"]


def _wrong_bounds(native: NativeExpectation, kwargs: Kwargs) -> list[str]:
    if not native.bounded:
        return []
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if least is None and most is None:
        return ["needs min_value or max_value, or both"]
    if least is None or most is None:
        return []
    try:
        return [f"min_value {least} is greater than max_value {most}"] if least > most else []
    except TypeError:
        return [f"min_value {least} and max_value {most} are not of one kind"]


def _on_values(
    name: str, sentence: str, columns: frozenset[str], figure: Rendering, *arguments: Argument
) -> NativeExpectation:
    return _on_column(name, sentence, columns, figure, *arguments, MOSTLY)


def _on_column(
    name: str, sentence: str, columns: frozenset[str], figure: Rendering, *arguments: Argument
) -> NativeExpectation:
    return NativeExpectation(f"expect_column_{name}", sentence, columns, arguments, figure)


def _on_table(name: str, sentence: str, *arguments: Argument) -> NativeExpectation:
    full = f"expect_table_row_count_to_{name}"
    return NativeExpectation(full, sentence, frozenset(), arguments, sql.row_count)


SUPPORTED: Mapping[str, NativeExpectation] = MappingProxyType(
    {
        native.type: native
        for native in (
            _on_values("values_to_not_be_null", "Every row has a value.", ANY, sql.missing),
            _on_values("values_to_be_null", "No row has a value.", ANY, sql.present),
            _on_values("values_to_be_unique", "No value occurs twice.", ANY, sql.repeated),
            _on_values(
                "values_to_be_in_set",
                "Every value is one of the listed values.",
                LISTED,
                sql.values_that(sql.not_listed),
                VALUE_SET,
            ),
            _on_values(
                "values_to_not_be_in_set",
                "No value is one of the listed values.",
                LISTED,
                sql.values_that(sql.listed),
                VALUE_SET,
            ),
            _on_values(
                "values_to_be_between",
                "Every value lies between the bounds.",
                ORDERED,
                sql.values_that(sql.outside()),
                *BOUNDS,
            ),
            _on_values(
                "value_lengths_to_be_between",
                "Every text has between so many and so many characters.",
                TEXTS,
                sql.values_that(sql.outside("length(?)")),
                *WHOLE_BOUNDS,
            ),
            _on_values(
                "value_lengths_to_equal",
                "Every text has exactly so many characters.",
                TEXTS,
                sql.values_that(sql.other_length),
                WHOLE,
            ),
            _on_values(
                "values_to_match_regex",
                "The pattern is found in every text.",
                TEXTS,
                sql.values_that(sql.no_match),
                REGEX,
            ),
            _on_values(
                "values_to_not_match_regex",
                "The pattern is found in no text.",
                TEXTS,
                sql.values_that(sql.match),
                REGEX,
            ),
            _on_values(
                "values_to_match_regex_list",
                "Any of the patterns, or all, are found in every text.",
                TEXTS,
                sql.values_that(sql.no_match),
                REGEX_LIST,
                Argument("match_on", either("any", "all")),
            ),
            _on_values(
                "values_to_not_match_regex_list",
                "None of the patterns is found in any text.",
                TEXTS,
                sql.values_that(sql.match),
                REGEX_LIST,
            ),
            _on_column(
                "max_to_be_between",
                "The greatest value lies between the bounds.",
                ORDERED,
                sql.aggregate("max(?)"),
                *BOUNDS,
            ),
            _on_column(
                "min_to_be_between",
                "The least value lies between the bounds.",
                ORDERED,
                sql.aggregate("min(?)"),
                *BOUNDS,
            ),
            _on_column(
                "mean_to_be_between",
                "The mean lies between the bounds.",
                NUMBERS,
                sql.aggregate("avg(?::DOUBLE)"),
                *NUMBER_BOUNDS,
            ),
            _on_column(
                "median_to_be_between",
                "The median lies between the bounds.",
                NUMBERS,
                sql.aggregate("median(?::DOUBLE)"),
                *NUMBER_BOUNDS,
            ),
            _on_column(
                "stdev_to_be_between",
                "The sample standard deviation lies between the bounds.",
                NUMBERS,
                sql.aggregate("stddev_samp(?::DOUBLE)"),
                *NUMBER_BOUNDS,
            ),
            _on_column(
                "sum_to_be_between",
                "The sum lies between the bounds; of no values it is 0.",
                NUMBERS,
                sql.aggregate("coalesce(sum(?::DOUBLE), 0)"),
                *NUMBER_BOUNDS,
            ),
            _on_column(
                "quantile_values_to_be_between",
                "Each quantile lies between its bounds, or within a ten-thousandth of one.",
                NUMBERS,
                sql.quantiles,
                *QUANTILES,
            ),
            _on_column(
                "unique_value_count_to_be_between",
                "The number of different values lies between the bounds.",
                ANY,
                sql.aggregate("count(DISTINCT ?)"),
                *WHOLE_BOUNDS,
            ),
            _on_column(
                "proportion_of_unique_values_to_be_between",
                "Different values, as a share of the values present, lie between the bounds.",
                ANY,
                sql.aggregate("coalesce(count(DISTINCT ?) / nullif(count(?), 0), 0)"),
                *SHARE_BOUNDS,
            ),
            _on_column(
                "proportion_of_non_null_values_to_be_between",
                "The share of rows with a value lies between the bounds.",
                ANY,
                sql.aggregate("coalesce(count(?) / nullif(count(*), 0), 0)"),
                *SHARE_BOUNDS,
            ),
            _on_column(
                "distinct_values_to_be_in_set",
                "Every different value is one of the listed values.",
                LISTED,
                sql.distinct(strange=True, lacking=False),
                VALUE_SET,
            ),
            _on_column(
                "distinct_values_to_contain_set",
                "Each of the listed values occurs.",
                LISTED,
                sql.distinct(strange=False, lacking=True),
                VALUE_SET,
            ),
            _on_column(
                "distinct_values_to_equal_set",
                "The different values are the listed values, no more and no less.",
                LISTED,
                sql.distinct(strange=True, lacking=True),
                VALUE_SET,
            ),
            _on_column(
                "most_common_value_to_be_in_set",
                "The most frequent value is one of the listed values.",
                LISTED,
                sql.modes,
                VALUE_SET,
                Argument("ties_okay", flag),
            ),
            _on_table("be_between", "The number of rows lies between the bounds.", *WHOLE_BOUNDS),
            _on_table("equal", "The number of rows is exactly so many.", WHOLE),
        )
    }
)
