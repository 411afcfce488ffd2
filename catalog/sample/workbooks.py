"""Lays the departments' figures out as Excel workbooks: a published page over a page of towns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from catalog.sample.departments import REPORTS, Figure
from catalog.sample.people import Person
from catalog.sample.published import Printed
from catalog.sample.repeats import REPEATS
from catalog.sample.systems import Systems
from catalog.sample.tallies import Amounts, Bank, Period, last_months
from catalog.sample.xlsx import Formula, Sheet, write_workbook


def write_reports(
    folder: Path, people: Sequence[Person], systems: Systems, as_of: date
) -> list[Printed]:
    """Write every department's workbooks for the last three full months; gives what they show."""
    bank = Bank(people, systems, {person.number: person for person in people})
    issues = []
    for period in last_months(as_of):
        for name, (title, figures) in (REPORTS | REPEATS).items():
            sheets = _sheets(title, period, figures, bank)
            saved = period.end + timedelta(days=5)
            write_workbook(folder / f"{name}_{period.label}.xlsx", sheets, saved)
            issues.append(_printed(name, period, sheets[0]))
    return issues


def _printed(name: str, period: Period, summary: Sheet) -> Printed:
    formulas = {at: cell for at, cell in summary.cells.items() if isinstance(cell, Formula)}
    numbers = {at: float(formula.value) for at, formula in formulas.items()}
    return Printed(name, period, numbers, summary.percent)


def _sheets(title: str, period: Period, figures: Sequence[Figure], bank: Bank) -> list[Sheet]:
    columns = [figure for figure in figures if figure.amounts]
    totals = [_by_town(figure.amounts(bank, period)) for figure in columns if figure.amounts]
    towns = sorted({town for total in totals for town in total})
    detail: dict[str, Any] = {"A1": "İl"}
    for place, (figure, total) in enumerate(zip(columns, totals, strict=True)):
        letter = "BCDEFG"[place]
        detail[f"{letter}1"] = figure.label
        for line, town in enumerate(towns, start=2):
            detail[f"A{line}"] = town
            detail[f"{letter}{line}"] = total.get(town, 0)
    sums = {figure.label: _tidy(sum(t.values())) for figure, t in zip(columns, totals, strict=True)}
    return [
        _summary(title, period, figures, sums, len(towns) + 1),
        Sheet("Veri", detail, widths=dict.fromkeys("ABCDEFG", 24), bold=frozenset({"A1"})),
    ]


def _by_town(amounts: Amounts) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for town, amount in amounts:
        total[town] += amount
    return {town: _tidy(amount) for town, amount in total.items()}


def _tidy(amount: float) -> float:
    """Two decimals; none where nothing but whole things were counted."""
    return int(amount) if amount == int(amount) else round(amount, 2)


def _summary(
    title: str, period: Period, figures: Sequence[Figure], sums: Mapping[str, float], last: int
) -> Sheet:
    """The published page: labels in B, figures in C from row 5 on."""
    cells: dict[str, Any] = {"B2": title, "B3": "Dönem", "C3": period.label, "C4": "Değer"}
    values: dict[int, float] = {}
    column = iter("BCDEFG")
    for row, figure in enumerate(figures, start=5):
        if figure.ratio:
            top, bottom = figure.ratio
            value = values[top] / values[bottom] if values[bottom] else 0.0
            formula = f"=IF(C{bottom}=0,0,C{top}/C{bottom})"
        else:
            value = sums[figure.label]
            formula = f"=SUM(Veri!{(letter := next(column))}2:{letter}{last})"
        values[row] = value
        cells[f"B{row}"], cells[f"C{row}"] = figure.label, Formula(formula, value)
    percent = frozenset(f"C{row}" for row, f in enumerate(figures, start=5) if f.percent)
    return Sheet("Özet", cells, {"B": 44, "C": 18}, frozenset({"B2", "C4"}), percent)
