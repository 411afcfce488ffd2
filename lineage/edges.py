"""What each definition states it depends on, as edges that point downstream.

| type | from → to | how |
|---|---|---|
| contains | source → dataset → field | |
| copies | field → field that is filled from it | |
| derives | field → field, dataset → dataset that is made of it | |
| identifies | field → entity | the id and the population of its datasets |
| matches | field → entity | the attribute by which the entity's records are brought together |
| claims | field → attribute | condition of the claim; `order` counts the claims from 1 |
| checks | attribute → attribute | the rule that compares them, or the subtype it applies to |
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
from dataclasses import dataclass
from typing import Literal

from catalog.model import Attribute, Catalog, Cell, Claim, Dataset
from catalog.model.reports import is_formula, is_query
from catalog.tables import ENTITY_ID
from lineage.blocks import Block
from lineage.calculations import Calculations
from lineage.columns import ColumnLineage, names_in
from lineage.formulas import Taking, inputs_of, takings_of
from lineage.origins import ROWS, Dependency, Origin, Output, Use, dependency, taken
from lineage.places import positions

EdgeType = Literal[
    "contains",
    "copies",
    "identifies",
    "matches",
    "claims",
    "checks",
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

    `how` is the text that says so (SQL, formula, condition); `use` what is taken from upstream,
    where it can be told; `order` the position of a claim, from 1, else 0.
    """

    upstream: str
    downstream: str
    type: EdgeType
    how: str = ""
    use: Use | None = None
    order: int = 0

    @property
    def dependency(self) -> Dependency:
        """Whether the value itself comes from upstream, or only a condition on it."""
        return dependency(self.use) if self.use else "value"


@dataclass(frozen=True)
class Unresolved:
    """A piece of a definition that leads nowhere, and why."""

    urn: str
    text: str
    reason: str


Found = Edge | Unresolved
_UNSTATED = "which column stands there is not stated; name it under `columns` of the input block"


def edges_of(catalog: Catalog) -> Iterator[Found]:
    """Every edge a catalog states, and what could not be read; ends may be undefined."""
    yield from _source_edges(catalog)
    yield from copy_edges(catalog)
    yield from _derived_edges(catalog)
    yield from match_edges(catalog)
    for attribute in catalog.attributes.values():
        yield from _attribute_edges(catalog, attribute)
        yield from _check_edges(catalog, attribute)
    yield from _calculated_edges(catalog)
    yield from formula_edges(catalog)
    yield from _block_edges(catalog)
    yield from _report_edges(catalog)
    yield from _touchpoint_edges(catalog)


def copy_edges(catalog: Catalog) -> Iterator[Edge]:
    """The edges from fields to the fields filled from them."""
    for path, copy in catalog.fields.items():
        if copy.copy_of:
            yield Edge(f"field:{copy.copy_of}", f"field:{path}", "copies", "", "direct")


def _derived_edges(catalog: Catalog) -> Iterator[Edge]:
    """The edges to fields and datasets from what they are said to be made of."""
    for path, field in catalog.fields.items():
        for origin in field.derived_from:
            yield Edge(f"field:{origin}", f"field:{path}", "derives", "", "computed")
    for path, dataset in catalog.datasets.items():
        for origin in dataset.derived_from:
            yield Edge(f"dataset:{origin}", f"dataset:{path}", "derives", "", "rows")


def match_edges(catalog: Catalog) -> Iterator[Edge]:
    """The edges from the fields whose values say which records are one entity."""
    for entity in catalog.entities.values():
        for key in entity.match.attributes if entity.match else ():
            attribute = catalog.attributes.get(key)
            for claim in attribute.all_claims if attribute else ():
                dataset = catalog.dataset_of(claim.field)
                if dataset and dataset.entity == entity.key:
                    yield Edge(f"field:{claim.field}", entity.urn, "matches", key, "join")


def expression_edges(urn: str, expression: str) -> Iterator[Found]:
    """The edges from the measures an expression names to the definition that carries it."""
    try:
        names = names_in(expression)
    except ValueError as error:
        yield Unresolved(urn, expression, str(error))
        return
    use: Use = "direct" if names == (expression.strip(),) else "computed"
    for name in names:
        yield Edge(f"measure:{name}", urn, "derives", expression, use)


def formula_edges(catalog: Catalog) -> Iterator[Found]:
    """The edges between the cells of each report that carries formulas."""
    for report in catalog.reports.values():
        carriers = [cell for cell in report.cells if is_formula(cell.calculation)]
        if not carriers:
            continue
        places = positions(report)
        for cell in carriers:
            inputs = inputs_of(cell, places)
            for path in inputs.cells:
                use: Use = "direct" if inputs.plain else "computed"
                yield Edge(f"cell:{path}", cell.urn, "formula", cell.calculation or "", use)
            for text, reason in inputs.unresolved:
                yield Unresolved(cell.urn, text, reason)


