"""The figures of measures and cells as pages show them: now, before, by dimension, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from markupsafe import Markup

from catalog.model import Attribute, Cell, Measure
from catalog.periods import Period
from catalog.results import Comparison, MeasureValue
from catalog.totals import total_of
from lineage.pages.context import PageContext
from lineage.pages.numbers import say_figure, say_value, value_of_cell

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """One line of a measure's figures: what it is broken down by, its value now and before."""

    name: Markup
    now: Markup
    before: tuple[Markup, ...] = ()


@dataclass(frozen=True)
class Figure:
    """The figures of a measure or cell, and what they speak of; `earlier` heads the columns.

    `published` is the figure that stands in the report where nobody knows the true one.
    """

    rows: tuple[Row, ...] = ()
    speaks_of: str = ""
    earlier: tuple[str, ...] = ()
    hidden: bool = False
    published: bool = False

    @property
    def single(self) -> Markup | None:
        """The one figure where it is not broken down."""
        return self.rows[0].now if len(self.rows) == 1 and not self.rows[0].name else None


@dataclass(frozen=True)
class Figures:
    """Reads the figures of one catalog's last run and of those before it."""

    ctx: PageContext

    @cached_property
    def _values(self) -> Mapping[str, tuple[MeasureValue, ...]]:
        run = self.ctx.shown_run
        return run.measures if run else {}

    def of_measure(self, measure: Measure) -> Figure:
        """Every figure of a measure, with those of earlier periods or days."""
        values = _latest(self._values.get(measure.key, ()))
        if not values:
            return Figure()
        past = self.ctx.past.figures(measure.key)
        label = self._label(values[0])
        earlier = [(name, of) for name, of in past if name < label]
        before = [{_dimensions(v): v for v in of} for _, of in earlier]
        rows = tuple(
            Row(
                self._say_dimensions(value, measure),
                self._say(value, measure),
                tuple(self._say(found.get(_dimensions(value)), measure) for found in before),
            )
            for value in values
        )
        if measure.additive and len(values) > 1 and not self._has_small(measure, values):
            rows = (*rows, self._total(measure, [values, *(of for _, of in earlier)]))
        return Figure(rows, self._speaks_of(values[0]), tuple(map(self._head, dict(earlier))))

    def _has_small(self, measure: Measure, values: Iterable[MeasureValue]) -> bool:
        """Whether one of them is hidden, so that a total would give it away."""
        return any(self.ctx.privacy.is_small(measure.urn, value.value) for value in values)

    def _total(self, measure: Measure, columns: Sequence[Iterable[MeasureValue]]) -> Row:
        sums = [total_of(values, {}, additive=True).value for values in columns]
        now, *before = (say_figure(total, measure, self.ctx.privacy) for total in sums)
        return Row(self.ctx.words("page.total"), now, tuple(before))

    def of_cell(self, cell: Cell) -> Figure:
        """The figure a cell shows, where it is one of a measure's."""
        ctx = self.ctx
        measure = ctx.visible.get(f"measure:{cell.measure}") if cell.measure else None
        if not isinstance(measure, Measure):
            hidden = ctx.is_hidden(f"measure:{cell.measure}")
            return Figure(hidden=hidden) if cell.measure else self._of_calculation(cell)
        value = self._shown_in(cell, self._values)
        if value is None:
            return Figure()
        label = self._label(value)
        before = [
            (name, self._shown_in(cell, {measure.key: tuple(of)}))
            for name, of in ctx.past.figures(measure.key)
            if name < label
        ]
        row = Row(
            Markup(""),
            say_figure(value.value, measure, ctx.privacy, cell),
            tuple(self._say(found, measure, cell) for _, found in before),
        )
        return Figure((row,), self._speaks_of(value), tuple(self._head(n) for n, _ in before))

    def _of_calculation(self, cell: Cell) -> Figure:
        """The figure of a cell without a measure, of the last period compared: the true one, else
        the one published.
        """
        run, ctx = self.ctx.shown_run, self.ctx
        known = [one for one in run.published if one.cell == cell.path] if run else []
        true = [(one, one.truth) for one in known if one.truth is not None]
        said = [(one, one.published) for one in known if one.published is not None]
        if ctx.rests_on_hidden(cell.urn) or not (true or said):
            return Figure()
        last, value = max(true or said, key=lambda pair: _end(pair[0]))
        small = cell.unit != "%" and ctx.privacy.is_small(cell.urn, value)
        few = ctx.words("found.fewer", n=ctx.privacy.limit) if small else None
        now = few or say_value(value, cell, ctx.words)
        key = "page.of_period" if true else "page.published_of"
        of = ctx.words.plain(key, period=self._head(last.period))
        return Figure((Row(Markup(""), now),), of, published=not true)

    def _shown_in(
        self, cell: Cell, values: Mapping[str, tuple[MeasureValue, ...]]
    ) -> MeasureValue | None:
        latest = {key: _latest(of) for key, of in values.items() if key == cell.measure}
        measure = self.ctx.catalog.measures.get(cell.measure or "")
        if measure is None or self._has_small(measure, latest.get(measure.key, ())):
            return value_of_cell(cell, latest)
        return value_of_cell(cell, latest, measure.additive)

    def _say(
        self, value: MeasureValue | None, measure: Measure, cell: Cell | None = None
    ) -> Markup:
        return say_figure(value.value if value else None, measure, self.ctx.privacy, cell)

    def _label(self, value: MeasureValue) -> str:
        run = self.ctx.run
        return value.period or (run.as_of.isoformat() if run else "")

    def _head(self, label: str) -> str:
        return self.ctx.words.period(label)

    def _speaks_of(self, value: MeasureValue) -> str:
        """The period a figure speaks of, else the day it is true for."""
        if value.period:
            return self.ctx.words.plain("page.of_period", period=self._head(value.period))
        return self.ctx.words.plain("page.as_of", day=self.ctx.run_day)

    def _say_dimensions(self, value: MeasureValue, measure: Measure) -> Markup:
        """What a figure is broken down by, codes by the labels their attribute gives them."""
        missing = self.ctx.words("page.not_stated")
        said = [
            missing if code is None else self.label(measure, name, str(code))
            for name, code in value.dimensions.items()
        ]
        return Markup(" · ").join(said)

    def label(self, measure: Measure, column: str, code: str) -> Markup:
        """What a code of a dimension is called, by the attribute that the dimension shows."""
        attribute = self.attribute_of(measure, column)
        return self.ctx.code_label(attribute, code) if attribute else Markup.escape(code)

    def attribute_of(self, measure: Measure, column: str) -> Attribute | None:
        """The attribute a column of a calculation shows; None where it might be several.

        It is the one the measure rests on, else one of an entity it rests on, else the only one.
        """
        up = self.ctx.all_links.up.get(measure.urn, ())
        named = self._by_column.get(column, [])
        rests_on = {self._entities[urn] for urn in up if urn in self._entities}
        own = [a for a in named if a.urn in up] or [a for a in named if a.entity in rests_on]
        found = own or [a for a in named if a.values]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_column(self) -> Mapping[str, list[Attribute]]:
        by_column: dict[str, list[Attribute]] = {}
        for attribute in self.ctx.catalog.attributes.values():
            if attribute.urn in self.ctx.visible:
                by_column.setdefault(attribute.column, []).append(attribute)
        return by_column

    @cached_property
    def _entities(self) -> Mapping[str, str]:
        return {a.urn: a.entity for a in self.ctx.catalog.attributes.values()}


def _end(comparison: Comparison) -> date:
    return Period.parse(comparison.period).end


def _latest(values: Sequence[MeasureValue]) -> tuple[MeasureValue, ...]:
    """The values of the latest period among those one run computed."""
    period = max((value.period or "" for value in values), default="")
    return tuple(value for value in values if (value.period or "") == period)


def _dimensions(value: MeasureValue) -> Dimensions:
    return tuple(sorted((name, str(code)) for name, code in value.dimensions.items()))
