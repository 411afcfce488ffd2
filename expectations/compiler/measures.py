"""What is asked of measures: that they give a number, within bounds, and do not leap."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from catalog.model import Catalog, Cell, Measure
from catalog.model.reports import Bounds, is_query
from catalog.periods import Period, PeriodUnit
from catalog.sql import check_condition, check_query
from expectations.compiler.dated import at_period, calculation_at
from expectations.compiler.scene import Scene
from expectations.plan import (
    BoundsFigure,
    ChangeFigure,
    Check,
    ComputesFigure,
    Limit,
    MeasurePlan,
)

PERIOD_PARAMETERS = frozenset({"period_start", "period_end"})


@dataclass(frozen=True)
class _Stated:
    """A calculation as it is written: a measure's, or a cell's own."""

    key: str
    calculation: str
    dimensions: tuple[str, ...]
    unit: PeriodUnit
    now: bool = False


def measure_plan(scene: Scene, key: str) -> MeasurePlan:
    """A measure to compute, and what it reads."""
    one = scene.catalog.measures[key]
    return _plan(
        scene, _Stated(key, one.calculation, one.dimensions, one.period, one.as_of == "now")
    )


def cell_plan(scene: Scene, cell: Cell) -> MeasurePlan:
    """A cell's own calculation, SQL or an expression of measures, for its report's period."""
    unit = scene.catalog.reports[cell.report].period or "month"
    calculation = scene.pasted.get(cell.path) or cell.calculation or ""
    return _plan(scene, _Stated(cell.urn, calculation, (), unit))


def _plan(scene: Scene, one: _Stated) -> MeasurePlan:
    if not is_query(one.calculation):
        return _expression(scene, one)
    checked = check_query(one.calculation, scene.tables)
    golden = tuple(sorted(table for table in checked.tables if table in scene.catalog.entities))
    datasets = tuple(sorted(table for table in checked.tables if table in scene.catalog.datasets))
    fed = [path for entity in golden for path in scene.feeding(entity)]
    moving = PERIOD_PARAMETERS if one.now else PERIOD_PARAMETERS | {"as_of"}
    dated = bool(checked.parameters & moving)
    period = _period(scene, one, dated)
    return MeasurePlan(
        one.key,
        one.calculation,
        one.dimensions,
        is_query=True,
        reads=tuple(dict.fromkeys([*datasets, *fed])),
        golden=golden,
        tables=datasets,
        period=period,
        as_of=scene.as_of if one.now else period.end,
        now=one.now,
        dated=dated,
        basis=_fingerprint(one.calculation, one.now),
    )


def _period(scene: Scene, one: _Stated, dated: bool) -> Period:
    """What is not dated speaks of the run's own period, whichever was asked for."""
    return scene.in_question(one.unit) if dated else Period.last_closed(one.unit, scene.as_of)


def _expression(scene: Scene, one: _Stated) -> MeasurePlan:
    """An expression is dated if all it names are; it names them for its own period where it can."""
    used = [measure_plan(scene, key) for key in named_measures(one.calculation, scene.catalog)]
    dated = bool(used) and all(measure.dated for measure in used)
    period = _period(scene, one, dated)
    return MeasurePlan(
        one.key,
        one.calculation,
        one.dimensions,
        is_query=False,
        reads=tuple(dict.fromkeys(path for measure in used for path in measure.reads)),
        measures=tuple(calculation_at(measure, period) for measure in used),
        period=period,
        as_of=scene.as_of if one.now else period.end,
        now=one.now,
        dated=dated,
        basis=_fingerprint(one.calculation, one.now, *(measure.basis for measure in used)),
    )


def _fingerprint(*parts: object) -> str:
    words = "\n".join(" ".join(str(part).split()) for part in parts)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def all_calculations(scene: Scene, cells: Mapping[str, Cell]) -> tuple[MeasurePlan, ...]:
    """Every calculation of a run, each after those it rests on."""
    catalog = scene.catalog
    plans = {key: measure_plan(scene, key) for key in in_order_of_use(catalog)}
    plans |= {cell.urn: cell_plan(scene, cell) for cell in cells.values()}
    before = [
        (plan, plan.period.before())
        for key, plan in plans.items()
        if plan.period and key in catalog.measures and _looks_back(catalog.measures[key], plan)
    ]
    rested = [(plan, plan.period) for plan in plans.values() if plan.measures and plan.period]
    for plan, period in [*rested, *before]:
        plans |= {one.key: one for one in at_period(plan, period, plans) if one.key not in plans}
    return tuple(sorted(plans.values(), key=lambda plan: _depth(plan, plans)))


def _depth(plan: MeasurePlan, plans: Mapping[str, MeasurePlan]) -> int:
    return 1 + max((_depth(plans[used], plans) for used in plan.measures), default=0)


def _looks_back(measure: Measure, plan: MeasurePlan) -> bool:
    return measure.change is not None and measure.change.per == "period" and plan.dated


def measure_checks(scene: Scene, calculations: Mapping[str, MeasurePlan]) -> Iterator[Check]:
    """The checks of every measure, in the order of the files; `calculations` by measure."""
    for measure in scene.catalog.measures.values():
        plan = calculations[measure.key]
        yield scene.check(
            measure,
            "computes",
            ComputesFigure(measure.key),
            "expect_measure_to_compute",
            f"{measure.name} can be calculated",
            part=("calculation",),
            reads=plan.reads,
        )
        if measure.bounds:
            yield scene.check(
                measure,
                "bounds",
                BoundsFigure(measure.key, tuple(map(_limit, measure.bounds))),
                "expect_measure_within_bounds",
                f"{measure.name} lies within its bounds",
                part=("bounds",),
                reads=plan.reads,
            )
        if measure.change:
            yield _change(scene, measure, plan)


def _change(scene: Scene, measure: Measure, plan: MeasurePlan) -> Check:
    change = measure.change
    assert change is not None
    before = plan.period.before() if plan.period and _looks_back(measure, plan) else None
    since = "the last run" if change.per == "run" else "the period before"
    return scene.check(
        measure,
        "change",
        ChangeFigure(
            measure.key,
            _exact(change.relative),
            _exact(change.absolute),
            change.per,
            calculation_at(plan, before) if before else None,
        ),
        "expect_measure_change_within_bounds",
        f"{measure.name} has not leapt since {since}",
        part=("change",),
        reads=plan.reads,
        severity=change.severity,
    )


def _limit(bounds: Bounds) -> Limit:
    return Limit(_exact(bounds.min), _exact(bounds.max), tuple(bounds.where.items()))


def _exact(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def named_measures(expression: str, catalog: Catalog) -> tuple[str, ...]:
    """The measures an expression such as `a / b` names, in order."""
    named = {key.casefold(): key for key in catalog.measures}
    checked = check_condition(expression, list(named.values()))
    words = (word.casefold() for word in re.findall(r"[A-Za-z][A-Za-z0-9_]*", expression))
    return tuple(dict.fromkeys(named[word] for word in words if named.get(word) in checked.columns))


def in_order_of_use(catalog: Catalog) -> list[str]:
    """Every measure after those its expression names."""
    order: dict[str, None] = {}

    def visit(key: str) -> None:
        measure = catalog.measures[key]
        if key not in order:
            for used in () if measure.is_query else named_measures(measure.calculation, catalog):
                visit(used)
            order[key] = None

    for key in catalog.measures:
        visit(key)
    return list(order)