def _block_edges(catalog: Catalog) -> Iterator[Found]:
    """The edges from what was pasted into workbooks to the cells whose formulas take it."""
    calculations = Calculations.of(catalog)
    for report in catalog.reports.values():
        places = positions(report) if report.inputs else None
        for cell in report.cells if places else ():
            if places and is_formula(cell.calculation):
                for taking in takings_of(cell, places):
                    yield from _taking_edges(calculations, cell, taking)


def _taking_edges(calculations: Calculations, cell: Cell, taking: Taking) -> Iterator[Found]:
    block, formula = taking.block, cell.calculation or ""
    if block.dataset:
        dataset = f"dataset:{block.dataset}"
        if taking.counts:
            yield Edge(dataset, cell.urn, "derives", formula, "rows")
        for column in taking.columns:
            name = block.columns.get(column)
            for use in taking.uses:
                upstream = f"field:{block.dataset}.{name}" if name else dataset
                yield Edge(upstream, cell.urn, "derives", formula, use)
            if name is None:
                yield Unresolved(cell.urn, block.named(column), _UNSTATED)
        return
    traced = calculations.columns(block.calculation or "")
    said = f"{formula}; {block.at} holds {block.calculation}"
    decided = set(traced.conditions)
    for column in taking.columns:
        output = _pasted(traced, block, column)
        if output is None:
            yield Unresolved(cell.urn, block.named(column), _UNSTATED)
            continue
        decided.update(origin for use in taking.uses for origin in taken(output.origins, use))
        for missed in output.missed:
            yield Unresolved(cell.urn, missed.text, missed.reason)
    for origin in sorted(decided):
        yield Edge(calculations.urn(origin), cell.urn, "derives", said, origin.use)
    named = {origin.table for origin in decided}
    for table in sorted(traced.tables if taking.counts else traced.tables - named):
        as_rows = Origin(table, ROWS, "rows" if taking.counts else "join")
        yield Edge(calculations.urn(as_rows), cell.urn, "derives", said, as_rows.use)
    for missed in traced.missed:
        yield Unresolved(cell.urn, missed.text, missed.reason)


def _pasted(traced: ColumnLineage, block: Block, column: int) -> Output | None:
    """The column of the query that stands there: as stated, else by its order where all fit."""
    if name := block.columns.get(column):
        return traced.output(name)
    fits = len(traced.outputs) == block.width and not block.columns
    return traced.outputs[column - block.first[0]] if fits else None


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
        yield Edge(f"field:{dataset.path}.{dataset.id}", entity, "identifies", "id", "direct")
    else:
        yield Edge(dataset.urn, entity, "identifies", "", "rows")
    if dataset.population:
        for found in _condition_fields(dataset.population, dataset, None, dataset.urn):
            if isinstance(found, Unresolved):
                yield found
            else:
                yield Edge(found, entity, "identifies", dataset.population, "filter")


def _attribute_edges(catalog: Catalog, attribute: Attribute) -> Iterator[Found]:
    use: Use = "computed" if attribute.cleanse else "direct"
    for order, claim in enumerate(attribute.all_claims, start=1):
        said = _claim_text(claim)
        yield Edge(f"field:{claim.field}", attribute.urn, "claims", said, use, order)
        dataset = catalog.dataset_of(claim.field)
        if dataset is None:
            continue
        for condition in _conditions(attribute, claim):
            for found in _condition_fields(condition, dataset, claim.field, attribute.urn):
                if isinstance(found, Unresolved):
                    yield found
                else:
                    yield Edge(found, attribute.urn, "claims", condition, "filter", order)
        if attribute.valid_for or attribute.current or _looks_at_time(attribute, claim):
            for name in _confirmation(dataset, claim.field):
                yield Edge(name, attribute.urn, "claims", "confirmed_at", "filter", order)
        until = dataset.field(claim.valid_until or attribute.valid_until or "")
        if until:
            yield Edge(until.urn, attribute.urn, "claims", "valid_until", "filter", order)
    yield from sibling_edges(catalog, attribute)


def _conditions(attribute: Attribute, claim: Claim) -> Iterator[str]:
    """Everything that is asked of a claimed row."""
    yield from (text for _, text in claim.conditions())
    if attribute.valid_while and not claim.valid_while:
        yield attribute.valid_while
    yield from (ranking.rank for ranking in attribute.rankings)


def _looks_at_time(attribute: Attribute, claim: Claim) -> bool:
    decays = claim.trust is not None and claim.trust.curve != "none"
    return decays or any(one in attribute.survive for one in ("most_recent", "oldest"))


