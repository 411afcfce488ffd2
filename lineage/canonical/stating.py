"""Says what the calculation of each measure and cell of a catalog is: one SELECT of one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from sqlglot import exp

from catalog.model import Catalog, Cell, Measure
from catalog.model.reports import CurrencyUnit, Where, is_formula, is_query
from catalog.periods import PeriodUnit
from catalog.sql import SqlRefused, check_condition, check_query
from catalog.tables import ENTITY_ID, readable_tables
from lineage.canonical.nouns import Canonical
from lineage.canonical.proving import Proof, canonical, equality
from lineage.canonical.workbook import Unstated, Workbook, formula_tree
from lineage.places import Places, Position, positions


@dataclass(frozen=True)
class Calculation:
    """What a measure or cell is calculated by.

    `tree` is a SELECT with one column, `value`, that gives one row; formulas and measures it rests
    on are written out in it, and :as_of stands only where the number is of today rather than of the
    period's end. One of its number is `unit` in ones of `currency` or of whatever is counted: 1000
    for thousands of lira, 1/100 for a percentage. `tables` are what it reads.
    """

    urn: str
    tree: exp.Select = field(repr=False)
    canonical: Canonical = field(repr=False)
    unit: Fraction
    currency: str | None
    period: PeriodUnit
    tables: frozenset[str]
    columns: frozenset[str]
    parameters: frozenset[str]

    @property
    def sql(self) -> str:
        """The SELECT as stewards would write it."""
        return self.tree.sql("duckdb")


@dataclass(frozen=True)
class NotCalculated:
    """A measure or cell of which nobody can say what it is calculated by, and why."""

    urn: str
    reason: str


def proved(left: Calculation, right: Calculation) -> Proof | None:
    """How far two calculations are proved to give one number of one period; None where not."""
    if left.currency != right.currency:
        return None
    if left.period != right.period and "period_start" in left.parameters | right.parameters:
        return None
    return equality(left.canonical, right.canonical)


class Statements:
    """The calculations of a catalog, each worked out once."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._known: dict[str, Calculation | NotCalculated] = {}
        self._alike: dict[tuple[object, ...], Calculation | NotCalculated] = {}
        self._places: dict[str, Places] = {}
        self._trees: dict[tuple[str, bool], exp.Expr] = {}
        self._canonical: dict[str, Canonical] = {}

    def of(self, urn: str) -> Calculation | NotCalculated:
        """The calculation of `measure:…` or `cell:…`. KeyError for what is not in the catalog."""
        if urn not in self._known:
            kind, _, key = urn.partition(":")
            owner = self.catalog.measures[key] if kind == "measure" else self.catalog.cells[key]
            said = self._said(owner)
            if said is None or said not in self._alike:
                self._alike[said or (urn,)] = self._worked_out(owner)
            self._known[urn] = replace(self._alike[said or (urn,)], urn=urn)
        return self._known[urn]

    def _said(self, owner: Measure | Cell) -> tuple[object, ...] | None:
        """All that a cell's calculation rests on, where cells may be alike in it."""
        if isinstance(owner, Measure) or is_formula(owner.calculation):
            return None
        period = self.catalog.reports[owner.report].period
        shown = (owner.measure, tuple(sorted(owner.where.items())), owner.calculation)
        return (*shown, unit_of(owner), self._currency(owner), period, repr(owner.unit))

    @cached_property
    def types(self) -> Mapping[str, Mapping[str, str]]:
        """The tables that calculations read, their columns and declared types."""
        return readable_tables(self.catalog)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Of each golden record the column that no two of its rows share."""
        return dict.fromkeys(self.catalog.entities, ENTITY_ID)

    def _worked_out(self, owner: Measure | Cell) -> Calculation | NotCalculated:
        urn = owner.urn
        try:
            if isinstance(owner, Measure):
                tree, unit = self._measure(owner, {}, frozenset()), unit_of(owner)
            else:
                tree, unit = self._cell(owner, frozenset())
            return self._calculation(owner, tree, unit)
        except SqlRefused as error:
            return NotCalculated(urn, f"its calculation cannot be read: {error}")
        except Unstated as error:
            return NotCalculated(urn, str(error))
        except RecursionError:
            return NotCalculated(urn, "its calculation is nested too deeply")

    def _calculation(self, owner: Measure | Cell, number: exp.Expr, unit: Fraction) -> Calculation:
        tree = number.this if isinstance(number, exp.Subquery) and _is_value(number.this) else None
        whole = tree or exp.select(exp.alias_(number, "value"))
        checked = check_query(whole.sql("duckdb"), self.types)
        period = owner.period if isinstance(owner, Measure) else None
        if isinstance(owner, Cell):
            period = self.catalog.reports[owner.report].period
        found = checked.tree
        assert isinstance(found, exp.Select)
        return Calculation(
            owner.urn,
            found,
            self._canonical_of(found, unit),
            unit,
            self._currency(owner),
            period or "month",
            checked.tables,
            checked.columns,
            checked.parameters,
        )

    def _canonical_of(self, tree: exp.Expr, unit: Fraction) -> Canonical:
        """The same statement in the same unit is worked out once: cells are often alike."""
        said = f"{unit} {tree.sql('duckdb')}"
        if said not in self._canonical:
            self._canonical[said] = canonical(tree, self.types, self.keys, unit)
        return self._canonical[said]

    def _currency(self, owner: Measure | Cell) -> str | None:
        if isinstance(owner, Cell) and owner.measure and owner.unit is None:
            return self._currency(self.catalog.measures[owner.measure])
        return owner.unit.currency if isinstance(owner.unit, CurrencyUnit) else None

    def _measure(self, measure: Measure, where: Where, above: frozenset[str]) -> exp.Expr:
        """One number of a measure, as an expression."""
        if measure.key in above:
            raise Unstated(f"{measure.key} is calculated from itself")
        if not measure.is_query:
            if where or measure.dimensions:
                raise Unstated(f"{measure.key} is an expression of measures, without dimensions")
            return self._expression(
                measure.calculation, measure.as_of == "now", above | {measure.key}
            )
        query = self._query(measure.calculation, now=measure.as_of == "now")
        if not measure.dimensions and not where:
            return query
        lacking = [name for name in where if name not in measure.dimensions]
        if lacking:
            raise Unstated(f"{measure.key} has no dimension {lacking[0]}")
        if not measure.additive and set(where) != set(measure.dimensions):
            left = ", ".join(name for name in measure.dimensions if name not in where)
            raise Unstated(f"{measure.key} has several values, by {left}, that may not be summed")
        return _slice(query, where, measure.additive)

    def _query(self, sql: str, *, now: bool) -> exp.Expr:
        """A query as a number in parentheses; :as_of is the period's end unless it is of today."""
        if (sql, now) not in self._trees:
            tree = check_query(sql, self.types).tree
            for node in list(tree.find_all(exp.Placeholder)):
                if node.name == "as_of" and not now:
                    node.replace(exp.Placeholder(this="period_end"))
            self._trees[sql, now] = exp.Subquery(this=_as_value(tree))
        return self._trees[sql, now].copy()

    def _expression(self, text: str, now: bool, above: frozenset[str]) -> exp.Expr:
        tree = exp.Paren(this=check_condition(text, list(self.catalog.measures)).tree)
        folded = {key.casefold(): one for key, one in self.catalog.measures.items()}
        for column in list(tree.find_all(exp.Column)):
            column.replace(self._measure(folded[column.name.casefold()], {}, above))
        for node in list(tree.find_all(exp.Placeholder)):
            if node.name == "as_of" and not now:
                node.replace(exp.Placeholder(this="period_end"))
        return tree

    def _cell(self, cell: Cell, above: frozenset[str]) -> tuple[exp.Expr, Fraction]:
        """A cell's number, and what one of it is in ones."""
        if cell.urn in above:
            raise Unstated(f"{cell.path} is calculated from itself")
        if cell.measure:
            measure = self.catalog.measures.get(cell.measure)
            if measure is None:
                raise Unstated(f"there is no measure {cell.measure}")
            return self._measure(measure, cell.where, frozenset()), unit_of(measure, cell)
        if not cell.calculation:
            raise Unstated("it has neither a measure nor a calculation")
        if is_formula(cell.calculation):
            return self._formula(cell, above | {cell.urn}), unit_of(cell, formula=True)
        if is_query(cell.calculation):
            return self._query(cell.calculation, now=False), unit_of(cell)
        return self._expression(cell.calculation, False, frozenset()), unit_of(cell)

    def _formula(self, cell: Cell, above: frozenset[str]) -> exp.Expr:
        report = self.catalog.reports[cell.report]
        if report.key not in self._places:
            self._places[report.key] = positions(report)
        places = self._places[report.key]

        def number_at(position: Position) -> exp.Expr:
            path = places.cells.get(position)
            if path is None:
                raise Unstated(
                    f"its formula takes {shown(position)}, which is no cell of the report"
                )
            return self._in_workbook(self.catalog.cells[path], above)

        own = places.of_cell(cell.path)
        book = Workbook(own[0] if own else "", number_at, self._blocks(cell.report))
        return formula_tree(cell.calculation or "", book)

    def _in_workbook(self, cell: Cell, above: frozenset[str]) -> exp.Expr:
        """Another cell as the workbook holds it: in its own unit, 45.6 % as 0.456."""
        tree, unit = self._cell(cell, above)
        own = Fraction(cell.unit.scale) if isinstance(cell.unit, CurrencyUnit) else Fraction(1)
        if not isinstance(cell.unit, CurrencyUnit) and self._currency(cell):
            own = unit
        factor = unit / own
        if factor == 1:
            return tree
        over = exp.Mul(this=tree, expression=exp.Literal.number(factor.numerator))
        if factor.denominator == 1:
            return exp.Paren(this=over)
        whole = over if factor.numerator != 1 else tree
        below = exp.Literal.number(factor.denominator)
        return exp.Paren(this=exp.Div(this=whole, expression=below))

    def _blocks(self, report: str) -> Mapping[str, exp.Expr]:
        """The rows behind each input block of a report, by the block's range."""
        found: dict[str, exp.Expr] = {}
        for block in self.catalog.reports[report].inputs:
            if block.dataset:
                found[block.at] = exp.to_table(block.dataset, dialect="duckdb")
            elif block.calculation:
                found[block.at] = exp.Subquery(this=check_query(block.calculation, self.types).tree)
            found[block.at].meta["columns"] = dict(block.columns)
        return found


