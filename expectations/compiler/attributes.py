"""What is asked of attributes: each source's values, agreement, coverage, and added rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from catalog.model import Attribute, Catalog, Claim, Rule, Target
from catalog.sql import check_condition
from catalog.tables import ENTITY_ID
from expectations.compiler.scene import Scene
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
    CurrentFigure,
    FigureSpec,
    GoldenColumn,
    NativeFigure,
    RequiredFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    freeze,
)
from expectations.suites import NOT_NULL

REGEX = "expect_column_values_to_match_regex"
ABOUT_ROWS = frozenset(
    {
        NOT_NULL,
        "expect_column_values_to_be_null",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_table_row_count_to_be_between",
        "expect_table_row_count_to_equal",
    }
)
ALWAYS_FITS = frozenset({"text", "code", "address"})


def golden_column(scene: Scene, attribute: Attribute) -> GoldenColumn:
    """The attribute on the golden record, with its claims as candidates."""
    candidates = tuple(_candidate(scene, attribute, claim) for claim in attribute.claims)
    return GoldenColumn(
        attribute.key, attribute.entity, attribute.column, attribute.type, candidates
    )


def _candidate(scene: Scene, attribute: Attribute, claim: Claim) -> Candidate:
    field = scene.catalog.fields[claim.field]
    confirmed = field.confirmed_at
    column = Column(
        field.dataset,
        field.key,
        attribute.key,
        attribute.type,
        attribute.cleanse,
        attribute.compare,
        tuple(attribute.values) if attribute.values is not None else None,
        confirmed.field if confirmed else None,
        _claimed_rows(attribute, claim.field),
    )
    means = confirmed or scene.catalog.datasets[field.dataset].confirmed_at
    recent = means is None or means.means != "loaded"
    return Candidate(column, claim.when, claim.row, recent)


def _claimed_rows(attribute: Attribute, field: str) -> tuple[str, ...]:
    rows = [claim.row for claim in attribute.claims if claim.field == field]
    return tuple(row for row in rows if row) if all(rows) else ()


def attribute_checks(scene: Scene, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
    """The checks of one attribute."""
    for column in dict.fromkeys(candidate.column for candidate in golden.candidates):
        yield from _column_checks(scene, attribute, column)
    yield from _agreement_checks(scene, attribute, golden)
    yield from _coverage_checks(scene, attribute, golden)
    for index, rule in enumerate(attribute.rules):
        yield from _rule_checks(scene, attribute, golden, rule, index)


def _column_checks(scene: Scene, attribute: Attribute, column: Column) -> Iterator[Check]:
    name, where = attribute.name, column.path
    part = ("claims", _claim_index(attribute, column))
    more: dict[str, Any] = {"what": where, "part": part, "reads": (column.dataset,)}
    if attribute.type not in ALWAYS_FITS:
        title = f"{name} in {where} is a valid {attribute.type.replace('_', ' ')}"
        native = REGEX if attribute.type == "email" else "expect_values_to_fit_type"
        yield scene.check(attribute, "type", TypeFigure(column), native, title, **more)
    if column.values is not None:
        native = "expect_column_values_to_be_in_set"
        title = f"{name} in {where} is one of the allowed values"
        yield scene.check(attribute, "values", ValuesFigure(column), native, title, **more)
    if attribute.unique:
        subtype = _subtype(scene, attribute)
        native = "expect_values_not_to_repeat" if subtype else "expect_column_values_to_be_unique"
        title = f"No value of {name} in {where} occurs twice"
        if subtype:
            more["reads"] = scene.feeding(attribute.entity)
        figure = UniqueFigure(column, attribute.entity, subtype)
        yield scene.check(attribute, "unique", figure, native, title, **more)


def _agreement_checks(scene: Scene, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
    if attribute.agree is None:
        return
    for left, right in combinations(_independent(scene, golden), 2):
        a, b = left.column, right.column
        yield scene.check(
            attribute,
            "agree",
            AgreementFigure(golden.entity, left, right),
            "expect_sources_to_agree",
            f"{a.dataset} and {b.dataset} agree on {attribute.name}",
            what=f"{a.path}~{b.path}",
            part=("agree",),
            target=attribute.agree,
            reads=(a.dataset, b.dataset),
        )


def _independent(scene: Scene, golden: GoldenColumn) -> list[Candidate]:
    """One candidate per dataset and per origin: a copy does not vote beside its original."""
    origins = {origin_of(scene.catalog, c.column.path): c for c in reversed(golden.candidates)}
    for candidate in reversed(golden.candidates):
        if candidate.column.path in origins:
            origins[candidate.column.path] = candidate
    speakers = list(origins.values())
    datasets: dict[str, Candidate] = {}
    for candidate in golden.candidates:
        if candidate in speakers:
            datasets.setdefault(candidate.column.dataset, candidate)
    return list(datasets.values())


def _coverage_checks(scene: Scene, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
    feeding = scene.feeding(attribute.entity)
    if attribute.required:
        yield scene.check(
            attribute,
            "required",
            RequiredFigure(golden, _subtype(scene, attribute)),
            "expect_golden_value_to_be_present" if attribute.apply_to else NOT_NULL,
            f"Every {attribute.apply_to or attribute.entity} has a value for {attribute.name}",
            part=("required",),
            reads=feeding,
            target=attribute.required,
        )
    if attribute.current and attribute.valid_for:
        since = attribute.valid_for.before(scene.as_of, scene.holidays)
        yield scene.check(
            attribute,
            "current",
            CurrentFigure(golden, since),
            "expect_values_to_be_current",
            f"{attribute.name} was confirmed within {attribute.valid_for}",
            part=("current",),
            reads=_datasets(golden),
            target=attribute.current,
        )


def _subtype(scene: Scene, attribute: Attribute) -> str | None:
    entity = scene.catalog.entities[attribute.entity]
    return entity.subtypes[attribute.apply_to] if attribute.apply_to else None


def _rule_checks(
    scene: Scene, attribute: Attribute, golden: GoldenColumn, rule: Rule, index: int
) -> Iterator[Check]:
    columns = dict.fromkeys(candidate.column for candidate in golden.candidates)
    spoken: list[GoldenColumn | Column] = [golden] if rule.on == "golden" else list(columns)
    for on in spoken:
        where = f":{on.path}" if isinstance(on, Column) else ""
        figure, expectation = _rule_figure(rule, on)
        yield scene.check(
            attribute,
            "rule",
            figure,
            expectation,
            f"{attribute.name}: {rule.message or rule.name.replace('_', ' ')}",
            what=f"{rule.name}{where}",
            part=("rules", index),
            severity=rule.severity,
            reads=(on.dataset,) if isinstance(on, Column) else _read_by(scene, rule, golden),
            target=Target(target=rule.at_least),
            message=rule.message,
        )


def _read_by(scene: Scene, rule: Rule, golden: GoldenColumn) -> tuple[str, ...]:
    """What a rule on golden values needs: the claims on all it names; of rows, every source."""
    if rule.expect in ABOUT_ROWS:
        return scene.feeding(golden.entity)
    if not rule.sql:
        return _datasets(golden)
    attributes = scene.by_column(golden.entity)
    named = check_condition(rule.sql, {"value": None, ENTITY_ID: None, **attributes}).columns
    others = [golden_column(scene, one) for name, one in attributes.items() if name in named]
    return tuple(dict.fromkeys(path for one in (golden, *others) for path in _datasets(one)))


def origin_of(catalog: Catalog, path: str) -> str:
    """The field at the end of the chain of `copy_of`."""
    field = catalog.fields.get(path)
    return origin_of(catalog, field.copy_of) if field and field.copy_of else path


def _claim_index(attribute: Attribute, column: Column) -> int:
    return next(i for i, claim in enumerate(attribute.claims) if claim.field == column.path)


def _datasets(golden: GoldenColumn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(candidate.column.dataset for candidate in golden.candidates))


def _rule_figure(rule: Rule, on: GoldenColumn | Column) -> tuple[FigureSpec, str]:
    if rule.sql:
        return SqlFigure(on, rule.sql), "expect_rule_to_hold"
    assert rule.expect
    return NativeFigure(on, rule.expect, freeze(rule.arguments)), rule.expect