def sibling_edges(catalog: Catalog, attribute: Attribute) -> Iterator[Found]:
    """The attributes that are resolved before one: those its claims ask for, and its model."""
    members = [one for one in catalog.attributes_of(attribute.entity) if _together(one, attribute)]
    columns = {one.column.casefold(): one for one in catalog.attributes_of(attribute.entity)}
    for member in members:
        for key in member.same_as:
            if key in catalog.attributes:
                yield Edge(f"attribute:{key}", attribute.urn, "claims", "same_as", "filter")
        for claim in member.all_claims:
            if claim.where:
                yield from _where_edges(claim.where, columns, attribute.urn)


def _together(one: Attribute, other: Attribute) -> bool:
    return one.key == other.key or (one.group is not None and one.group == other.group)


def _where_edges(where: str, columns: Mapping[str, Attribute], urn: str) -> Iterator[Found]:
    try:
        names = names_in(where)
    except ValueError as error:
        yield Unresolved(urn, where, str(error))
        return
    for name in names:
        folded = name.casefold()
        if folded in columns:
            yield Edge(columns[folded].urn, urn, "claims", where, "filter")
        elif folded != ENTITY_ID:
            yield Unresolved(urn, name, "the entity has no such attribute")


def _check_edges(catalog: Catalog, attribute: Attribute) -> Iterator[Found]:
    """The other attributes by which one is checked: in its rules, in the subtype it belongs to."""
    conditions = [rule.sql for rule in attribute.rules if rule.sql and rule.on == "golden"]
    entity = catalog.entities.get(attribute.entity)
    if attribute.apply_to and entity and attribute.apply_to in entity.subtypes:
        conditions.append(entity.subtypes[attribute.apply_to])
    if not conditions:
        return
    columns = {one.column.casefold(): one for one in catalog.attributes_of(attribute.entity)}
    passed = {"value", ENTITY_ID, attribute.column.casefold()}
    for condition in conditions:
        try:
            names = names_in(condition)
        except ValueError as error:
            yield Unresolved(attribute.urn, condition, str(error))
            continue
        for name in names:
            folded = name.casefold()
            if folded in columns and folded not in passed:
                yield Edge(columns[folded].urn, attribute.urn, "checks", condition, "filter")
            elif folded not in passed:
                reason = f"{attribute.entity} has no such attribute"
                yield Unresolved(attribute.urn, name, reason)


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


def _calculated_edges(catalog: Catalog) -> Iterator[Found]:
    calculations = Calculations.of(catalog)
    for owner in calculations.owners():
        calculation = owner.calculation or ""
        if is_query(calculation):
            yield from _query_edges(calculations, owner.urn, calculation)
        else:
            yield from expression_edges(owner.urn, calculation)


def _query_edges(calculations: Calculations, urn: str, sql: str) -> Iterator[Found]:
    """Edges from columns; a table that gives nothing else decides by its rows which there are."""
    traced = calculations.columns(sql)
    named: set[str] = set()
    for origin in sorted(_of_number(traced)):
        named.add(origin.table)
        yield Edge(calculations.urn(origin), urn, "derives", sql, origin.use)
    for table in sorted(traced.tables - named):
        yield Edge(calculations.urn(Origin(table, ROWS, "join")), urn, "derives", sql, "join")
    for missed in traced.missed:
        yield Unresolved(urn, missed.text, missed.reason)


def _of_number(traced: ColumnLineage) -> set[Origin]:
    """What a number comes from: its column `value`, the others being what it is grouped by."""
    number = traced.output("value")
    found = set(traced.conditions)
    for output in traced.outputs:
        use: Use = "direct" if number is None or output is number else "group"
        found |= set(taken(output.origins, use))
    return found


def _report_edges(catalog: Catalog) -> Iterator[Edge]:
    for report in catalog.reports.values():
        yield Edge(report.urn, f"team:{report.team}", "made_by")
        for cell in report.cells:
            yield Edge(cell.urn, report.urn, "publishes", cell.at or "")
            if cell.measure:
                said = ", ".join(f"{name} = {value}" for name, value in cell.where.items())
                yield Edge(f"measure:{cell.measure}", cell.urn, "implements", said, "direct")


def _touchpoint_edges(catalog: Catalog) -> Iterator[Edge]:
    for touchpoint in catalog.touchpoints.values():
        for attribute, path in touchpoint.reads.items():
            yield Edge(f"field:{path}", touchpoint.urn, "reads", attribute, "direct")
            yield Edge(f"attribute:{attribute}", touchpoint.urn, "should_read", path, "direct")


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
