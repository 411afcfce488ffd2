"""Explains differences: takes calculations apart, counts all variants at once, names the causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from catalog.consolidations import CauseKind, Difference
from catalog.model import Catalog
from catalog.periods import Period
from catalog.sql import SqlRefused, check_query
from catalog.store.runs import RunStore
from catalog.totals import total_of
from catalog.workspace import Workspace
from expectations.comparing import rounded
from expectations.compiler.dated import with_periods
from expectations.compiler.measures import cell_plan
from expectations.compiler.reports import cell_plans
from expectations.compiler.scene import Scene, is_calculated
from expectations.compiler.whole import compile_plan
from expectations.difference.attributing import Attributing
from expectations.difference.changes import Changing
from expectations.difference.counting import Answers, Counting
from expectations.difference.formulas import Shape, shape_of
from expectations.difference.grounds import Grounds
from expectations.difference.ingredients import Ingredients, NotTaken, take_apart
from expectations.difference.models import Direct, Exchanged, Formed, Formula, Input, Model, Rowed
from expectations.difference.numbers import (
    Elsewhere,
    Number,
    Published,
    Step,
    other_days,
    step_between,
)
from expectations.difference.pairing import Pair
from expectations.difference.stating import NotStated, Stating, named_number, same_unit
from expectations.engine.functions import RenderError
from expectations.engine.port import Computed
from expectations.engine.wanted import Dialect
from expectations.golden.work import warn_of
from expectations.knowledge import known_of
from expectations.measures import complaint_of, exact_values
from expectations.numbers import read_published
from expectations.past import recall
from expectations.plan import MeasurePlan, Plan, PublishedFigure, ReportPlan
from expectations.published import Feed
from expectations.runner import Progress, silent
from expectations.truth import Truths

MOST_CHANGES = 40
NOISE = Decimal("1e-9")
Asked = tuple[str, str] | tuple[str, str, Period | None]
"""Two numbers, and of which period if not of the last closed one."""


def explain_differences(
    workspace: Workspace,
    catalog: Catalog,
    pairs: Sequence[Asked],
    *,
    as_of: date | None = None,
    feeds: Mapping[str, Feed] | None = None,
    show_values: bool = False,
    progress: Progress = silent,
) -> list[Difference]:
    """Why the two numbers of each pair differ in its period, all counted in one run of the engine.

    Numbers are named as `cell:report/key` or `measure:key`. `feeds` is what was published by that
    day, where it was read before. What cannot be told is in `unknown` of a difference; UsageError
    where a name is no number.
    """
    day = as_of or workspace.clock.today()
    named = [
        (named_number(catalog, one), named_number(catalog, other), rest[0] if rest else None)
        for one, other, *rest in pairs
    ]
    scene = Scene(catalog, day, workspace.settings.calendar)
    plan = _with_every_report(scene, compile_plan(catalog, day, workspace.settings))
    feeds = read_published(workspace, catalog, plan) if feeds is None else feeds
    stating = Stating(catalog, plan, feeds)
    nodes = _Nodes(stating, Grounds(catalog, plan), workspace)
    tops = [nodes.node(*one) for one in named]
    with known_of(workspace, catalog, day) as known:
        warn_of(known)
        plan = nodes.counted_plan()
        counting = Counting(workspace, Grounds(catalog, plan), known, nodes.changings, progress)
        answers = counting.run(nodes.calculations)
    past = recall(_recalling(plan, nodes), feeds, RunStore(workspace.state_url))
    truths = Truths(plan, answers.computed, past, feeds)
    telling = _Telling(workspace, nodes, answers, truths, show_values)
    return [telling.difference(top) for top in tops]


def _with_every_report(scene: Scene, plan: Plan) -> Plan:
    """The plan with the cells of reports that publish nothing, and their calculations."""
    known = {report.key for report in plan.reports}
    missing = [one for one in scene.catalog.reports.values() if one.key not in known]
    more = tuple(ReportPlan(one.key, (), tuple(cell_plans(scene, one))) for one in missing)
    own = [
        cell_plan(scene, cell)
        for report in missing
        for cell in report.cells
        if is_calculated(scene, cell)
    ]
    return replace(plan, reports=(*plan.reports, *more), measures=(*plan.measures, *own))


@dataclass(frozen=True)
class _Node:
    """Two numbers, and how they are compared: by rows, by a formula's inputs, or not at all."""

    left: Number
    right: Number
    changing: Changing | None = None
    inputs: tuple[_Node, ...] = ()
    shapes: tuple[Shape, Shape] | None = None
    unknown: tuple[str, ...] = ()
    is_stated: bool = True


