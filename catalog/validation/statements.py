"""Rules on stewards' SQL: it parses, is allowed, and names only what exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from catalog.model import Attribute, Catalog, Cell, Claim, Dataset, Measure
from catalog.model.reports import is_formula, is_query
from catalog.validation.problems import Problem
from catalog.validation.rules import Context

Known = Mapping[str, object]


@dataclass(frozen=True)
class Statement:
    """One piece of SQL, where it is written and the columns or tables it may name."""

    urn: str
    part: tuple[str | int, ...]
    text: str
    known: Mapping[str, object]
    is_query: bool = False


def statements(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD020 for each thing wrong with each statement; without SQL no parser is loaded."""
    for statement in _all(catalog):
        for said in _check(statement):
            place = catalog.places.find(statement.urn, *statement.part)
            where = " ".join(str(part) for part in statement.part)
            yield Problem(
                "TD020", f"{statement.urn}: {where}: {said}", place=place, urn=statement.urn
            )


def capitals(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD020 for a measure that an expression names in other capitals than its key has."""
    keys = {key.casefold(): key for key in catalog.measures}
    for measure in catalog.measures.values():
        words = () if measure.is_query else re.findall(r"[A-Za-z]\w*", measure.calculation)
        for word in words:
            key = keys.get(word.casefold(), word)
            if key != word:
                said = f"{measure.urn}: calculation: write '{key}', as its key is, not '{word}'"
                place = catalog.places.find(measure.urn, "calculation")
                yield Problem("TD020", said, place=place, urn=measure.urn)


def _check(statement: Statement) -> list[str]:
    from catalog.sql import SqlRefused, check_condition, check_query

    check: Callable[..., object] = check_query if statement.is_query else check_condition
    try:
        check(statement.text, statement.known)
    except SqlRefused as refused:
        return [str(problem) for problem in refused.problems]
    return []


def _all(catalog: Catalog) -> Iterator[Statement]:
    golden = {key: _golden(catalog, key) for key in catalog.entities}
    for entity in catalog.entities.values():
        for name, condition in entity.subtypes.items():
            yield Statement(entity.urn, ("subtypes", name), condition, golden[entity.key])
    for dataset in catalog.datasets.values():
        if dataset.population:
            yield Statement(dataset.urn, ("population",), dataset.population, _row(dataset))
    for attribute in catalog.attributes.values():
        yield from _of_attribute(catalog, attribute, golden.get(attribute.entity, {}))
    yield from _of_calculations(catalog)


def _of_attribute(catalog: Catalog, attribute: Attribute, golden: Known) -> Iterator[Statement]:
    for part in ("claims", "fallback"):
        for index, claim in enumerate(getattr(attribute, part)):
            yield from _of_claim(catalog, attribute, claim, (part, index), golden)
    for index, rule in enumerate(attribute.rules):
        if rule.sql:
            columns = {"value": None, **(golden if rule.on == "golden" else {})}
            yield Statement(attribute.urn, ("rules", index, "sql"), rule.sql, columns)


def _of_claim(
    catalog: Catalog,
    attribute: Attribute,
    claim: Claim,
    part: tuple[str | int, ...],
    golden: Known,
) -> Iterator[Statement]:
    """The conditions of a claim, and what the attribute says of each row that is claimed."""
    if claim.where:
        others = {name: None for name in golden if name != attribute.column}
        yield Statement(attribute.urn, (*part, "where"), claim.where, others)
    dataset = catalog.dataset_of(claim.field)
    if dataset is None:
        return
    columns = {"confirmed_at": None, **_row(dataset)}
    for place, text in claim.conditions():
        known = {"value": None, **columns} if place == ("valid_if",) else columns
        yield Statement(attribute.urn, (*part, *place), text, known)
    if attribute.valid_while and not claim.valid_while:
        yield Statement(attribute.urn, ("valid_while",), attribute.valid_while, columns)
    for ranking in attribute.rankings:
        yield Statement(attribute.urn, ("survive",), ranking.rank, columns)


def _of_calculations(catalog: Catalog) -> Iterator[Statement]:
    """The calculations of measures, of cells that carry one that is no formula, and of the blocks
    that were pasted into workbooks.
    """
    own = [cell for cell in catalog.cells.values() if _is_statement(cell.calculation)]
    pasted = [
        (report.urn, index, block.calculation)
        for report in catalog.reports.values()
        for index, block in enumerate(report.inputs)
        if block.calculation is not None
    ]
    if not catalog.measures and not own and not pasted:
        return
    from catalog.tables import readable_tables

    tables = readable_tables(catalog)
    scalar = {key: None for key, measure in catalog.measures.items() if not measure.dimensions}
    carriers: list[Measure | Cell] = [*catalog.measures.values(), *own]
    for carrier in carriers:
        text = carrier.calculation or ""
        known: Known = tables if is_query(text) else scalar
        yield Statement(carrier.urn, ("calculation",), text, known, is_query(text))
    for urn, index, sql in pasted:
        yield Statement(urn, ("inputs", index, "calculation"), sql, tables, True)


def _is_statement(calculation: str | None) -> bool:
    return bool(calculation) and not is_formula(calculation)


def _row(dataset: Dataset) -> dict[str, object]:
    return {field.key: None for field in dataset.fields}


def _golden(catalog: Catalog, entity: str) -> dict[str, object]:
    from catalog.tables import golden_columns

    return dict(golden_columns(catalog, entity))