def cells_calculation(catalog: Catalog, cell: Cell) -> Calculation | NotCalculated:
    """What the calculation of one cell is; for many, keep one `Statements`."""
    return Statements(catalog).of(cell.urn)


def unit_of(owner: Measure | Cell, shown: Cell | None = None, *, formula: bool = False) -> Fraction:
    """What one of a number is in ones: 1000 for thousands of lira, 1/100 for a percentage.

    A formula's percentage is a share already; a cell that shows a measure has the measure's unit.
    """
    if isinstance(owner.unit, CurrencyUnit):
        return Fraction(owner.unit.scale)
    unit = shown.unit if shown is not None and isinstance(shown.unit, str) else owner.unit
    return Fraction(1, 100) if unit == "%" and not formula else Fraction(1)


def shown(position: Position) -> str:
    """A position as people write it: `C5`, `özet!C5`."""
    sheet, column, row = position
    letters = ""
    while column:
        column, last = divmod(column - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"{sheet}!{letters}{row}" if sheet else f"{letters}{row}"


def _is_value(query: exp.Expr) -> bool:
    return isinstance(query, exp.Select)


def _as_value(tree: exp.Expr) -> exp.Expr:
    """A query whose one column goes by the name `value`."""
    if isinstance(tree, exp.Select) and len(tree.expressions) == 1:
        only = tree.expressions[0]
        if not only.is_star and only.alias_or_name.casefold() != "value":
            only.replace(
                exp.alias_(only.this if isinstance(only, exp.Alias) else only.copy(), "value")
            )
    return tree


def _slice(query: exp.Expr, where: Where, additive: bool) -> exp.Expr:
    """The one number of a grouped query: the total of the rows with these dimensions."""
    value = exp.column("value", "whole")
    total = exp.Sum(this=value) if additive else exp.Max(this=value)
    chosen: exp.Expr = (
        exp.Coalesce(this=total, expressions=[exp.Literal.number(0)]) if additive else total
    )
    query.set("alias", exp.TableAlias(this=exp.to_identifier("whole")))
    select = exp.select(exp.alias_(chosen, "value")).from_(query)
    for name, wanted in where.items():
        select = select.where(exp.EQ(this=exp.column(name, "whole"), expression=_literal(wanted)))
    return exp.Subquery(this=select)


def _literal(value: str | float | bool) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    return exp.Literal.number(value)
