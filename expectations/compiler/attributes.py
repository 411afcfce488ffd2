"""What is asked of attributes: each source's values, agreement, coverage, and added rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from catalog.model import Attribute, Rule, Target
from catalog.model.targets import target_of
from catalog.plurals import plural
from catalog.sql import check_condition
from catalog.tables import ENTITY_ID
from expectations.compiler.ahead import column_ahead, days_ahead
from expectations.compiler.scene import Scene
from expectations.compiler.survival import (
    all_candidates,
    origin_of,
    read_for,
    subtype_of,
)
from expectations.golden_figures import AgainstGoldenFigure, ContestedFigure, SharedFigure
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
    CorrectionsFigure,
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


def attribute_checks(scene: Scene, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
    """The checks of one attribute."""
    stated = all_candidates(scene, attribute)
    for column in dict.fromkeys(candidate.column for candidate in stated):
        yield from _column_checks(scene, attribute, column)
    yield from _agreement_checks(scene, attribute, stated)
    yield from _coverage_checks(scene, attribute, golden)
    yield from _dispute_checks(scene, attribute, golden)
    yield from _correction_checks(scene, attribute)
    for index, rule in enumerate(attribute.rules):
        yield from _rule_checks(scene, attribute, golden, rule, index)


def _column_checks(scene: Scene, attribute: Attribute, column: Column) -> Iterator[Check]:
    name, where = attribute.name, column.path
    part = _claim_part(attribute, column)
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
        subtype = subtype_of(scene, attribute)
        native = "expect_values_not_to_repeat" if subtype else "expect_column_values_to_be_unique"
        title = f"No value of {name} in {where} occurs twice"
        if subtype:
            more["reads"] = scene.feeding(attribute.entity)
        figure = UniqueFigure(column, attribute.entity, subtype)
        yield scene.check(attribute, "unique", figure, native, title, **more)


def _agreement_checks(
    scene: Scene, attribute: Attribute, stated: Sequence[Candidate]
) -> Iterator[Check]:
    if attribute.agree is None:
        return
    for left, right in combinations(_independent(scene, stated), 2):
        a, b = left.column, right.column
        yield scene.check(
            attribute,
            "agree",
            AgreementFigure(attribute.entity, left, right),
            "expect_sources_to_agree",
            f"{a.dataset} and {b.dataset} agree on {attribute.name}",
            what=f"{a.path}~{b.path}",
            part=("agree",),
            target=attribute.agree,
            reads=(a.dataset, b.dataset),
        )


def _independent(scene: Scene, stated: Sequence[Candidate]) -> list[Candidate]:
    """One candidate per dataset and per origin: a copy does not vote beside its original."""
    origins = {origin_of(scene.catalog, c.column.path): c for c in reversed(stated)}
    for candidate in reversed(stated):
        if candidate.column.path in origins:
            origins[candidate.column.path] = candidate
    speakers = list(origins.values())
    datasets: dict[str, Candidate] = {}
    for candidate in stated:
        if candidate in speakers:
            datasets.setdefault(candidate.column.dataset, candidate)
    return list(datasets.values())


def _coverage_checks(scene: Scene, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
    feeding = scene.feeding(attribute.entity)
    is_native = not (attribute.apply_to or golden.can_be_deleted)
    if attribute.required:
        yield scene.check(
            attribute,
            "required",
            RequiredFigure(golden, subtype_of(scene, attribute)),
            NOT_NULL if is_native else "expect_golden_value_to_be_present",
            f"Every {attribute.apply_to or attribute.entity} has a value for {attribute.name}",
            part=("required",),
            reads=feeding,
            target=attribute.required,
        )
    if attribute.current:
        spans = f" within {attribute.valid_for}" if attribute.valid_for else ""
        yield scene.check(
            attribute,
            "current",
            CurrentFigure(golden, timed=_is_timed(scene, attribute)),
            "expect_values_to_be_current",
            f"{attribute.name} was confirmed{spans}" if spans else f"{attribute.name} is current",
            part=("current",),
            reads=_rests_on(scene, attribute),
            target=attribute.current.plain,
        )
    for span, demanded in days_ahead(scene, attribute):
        on = span.after(scene.as_of)
        yield scene.check(
            attribute,
            "current_in",
            CurrentFigure(column_ahead(scene, attribute, on), on, _is_timed(scene, attribute)),
            "expect_values_to_be_current",
            f"{attribute.name} will be current in {span.words} if nothing is confirmed",
            what=str(span),
            part=("current", "in", str(span)) if demanded else ("current",),
            reads=_rests_on(scene, attribute),
            target=demanded or Target(target=0),
            severity=None if demanded else "info",
        )


def _is_timed(scene: Scene, attribute: Attribute) -> bool:
    """Whether it can be told how old values are, where they age."""
    if attribute.valid_for is None:
        return True
    for claim in attribute.in_force(scene.as_of):
        field = scene.catalog.fields[claim.field]
        confirmed = field.confirmed_at or scene.catalog.datasets[field.dataset].confirmed_at
        if confirmed and confirmed.means != "loaded":
            return True
    return False


def _rests_on(scene: Scene, attribute: Attribute) -> tuple[str, ...]:
    """The datasets behind an attribute's golden values, and behind who it belongs to."""
    return scene.feeding(attribute.entity) if attribute.apply_to else read_for(scene, attribute)