@dataclass
class _Nodes:
    """What must be counted for all pairs, gathered before anything is counted."""

    stating: Stating
    grounds: Grounds
    workspace: Workspace
    changings: list[Changing] = field(default_factory=list)
    wanted: dict[tuple[str, Period], None] = field(default_factory=dict)
    further: dict[str, MeasurePlan] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan of the day."""
        return self.stating.plan

    def node(self, left: str, right: str, asked: Period | None) -> _Node:
        """Two numbers as they are compared; a formula with the numbers that it takes."""
        try:
            unit = same_unit([self.stating.unit(left), self.stating.unit(right)], asked)
            period = asked or Period.last_closed(unit, self.plan.as_of)
            sides = self.stating.pair(left, right, period)
        except NotStated as error:
            period = asked or Period.last_closed(self.stating.unit(left), self.plan.as_of)
            alone = self.stating.pair(left, left, period)[0]
            other = self.stating.pair(right, right, period)[0]
            return _Node(alone, other, unknown=(str(error),), is_stated=False)
        for side in sides:
            self._ask(side)
        if left == right:
            return _Node(*sides)
        try:
            if sides[0].cell.formula or sides[1].cell.formula:
                return self._formula(*sides)
            changing = self._changing(*sides)
        except (NotTaken, SqlRefused, RenderError) as error:
            return _Node(*sides, unknown=(str(error),))
        self.changings.append(changing)
        return _Node(*sides, changing=changing)

    def _formula(self, left: Number, right: Number) -> _Node:
        shapes = (shape_of(self.plan, left.cell), shape_of(self.plan, right.cell))
        if shapes[0].form != shapes[1].form:
            raise NotTaken(
                f"{left.name} is made by {shapes[0].form}, {right.name} by {shapes[1].form}"
            )
        inputs = tuple(
            self.node(f"cell:{one}", f"cell:{other}", left.period)
            for one, other in zip(shapes[0].cells, shapes[1].cells, strict=True)
        )
        return _Node(left, right, inputs=inputs, shapes=shapes)

    def _ask(self, number: Number) -> None:
        """Have a number counted: for its period, and for days that may have been taken for it."""
        if number.cell.formula:
            for path in shape_cells(self.plan, number):
                self._ask(self.stating.pair(f"cell:{path}", f"cell:{path}", number.period)[0])
            return
        if number.of is None:
            return
        self.wanted[number.of, number.period] = None
        measure = self.plan.measure(number.of)
        if not measure.dated or not measure.is_query:
            return
        periods = (
            {}
            if number.published.last is None
            else other_days(number.period, number.published.days)
        )
        for name, period in periods.items():
            key = elsewhere_key(number, name)
            moved = replace(measure, key=key, period=period)
            self.further[key] = moved if measure.now else replace(moved, as_of=period.end)

    def _changing(self, left: Number, right: Number) -> Changing:
        taken = [self._taken(side) for side in (left, right)]
        settings = self.workspace.settings
        pair = Pair(
            len(self.changings),
            taken[0],
            taken[1],
            self.grounds,
            Dialect(self.plan.as_of, settings.timezone),
        )
        changing = Changing(pair, *(self._parameters(side) for side in (left, right)))
        if len(changing.changes) > MOST_CHANGES:
            raise NotTaken(f"they differ in {len(changing.changes)} respects")
        changing.number(frozenset())
        return changing

    def _taken(self, number: Number) -> Ingredients:
        measure = self.plan.measure(number.of or "")
        if not measure.is_query:
            raise NotTaken(f"{number.name} is calculated from other measures")
        if not measure.dated and number.period != Period.last_closed(
            number.period.unit, self.plan.as_of
        ):
            raise NotTaken(f"{number.name} names no period by which it could be counted")
        tables = self.stating_tables
        checked = check_query(measure.calculation, tables)
        try:
            return take_apart(checked, tables, dict(number.cell.where))
        except NotTaken as error:
            raise NotTaken(f"{number.name} cannot be taken apart: {error}") from None

    @cached_property
    def stating_tables(self) -> Mapping[str, Mapping[str, object]]:
        """What calculations may read."""
        return Scene(self.stating.catalog, self.plan.as_of).tables

    def _parameters(self, number: Number) -> Mapping[str, object]:
        measure = self.plan.measure(number.of or "")
        end = self.plan.as_of if measure.now else number.period.end
        start = number.period.start
        return {"as_of": end, "period_start": start, "period_end": number.period.end}

    def counted_plan(self) -> Plan:
        """The plan with every calculation for each period that is asked for."""
        plan = with_periods(self.plan, self.wanted)
        return replace(plan, measures=(*plan.measures, *self.further.values()))

    @property
    def calculations(self) -> frozenset[str]:
        """The calculations that are counted, for whichever periods."""
        return frozenset(of for of, _ in self.wanted)


def shape_cells(plan: Plan, number: Number) -> tuple[str, ...]:
    """The cells that a formula takes, as far as they are known."""
    try:
        return shape_of(plan, number.cell).cells
    except NotTaken:
        return ()


def elsewhere_key(number: Number, name: str) -> str:
    """The key under which a calculation is counted for another day."""
    return f"{number.of}@{number.period.label}:{name}:{number.urn}"


def _recalling(plan: Plan, nodes: _Nodes) -> Plan:
    """The plan with those checks alone that ask for records of the calculations."""
    wanted = set(nodes.calculations)
    kept = (
        check
        for check in plan.checks
        if isinstance(check.figure, PublishedFigure) and wanted & set(check.figure.calculations)
    )
    return replace(plan, checks=tuple(kept))


@dataclass(frozen=True)
class _Telling:
    """Makes differences of what was counted."""

    workspace: Workspace
    nodes: _Nodes
    answers: Answers
    truths: Truths
    show_values: bool

    def difference(self, node: _Node) -> Difference:
        """What is known of one pair."""
        grounds, privacy = self.nodes.grounds, self.workspace.settings.privacy
        if not node.is_stated:
            left, right = (replace(n, published=Published()) for n in (node.left, node.right))
            return Attributing(grounds, privacy, left, right, None, node.unknown).difference()
        model, unknown = self._model(node)
        left, right = self._counted(node.left), self._counted(node.right)
        said = (*node.unknown, *unknown)
        return Attributing(
            grounds, privacy, left, right, model, said, self.show_values
        ).difference()

    def _counted(self, number: Number) -> Number:
        truth = self.truths.of(number.cell, number.period)
        if truth.value is None or truth.note:
            return replace(number, unknown=truth.reason or truth.note)
        factor = number.factor / number.cell.factor
        return replace(number, counted=truth.value * factor)

    def _model(self, node: _Node) -> tuple[Model | None, tuple[str, ...]]:
        if node.shapes:
            return self._formula(node)
        left, right = self._counted(node.left), self._counted(node.right)
        lost = tuple(f"{one.name}: {one.unknown}" for one in (left, right) if one.counted is None)
        if lost:
            step = self._direct(left, right)
            return (Direct(left, right, step) if step else None), lost
        bare = Rowed(
            left,
            right,
            left_step=self._step(left, right),
            right_step=self._step(right, left),
        )
        return self._rowed(bare, node)

    def _rowed(self, bare: Rowed, node: _Node) -> tuple[Model, tuple[str, ...]]:
        """With the rows, if counting them gives what the calculations give."""
        if node.changing is None:
            return bare, ()
        pair = node.changing.pair
        counted = self.answers.pairs.get(pair.number)
        if counted is None or counted.failure:
            said = counted.failure if counted else "a source cannot be read"
            return bare, (f"its rows cannot be compared: {said}",)
        forms = [
            Formed(one.scale, one.digits, number.factor, number.digits)
            for one, number in ((pair.left, bare.left), (pair.right, bare.right))
        ]
        model = replace(
            bare,
            row_changes=node.changing.changes,
            totals=counted.numbers,
            moved=counted.rows,
            left_form=forms[0],
            right_form=forms[1],
        )
        every = frozenset(change.key for change in node.changing.changes)
        for number, form, changed in (
            (bare.left, forms[0], frozenset()),
            (bare.right, forms[1], every),
        ):
            total = counted.numbers.get(changed)
            assert number.counted is not None
            if total is None or not _alike(form.of(total), rounded(number.counted, number.digits)):
                return bare, (f"{number.name} taken apart does not give what it gives as a whole",)
        return model, ()

    def _formula(self, node: _Node) -> tuple[Model | None, tuple[str, ...]]:
        assert node.shapes
        inputs, unknown = [], []
        for child in node.inputs:
            model, lost = self._model(child)
            unknown += [*child.unknown, *lost]
            exchanged = Exchanged(self._counted(child.left), self._counted(child.right))
            inputs.append(Input(child.left.urn, model or exchanged))
        shape = node.shapes[0]
        left, right = self._counted(node.left), self._counted(node.right)
        return Formula(left, right, inputs, shape.evaluate), tuple(unknown)

    def _step(self, number: Number, other: Number) -> Step | None:
        """What makes the published number of the counted one."""
        published = number.published.last
        if published is None or number.counted is None or number.is_as_counted:
            return None
        counted = rounded(number.counted, number.digits)
        for value in number.published.versions[:-1]:
            if value == counted != published:
                shown = {"value": published, "was": value}
                return Step(
                    "restatement", "restatement", "restated", shown, shift=published - value
                )
        same = rounded(number.counted, number.digits) == rounded(
            other.counted or Decimal(0), number.digits
        )
        others = [
            *_restated(other, same=same),
            *_neighbours(number, "issue"),
            *self._other_days(number),
        ]
        return step_between(number.counted, published, number.digits, others)

    def _other_days(self, number: Number) -> Iterator[Known]:
        """What the calculation gives for days that may have been taken for the period's."""
        for name, period in other_days(number.period, number.published.days).items():
            value = self._counted_elsewhere(number, elsewhere_key(number, name))
            if value is not None:
                is_day = period.start == number.period.start
                shown = {"day": period.end, "period": period.label}
                yield "cut_off", Elsewhere("day" if is_day else "period", shown, value)

    def _counted_elsewhere(self, number: Number, key: str) -> Decimal | None:
        computed, plan = self.answers.computed.get(key), self.nodes.further.get(key)
        if plan is None or not isinstance(computed, Computed) or complaint_of(plan, computed):
            return None
        values = exact_values(plan, computed)
        total = total_of(values, dict(number.cell.where), number.cell.additive)
        return None if total.value is None else total.value * number.factor

    def _direct(self, left: Number, right: Number) -> Step | None:
        """What makes one number of the other, where nothing can be counted."""
        one, other = left.value, right.value
        if one is None or other is None or one == other:
            return None
        others = [*_restated(right), *_neighbours(right, "issue")]
        step = step_between(other, one, _digits_of(one), others)
        if step:
            return step
        others = [*_restated(left), *_neighbours(left, "issue")]
        back = step_between(one, other, _digits_of(other), others)
        return replace(back, on="right") if back else None


Known = tuple[CauseKind, Elsewhere]


def _restated(other: Number, *, same: bool = True) -> Iterator[Known]:
    """The versions of the other number that were restated since.

    Where both are the `same` calculation, the one that took a version over would show the last one
    now; else it would show what its own calculation gives.
    """
    for value in other.published.versions[:-1]:
        if value != other.published.last:
            shown = {"of": other.urn, "last": other.published.last}
            moved = value - other.published.last if same and other.published.last else None
            yield "restatement", Elsewhere("taken_over", shown, value, moved)


def _neighbours(number: Number, said: str) -> Iterator[Known]:
    """What was published for the periods before and after."""
    for period, value in (number.published.neighbours or {}).items():
        yield "cut_off", Elsewhere(said, {"of": number.urn, "period": period.label}, value)


def _digits_of(value: Decimal) -> int | None:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else None


def _alike(one: Decimal, other: Decimal) -> bool:
    """Whether two numbers are one, but for the noise of binary fractions."""
    return abs(one - other) <= NOISE * max(Decimal(1), abs(other))
