"""The numbers on the pages: values of measures and cells, coverage and agreement of attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from catalog.model import Catalog, Cell, Measure
from catalog.model.reports import CurrencyUnit
from catalog.results import MeasureValue, Result
from catalog.totals import fits, total_of
from lineage.pages.privacy import Privacy
from lineage.pages.usability import fields_of
from lineage.pages.words import Words


@dataclass(frozen=True)
class Pair:
    """Two systems compared on one attribute; shares are between 0 and 1."""

    result: Result
    left: str
    right: str
    differing: float


def say_value(
    value: object, measure: Measure | Cell, words: Words, digits: int | None = None
) -> Markup:
    """A value with its unit as the language writes it: 4,812 customers; %3,1.

    Without `digits` it has as many decimals as the measure rounds to, else none or two.
    """
    if digits is None and isinstance(measure, Measure):
        digits = measure.rounding
    if value is None or isinstance(value, str):
        return escape(value or "–")
    if isinstance(value, float | Decimal) and digits is None:
        digits = 0 if value == int(value) else 2
    text = words.number(value, max(digits, 0) if digits is not None else None)
    unit = measure.unit
    if unit == "%":
        return escape(f"%{text}" if words.language == "tr" else f"{text}%")
    name = say_unit(measure, words)
    return Markup("{} {}").format(text, name) if name else escape(text)


def say_unit(measure: Measure | Cell, words: Words) -> Markup:
    """The unit as shown: a word, or a currency with its scale."""
    unit = measure.unit
    if not isinstance(unit, CurrencyUnit):
        return words.told(measure, "unit")
    if unit.scale == 1:
        return escape(unit.currency)
    if unit.scale in (1000, 1_000_000):
        return words(f"page.money_{unit.scale}", currency=unit.currency)
    return words("page.money_scaled", currency=unit.currency, scale=words.number(unit.scale))


def shown_in(cell: Cell, catalog: Catalog) -> Measure | Cell:
    """What states the unit of a cell's number: the cell itself, else its measure."""
    return cell if cell.unit else catalog.measures.get(cell.measure or "", cell)


def value_of_cell(
    cell: Cell, values: Mapping[str, Sequence[MeasureValue]], additive: bool = False
) -> MeasureValue | None:
    """The one figure of the measure that the cell shows, or of an additive one their total; None
    when there is not exactly one.
    """
    of_measure = values.get(cell.measure or "", ())
    fitting = [value for value in of_measure if fits(value, cell.where)]
    if len(fitting) == 1:
        return fitting[0]
    total = total_of(fitting, cell.where, additive).value if fitting and additive else None
    if total is None:
        return None
    whole = total == total.to_integral_value()
    update = {"dimensions": dict(cell.where), "value": int(total) if whole else float(total)}
    return fitting[0].model_copy(update=update)


def completeness(results: Iterable[Result]) -> Result | None:
    """The result that tells for how many entities the attribute has a value."""
    return next((r for r in results if r.kind == "required" and r.rows_compared), None)


def pairs_of(results: Iterable[Result]) -> list[Pair]:
    """The pairs of systems compared, those that differ on the largest share first."""
    pairs = [
        _pair(r, *fields_of(r)) for r in results if r.kind == "agree" and len(fields_of(r)) == 2
    ]
    return sorted(pairs, key=lambda p: (-p.differing, -p.result.violations, p.result.check))


def _pair(result: Result, left: str, right: str) -> Pair:
    compared = result.rows_compared
    return Pair(result, left, right, result.violations / compared if compared else 0)


def say_figure(
    value: object, measure: Measure, privacy: Privacy, cell: Cell | None = None
) -> Markup:
    """A measure's figure, in the unit of the cell that shows it if it states one.

    A figure that counts only a few people is told as fewer than the limit.
    """
    counts = measure.unit != "%" and not isinstance(measure.unit, CurrencyUnit)
    if counts and privacy.is_small(measure.urn, value):
        return privacy.words("found.fewer", n=privacy.limit)
    shown = cell if cell and cell.unit else measure
    own, unit = measure.unit, shown.unit
    if isinstance(own, CurrencyUnit) and isinstance(unit, CurrencyUnit) and own != unit:
        value = value * own.scale / unit.scale if isinstance(value, int | float) else value
    return say_value(value, shown, privacy.words)