def _dispute_checks(scene: Scene, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
    """What sources say beside the golden record, and who else bears what it says."""
    reads = _rests_on(scene, attribute)
    if attribute.contested:
        yield scene.check(
            attribute,
            "contested",
            ContestedFigure(golden),
            "expect_golden_values_not_to_be_contested",
            f"No source contradicts the golden value of {attribute.name}",
            part=("contested",),
            reads=reads,
            target=attribute.contested.target,
        )
    if attribute.shared:
        shared = attribute.shared
        among = plural(attribute.entity) if shared.at_most > 1 else attribute.entity
        yield scene.check(
            attribute,
            "shared",
            SharedFigure(golden, shared.at_most, shared.on == "sources"),
            "expect_golden_values_to_be_borne_by_few",
            f"No golden value of {attribute.name} is borne by more than {shared.at_most} {among}",
            part=("shared",),
            reads=reads,
            target=shared.plain,
        )
    for path in dict.fromkeys(candidate.column.path for candidate in golden.candidates):
        if demanded := target_of(attribute.against_golden, path):
            each = isinstance(attribute.against_golden, dict)
            yield scene.check(
                attribute,
                "against_golden",
                AgainstGoldenFigure(golden, path),
                "expect_source_to_hold_golden_values",
                f"{path} holds the golden value of {attribute.name}",
                what=path,
                part=("against_golden", path) if each else ("against_golden",),
                reads=reads,
                target=demanded,
            )


def _correction_checks(scene: Scene, attribute: Attribute) -> Iterator[Check]:
    if attribute.corrections:
        yield scene.check(
            attribute,
            "corrections",
            CorrectionsFigure(attribute.key),
            "expect_corrections_to_arrive",
            f"Corrections of {attribute.name} arrive everywhere by their due day",
            part=("corrections",),
        )


def _rule_checks(
    scene: Scene, attribute: Attribute, golden: GoldenColumn, rule: Rule, index: int
) -> Iterator[Check]:
    columns = dict.fromkeys(candidate.column for candidate in all_candidates(scene, attribute))
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
    own = scene.catalog.attributes[golden.attribute]
    if not rule.sql:
        return read_for(scene, own)
    attributes = scene.by_column(golden.entity)
    named = check_condition(rule.sql, {"value": None, ENTITY_ID: None, **attributes}).columns
    others = [one for name, one in attributes.items() if name in named]
    return tuple(dict.fromkeys(path for one in (own, *others) for path in read_for(scene, one)))


def _claim_part(attribute: Attribute, column: Column) -> tuple[str, int]:
    """Where the first claim on a column is written."""
    for part, claims in (("claims", attribute.claims), ("fallback", attribute.fallback)):
        for index, claim in enumerate(claims):
            if claim.field == column.path:
                return part, index
    raise KeyError(column.path)


def _rule_figure(rule: Rule, on: GoldenColumn | Column) -> tuple[FigureSpec, str]:
    if rule.sql:
        return SqlFigure(on, rule.sql), "expect_rule_to_hold"
    assert rule.expect
    return NativeFigure(on, rule.expect, freeze(rule.arguments)), rule.expect
