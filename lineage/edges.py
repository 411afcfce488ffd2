"""What each definition states it depends on, as edges that point downstream.

| type | from → to | how |
|---|---|---|
| contains | source → dataset → field | |
| copies | field → field that is filled from it | |
| identifies | field → entity | the id and the population of its datasets |
| claims | field → attribute | condition of the claim; `order` counts the claims from 1 |
| derives | attribute, field, entity, dataset or measure → measure or cell | the calculation |
| implements | measure → cell | the cell's `where` |
| formula | cell → cell of the same report | the formula |
| publishes | cell → report | its address |
| made_by | report → team | |
| reads | field → touchpoint | the attribute it is read as |
| should_read | attribute → touchpoint | |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from catalog.model import Attribute, Catalog, Cell, Claim, Dataset, Measure
from catalog.model.reports import is_query
from catalog.tables import ENTITY_ID, readable_tables
from lineage.columns import ColumnLineage, Role, columns_of, names_in
from lineage.formulas import inputs_of, is_formula, positions
from lineage.scopes import Tables

EdgeType = Literal[
    "contains",
    "copies",
    "identifies",
    "claims",
    "derives",
    "implements",
    "formula",
    "publishes",
    "made_by",
    "reads",
    "should_read",
]


@dataclass(frozen=True)
class Edge:
    """One dependency: `downstream` rests on `upstream`.

    `how` is the text that says so (SQL, formula, condition); `role` what the column is there for,
    where it can be told; `order` the position of a claim, from 1, else 0.
    """

    upstream: str
    downstream: str
    type: EdgeType
    how: str = ""
    role: Role | None = None
    order: int = 0


@dataclass(frozen=True)
class Unresolved:
    """A piece of a definition that leads nowhere, and why."""

    urn: str
    text: str
    reason: str


Found = Edge | Unresolved


def edges_of(catalog: Catalog) -> Iterator[Found]:
    """Every edge a catalog states, and what could not be read; ends may be undefined."""
    yield from _source_edges(catalog)
    yield from copy_edges(catalog)
    for attribute in catalog.attributes.values():
        yield from _attribute_edges(catalog, attribute)
    yield from _calculated_edges(catalog)
    yield from formula_edges(catalog)
    yield from _report_edges(catalog)
    yield from _touchpoint_edges(catalog)


def copy_edges(catalog: Catalog) -> Iterator[Edge]:
    """The edges from fields to the fields filled from them."""
    for path, copy in catalog.fields.items():
        if copy.copy_of:
            yield Edge(f"field:{copy.copy_of}", f"field:{path}", "copies")


def expression_edges(urn: str, expression: str) -> Iterator[Found]:
    """The edges from the measures an expression names to the definition that carries it."""
    try:
        names = names_in(expression)
    except ValueError as error:
        yield Unresolved(urn, expression, str(error))
        return
    for name in names:
        yield Edge(f"measure:{name}", urn, "derives", expression, "value")


def formula_edges(catalog: Catalog) -> Iterator[Found]:
    """The edges between the cells of each report that carries formulas."""
    for report in catalog.reports.values():
        carriers = [cell for cell in report.cells if is_formula(cell.calculation)]
        stands = positions(report) if carriers else {}
        for cell in carriers:
            inputs = inputs_of(cell, stands)
            for path in inputs.cells:
                yield Edge(f"cell:{path}", cell.urn, "formula", cell.calculation or "", "value")
            for text, reason in inputs.unresolved:
                yield Unresolved(cell.urn, text, reason)


def _source_edges(catalog: Catalog) -> Iterator[Found]:
    claims = (claim for one in catalog.attributes.values() for claim in one.claims)
    feeding = {claim.field.rpartition(".")[0] for claim in claims}
    for source in catalog.sources.values():
        for dataset in source.datasets:
            yield Edge(source.urn, dataset.urn, "contains")
            for part in dataset.fields:
                yield Edge(dataset.urn, part.urn, "contains")
            if dataset.path in feeding:
                yield from _entity_edges(dataset)


def _entity_edges(dataset: Dataset) -> Iterator[Found]:
    """What decides which entities there are: the id and population of a dataset that is claimed."""
    if not dataset.entity:
        return
    entity = f"entity:{dataset.entity}"
    if dataset.id:
        yield Edge(f"field:{dataset.path}.{dataset.id}", entity, "identifies", "id", "value")
    else:
        yield Edge(dataset.urn, entity, "identifies", "", "rows")
    if dataset.population:
        for found in _condition_fields(dataset.population, dataset, None, dataset.urn):
            if isinstance(found, Unresolved):
                yield found
            else:
                yield Edge(found, entity, "identifies", dataset.population, "filter")


def _attribute_edges(catalog: Catalog, attribute: Attribute) -> Iterator[Found]:
    for order, claim in enumerate(attribute.claims, start=1):
        said = _claim_text(claim)
        yield Edge(f"field:{claim.field}", attribute.urn, "claims", said, "value", order)
        dataset = catalog.dataset_of(claim.field)
        if dataset is None:
            continue
        for condition in filter(None, (claim.when, claim.row)):
            for found in _condition_fields(condition, dataset, claim.field, attribute.urn):
                if isinstance(found, Unresolved):
                    yield found
                else:
                    yield Edge(found, attribute.urn, "claims", condition, "filter", order)
        if attribute.valid_for or attribute.current:
            for name in _confirmation(dataset, claim.field):
                yield Edge(name, attribute.urn, "claims", "confirmed_at", "filter", order)


def _claim_text(claim: Claim) -> str:
    parts = [("when", claim.when), ("row", claim.row)]
    return "; ".join(f"{name} {text}" for name, text in parts if text)


def _condition_fields(
    condition: str, dataset: Dataset, value: str | None, urn: str
) -> Iterator[str | Unresolved]:
    """The URNs of the fields a condition on a dataset's row uses."""
    try:
        names = names_in(condition)
    except ValueError as error:
        yield Unresolved(urn, condition, str(error))
        return
    keys = {part.key.lower(): part.key for part in dataset.fields}
    for name in names:
        column = name.rpartition(".")[2].lower()
        if column in keys:
            yield f"field:{dataset.path}.{keys[column]}"
        elif column == "value" and value:
            yield f"field:{value}"
        elif column == "confirmed_at":
            yield from _confirmation(dataset, value)
        else:
            yield Unresolved(urn, name, f"{dataset.path} has no such field")


