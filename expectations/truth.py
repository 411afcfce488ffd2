"""The true number of a cell for a period: computed, recorded, or not known, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from catalog.periods import Period
from catalog.results import MeasureValue
from catalog.totals import total_of
from expectations.cell_formulas import FormulaRefused, evaluate
from expectations.compiler.dated import calculation_at
from expectations.engine.port import Computed, Missing
from expectations.measures import complaint_of, exact_values
from expectations.past import Past
from expectations.plan import CellPlan, MeasurePlan, Plan
from expectations.published import Feed
from lineage.places import Position


@dataclass(frozen=True)
class Truth:
    """A true number in the unit of its cell, or why there is none.

    `counted_on` is the day of the run that counted it, where its calculation names no period.
    `note` says what else a reader must know of it.
    """

    value: Decimal | None = None
    counted_on: date | None = None
    note: str | None = None
    reason: str | None = None
    kind: Literal["source", "engine"] = "source"


@dataclass(frozen=True)
class Truths:
    """Where true numbers come from in one run."""

    plan: Plan
    computed: Mapping[str, Computed | Missing]
    past: Past
    feeds: Mapping[str, Feed]

    def of(self, cell: CellPlan, period: Period) -> Truth:
        """The truth of a cell for a period, not yet rounded."""
        if cell.obstacle:
            return Truth(reason=cell.obstacle)
        if cell.formula:
            return self._formula(cell, period)
        found = self._values(cell.calculation or "", period)
        if isinstance(found, Truth):
            return found
        values, day = found
        total = total_of(values, dict(cell.where), cell.additive)
        if total.value is None:
            return Truth(reason=total.reason)
        return Truth(total.value * cell.factor, day)

    def _values(
        self, of: str, period: Period
    ) -> tuple[tuple[MeasureValue, ...], date | None] | Truth:
        """The values of a calculation for a period, and the day they were counted if it matters."""
        measure = self.plan.measure(of)
        if measure.dated:
            return self._computed(calculation_at(measure, period), None)
        recorded = self.past.periods.get((of, period))
        if recorded:
            return recorded.values, recorded.day
        if period == Period.last_closed(period.unit, self.plan.as_of):
            return self._computed(of, self.plan.as_of)
        return Truth(reason=_unrecorded(measure, period))

    def _computed(
        self, key: str, day: date | None
    ) -> tuple[tuple[MeasureValue, ...], date | None] | Truth:
        measure = self.plan.measure(key)
        computed = self.computed.get(key) or Missing("engine", "the truth was not computed")
        if isinstance(computed, Missing):
            kind: Literal["source", "engine"] = "engine" if computed.kind == "engine" else "source"
            return Truth(reason=f"the truth is not known: {computed.message}", kind=kind)
        complaint = complaint_of(measure, computed)
        if complaint:
            return Truth(reason=f"the truth is not known: {complaint}")
        return exact_values(measure, computed), day

    def _formula(self, cell: CellPlan, period: Period) -> Truth:
        """Over the true numbers of other cells, or over the published where one has no truth."""
        days: list[date] = []

        def true_number(other: CellPlan) -> Decimal:
            truth = self.of(other, period)
            if truth.value is None:
                raise FormulaRefused(f"{other.label}: {truth.reason}")
            days.extend([truth.counted_on] if truth.counted_on else [])
            return truth.value

        def published_number(other: CellPlan) -> Decimal:
            versions = self.feeds[cell.report].versions.get((other.path, period))
            if not versions:
                raise FormulaRefused(f"{other.label} is not published")
            return versions[-1].value

        found = self._evaluate(cell, true_number)
        if found.value is not None:
            return replace(found, counted_on=min(days, default=None))
        told = self._evaluate(cell, published_number)
        if told.value is None:
            return found
        return replace(told, note="by its formula over the report's own published numbers")

    def _evaluate(self, cell: CellPlan, number_of: Callable[[CellPlan], Decimal]) -> Truth:
        """The formula's number; cells of the same report are found by where they stand."""
        cells = self._positions[cell.report]

        def number_at(position: Position) -> Decimal:
            if position not in cells:
                raise FormulaRefused(f"{_shown(position)} is not one of the report's cells")
            return _in_formula(cells[position], number_of(cells[position]))

        try:
            value = evaluate(
                cell.formula or "", number_at, cell.position[0] if cell.position else ""
            )
        except FormulaRefused as refused:
            return Truth(reason=str(refused))
        return Truth(value * cell.factor)

    @cached_property
    def _positions(self) -> Mapping[str, Mapping[Position, CellPlan]]:
        """By report: its cells by where they stand."""
        return {
            report.key: {one.position: one for one in report.cells if one.position}
            for report in self.plan.reports
        }


def _in_formula(cell: CellPlan, value: Decimal) -> Decimal:
    """A cell's number as its workbook holds it: 45.6% is 0.456 there."""
    return value / 100 if cell.is_share else value


def _shown(position: Position) -> str:
    sheet, column, row = position
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{sheet}!{letters}{row}" if sheet else f"{letters}{row}"


def _unrecorded(measure: MeasurePlan, period: Period) -> str:
    whose = "its calculation" if measure.of.startswith("cell:") else f"measure {measure.of}"
    return (
        f"nobody recorded this number for {period.label}, and {whose} names no period by which it "
        f"could be counted afterwards; use :period_start or :period_end there, or run the check "
        f"with --as-of {period.end} where the sources still say what they said then"
    )
