"""Compares the numbers of two sides: measures, cells' own calculations, cells of reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from catalog.periods import Period
from catalog.results import MeasureValue
from catalog.simulations import CellChange, MeasureChange, NumberChange, Unknown
from catalog.totals import exact
from expectations.engine.port import Missing
from expectations.measures import complaint_of, exact_values
from expectations.past import Past
from expectations.plan import CellPlan, MeasurePlan
from expectations.published import Feed
from expectations.simulate.computing import Side
from expectations.simulate.naming import Naming
from expectations.truth import Truth, Truths

Values = Mapping[str, tuple[Mapping[str, object], Decimal | None]]


@dataclass(frozen=True)
class Numbers:
    """The numbers of both sides, for calculations that may differ."""

    before: Side
    after: Side
    calculations: Sequence[str]
    naming: Naming

    def measures(self) -> Iterator[MeasureChange]:
        """What becomes of each calculation; of one that has no number, why."""
        for of in self.calculations:
            yield self._measure(of, self._values(self.before, of), self._values(self.after, of))

    def unknown(self) -> Iterator[Unknown]:
        """The calculations and cells of which a side has no number that can be compared."""
        lost = set()
        for of in self.calculations:
            sides = (self._values(side, of) for side in (self.before, self.after))
            reasons = dict.fromkeys(one for one in sides if isinstance(one, str))
            if reasons:
                lost.add(of)
                yield self._unknown(urn_of(of), reasons)
        for urn, cell, truths in self._cells():
            reasons = dict.fromkeys(one.reason for one in truths if one and one.reason)
            if reasons and cell.calculation in self.calculations and cell.calculation not in lost:
                yield self._unknown(urn, reasons)

    def cells(self) -> Iterator[CellChange]:
        """The cells of reports whose true number for the last period changes."""
        for urn, cell, (old, new) in self._cells():
            before, after = (None if one is None else one.value for one in (old, new))
            if before != after:
                yield CellChange(
                    urn=urn,
                    name=self.naming.name(urn),
                    report=cell.report,
                    owner=self.naming.owner(urn),
                    period=self._periods[urn].label,
                    before=_plain(before),
                    after=_plain(after),
                )

    def same_cells(self) -> Iterator[str]:
        """The URNs of the cells whose true number is known and stays."""
        for urn, _, (old, new) in self._cells():
            known = old and new and not (old.note or new.note)
            if known and old and new and old.value is not None and old.value == new.value:
                yield urn

    def _cells(self) -> Iterator[tuple[str, CellPlan, tuple[Truth | None, Truth | None]]]:
        """Every cell, as it is after the change, with its true number before and after."""
        old, new = self._truths(self.before), self._truths(self.after)
        for urn in dict.fromkeys([*new, *old]):
            before, after = old.get(urn), new.get(urn)
            shown = after or before
            if shown:
                yield urn, shown[0], (before and before[1], after and after[1])

    @cached_property
    def _periods(self) -> Mapping[str, Period]:
        """By cell: the last period of its report."""
        return {
            f"cell:{cell.path}": period
            for side in (self.before, self.after)
            for cell, period in _shown(side)
        }

    def _truths(self, side: Side) -> dict[str, tuple[CellPlan, Truth]]:
        plan = side.task.narrowed
        feeds = {report.key: Feed() for report in plan.reports}
        truths = Truths(plan, side.computed, Past(), feeds)
        return {
            f"cell:{cell.path}": (cell, truths.of(cell, period))
            for cell, period in _shown(side)
            if cell.report in side.task.reports
        }

    def _unknown(self, urn: str, reasons: Iterable[str]) -> Unknown:
        return Unknown(urn=urn, name=self.naming.name(urn), reason="; ".join(reasons))

    def _measure(
        self, of: str, old: Values | str | None, new: Values | str | None
    ) -> MeasureChange:
        before, after = _known(old), _known(new)
        is_lost = isinstance(old, str) or isinstance(new, str)
        changed, unchanged = [], 0
        for key in () if is_lost else dict.fromkeys([*after, *before]):
            was, now = before.get(key, (None, None)), after.get(key, (None, None))
            if was[1] == now[1]:
                unchanged += 1
                continue
            apart = None if was[1] is None or now[1] is None else now[1] - was[1]
            dimensions = now[0] or was[0] or {}
            changed.append(
                NumberChange(
                    dimensions=dimensions,
                    before=_plain(was[1]),
                    after=_plain(now[1]),
                    apart=_plain(apart),
                )
            )
        urn = urn_of(of)
        return MeasureChange(
            urn=urn,
            name=self.naming.name(urn),
            owner=self.naming.owner(urn),
            period=self._period(of),
            changed=tuple(changed),
            unchanged=unchanged,
            why_before=old if isinstance(old, str) else None,
            why_after=new if isinstance(new, str) else None,
        )

    def _period(self, of: str) -> str | None:
        for side in (self.after, self.before):
            measure = _plan_of(side, of)
            if measure is not None:
                dated = measure.dated or not measure.now
                return measure.period.label if measure.period and dated else None
        return None

    def _values(self, side: Side, of: str) -> Values | str | None:
        """The values by dimension; why there are none; None where it is not defined."""
        measure = _plan_of(side, of)
        if measure is None:
            return None
        computed = side.computed.get(of) or Missing("engine", "it was not computed")
        if isinstance(computed, Missing):
            return computed.message
        complaint = complaint_of(measure, computed)
        if complaint:
            return complaint
        return {
            _key(one): (one.dimensions, exact(one.value)) for one in exact_values(measure, computed)
        }


def _shown(side: Side) -> Iterator[tuple[CellPlan, Period]]:
    """The cells of all reports that publish, each with the last period it speaks of."""
    for report in side.task.narrowed.reports:
        for cell in report.cells:
            yield cell, report.issues[0].period


def _plan_of(side: Side, of: str) -> MeasurePlan | None:
    return next((one for one in side.task.plan.measures if one.key == of), None)


def urn_of(of: str) -> str:
    """The URN of a calculation: that of a measure, or the cell's own."""
    return of if ":" in of else f"measure:{of}"


def _known(values: Values | str | None) -> Values:
    return {} if values is None or isinstance(values, str) else values


def _key(value: MeasureValue) -> str:
    return json.dumps(dict(value.dimensions), sort_keys=True, default=str, ensure_ascii=False)


def _plain(value: Decimal | None) -> Decimal | None:
    """A number without needless zeros, never in powers of ten."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