def _confirmation(dataset: Dataset, value: str | None) -> Iterator[str]:
    """The field that says when a value was confirmed: its own, else its dataset's."""
    own = dataset.field(value.rpartition(".")[2]) if value else None
    confirmed = (own.confirmed_at if own else None) or dataset.confirmed_at
    if confirmed:
        yield f"field:{dataset.path}.{confirmed.field}"


@dataclass
class _Statements:
    """Traces the SQL of a catalog, each text once."""

    tables: Tables
    traced: dict[str, ColumnLineage] = field(default_factory=dict)

    def of(self, sql: str) -> ColumnLineage:
        if sql not in self.traced:
            self.traced[sql] = columns_of(sql, self.tables)
        return self.traced[sql]


def _calculated_edges(catalog: Catalog) -> Iterator[Found]:
    statements = _Statements(Tables(readable_tables(catalog)))
    for owner in _calculated(catalog):
        calculation = owner.calculation or ""
        if is_query(calculation):
            yield from _query_edges(catalog, owner.urn, calculation, statements.of(calculation))
        else:
            yield from expression_edges(owner.urn, calculation)


def _calculated(catalog: Catalog) -> Iterator[Measure | Cell]:
    yield from catalog.measures.values()
    for cell in catalog.cells.values():
        if cell.calculation and not is_formula(cell.calculation):
            yield cell


def _query_edges(catalog: Catalog, urn: str, sql: str, traced: ColumnLineage) -> Iterator[Found]:
    """Edges from columns; a table none of whose columns is a value gives its rows."""
    valued: set[str] = set()
    for table, column, role in traced.origins():
        valued |= {table} if role == "value" else set()
        yield Edge(_column_urn(catalog, table, column), urn, "derives", sql, role)
    for table in sorted(traced.tables - valued):
        kind = "dataset" if table in catalog.datasets else "entity"
        yield Edge(f"{kind}:{table}", urn, "derives", sql, "rows")
    for text, reason in traced.unresolved:
        yield Unresolved(urn, text, reason)


def _column_urn(catalog: Catalog, table: str, column: str) -> str:
    """The URN a column stands for; the golden record's id stands for the entity itself."""
    if table in catalog.datasets:
        return f"field:{table}.{column}"
    return f"entity:{table}" if column == ENTITY_ID else f"attribute:{table}.{column}"


def _report_edges(catalog: Catalog) -> Iterator[Edge]:
    for report in catalog.reports.values():
        yield Edge(report.urn, f"team:{report.team}", "made_by")
        for cell in report.cells:
            yield Edge(cell.urn, report.urn, "publishes", cell.at or "")
            if cell.measure:
                said = ", ".join(f"{name} = {value}" for name, value in cell.where.items())
                yield Edge(f"measure:{cell.measure}", cell.urn, "implements", said, "value")


def _touchpoint_edges(catalog: Catalog) -> Iterator[Edge]:
    for touchpoint in catalog.touchpoints.values():
        for attribute, path in touchpoint.reads.items():
            yield Edge(f"field:{path}", touchpoint.urn, "reads", attribute, "value")
            yield Edge(f"attribute:{attribute}", touchpoint.urn, "should_read", path, "value")


def resolve(
    found: Iterable[Found], known: Mapping[str, object]
) -> tuple[set[Edge], set[Unresolved]]:
    """Split into edges between known definitions, and everything that leads nowhere."""
    edges: set[Edge] = set()
    lost: set[Unresolved] = set()
    for item in found:
        if isinstance(item, Unresolved):
            lost.add(item)
            continue
        missing = [urn for urn in (item.upstream, item.downstream) if urn not in known]
        if missing:
            end = item.downstream if item.downstream in known else item.upstream
            lost |= {Unresolved(end, urn, "no such definition") for urn in missing}
        else:
            edges.add(item)
    return edges, lost
