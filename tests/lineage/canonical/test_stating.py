"""What the calculation of a measure or cell is, through measures, slices, units and formulas."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from canonical_sql import sql_of

from catalog.loading.loader import load_catalog
from catalog.model import Catalog
from lineage.canonical.forms import conditions_of
from lineage.canonical.stating import Calculation, NotCalculated, Statements, proved


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    loaded = load_catalog(Path(__file__).parent, "small")
    assert [str(p) for p in loaded.problems] == []
    return loaded.catalog


@pytest.fixture(scope="module")
def statements(catalog: Catalog) -> Statements:
    return Statements(catalog)


def known(statements: Statements, urn: str) -> Calculation:
    found = statements.of(urn)
    assert isinstance(found, Calculation), found
    return found


@pytest.mark.parametrize(
    ("left", "right", "proof"),
    [
        ("measure:active", "cell:first/active", "identical"),
        ("measure:active", "cell:second/live", "identical"),
        ("measure:active", "cell:first/active_retail", None),
        ("measure:active", "cell:second/aktif", None),
        ("measure:deposits", "cell:first/deposits", "identical"),
        ("cell:first/deposits", "cell:second/deposits", "identical"),
        ("cell:second/deposits", "cell:second/dollars", None),
        ("cell:first/pasted", "cell:second/deposits", "equal_without_nulls"),
        ("measure:at_day", "cell:second/until", "identical"),
        ("cell:first/share", "cell:second/share", "equal_without_nulls"),
    ],
)
def test_numbers_are_proved_through_measures_units_and_formulas(
    statements: Statements, left: str, right: str, proof: str | None
) -> None:
    assert proved(known(statements, left), known(statements, right)) == proof


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("first/odd", "VLOOKUP"),
        ("first/nowhere", "özet!C99, which is no cell of the report"),
        ("first/unnamed", "name it under `columns`"),
        ("first/partly", "only a part of the input block Veri!A1:D90"),
        ("first/all_average", "several values, by product, that may not be summed"),
    ],
)
def test_what_cannot_be_said_is_said_with_the_reason(
    statements: Statements, cell: str, reason: str
) -> None:
    found = statements.of(f"cell:{cell}")
    assert isinstance(found, NotCalculated)
    assert reason in found.reason


def test_a_number_in_thousands_and_one_in_millions_are_alike_in_ones(
    statements: Statements,
) -> None:
    thousands, millions = (
        known(statements, urn).canonical for urn in ("measure:deposits", "cell:first/deposits")
    )
    assert thousands.in_ones == millions.in_ones == Fraction(1)


def test_an_aggregate_is_told_with_the_conditions_of_its_rows(statements: Statements) -> None:
    (aggregate,) = known(statements, "cell:second/until").canonical.aggregates
    assert aggregate[:2] == ("agg", "count")
    assert [sql_of(one) for one in conditions_of(aggregate)] == [
        '("core.customers"."opened_on" < (:period_end + INTERVAL \'1\' DAY))'
    ]


def test_a_formula_over_cells_in_another_unit_takes_them_as_the_workbook_holds_them(
    statements: Statements,
) -> None:
    """Millions times 1000 over heads, in thousands, are lira over heads."""
    canonical = known(statements, "cell:first/per_head").canonical
    assert canonical.in_ones == Fraction(1)
    assert len(canonical.aggregates) == 2


def test_a_number_of_the_period_is_not_one_of_another_period(catalog: Catalog) -> None:
    text = "SELECT count(*) AS value FROM core.customers WHERE opened_on >= :period_start"
    monthly, quarterly = (
        catalog.reports["second"].model_copy(
            update={
                "period": period,
                "cells": (catalog.cells["second/until"].model_copy(update={"calculation": text}),),
            }
        )
        for period in ("month", "quarter")
    )
    one, other = (
        Statements(_with(catalog, report)).of("cell:second/until")
        for report in (monthly, quarterly)
    )
    assert isinstance(one, Calculation)
    assert isinstance(other, Calculation)
    assert proved(one, other) is None
    assert proved(one, one) == "identical"


def _with(catalog: Catalog, report: object) -> Catalog:
    from dataclasses import replace

    return replace(catalog, reports={**catalog.reports, "second": report})  # type: ignore[dict-item]
