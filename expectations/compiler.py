"""Compiles a catalog into a Plan: every check its definitions ask for, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

from catalog.model import Attribute, Catalog, Claim, Dataset, Definition, Rule, Target
from catalog.model.definition import Severity
from catalog.settings import ExpirySettings, Settings
from catalog.sql import check_query
from catalog.tables import readable_tables
from expectations.plan import (
    AgreementFigure,
    Candidate,
    Check,
    Column,
    ComputesFigure,
    CurrentFigure,
    DatasetPlan,
    EntityPlan,
    ExpiryFigure,
    FieldPlan,
    FigureSpec,
    FreshFigure,
    GoldenColumn,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    MeasurePlan,
    NativeFigure,
    Plan,
    RequiredFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    freeze,
)
from expectations.suites import NOT_NULL

REGEX = "expect_column_values_to_match_regex"
ALWAYS_FITS = frozenset({"text", "code", "address"})


def compile_plan(catalog: Catalog, as_of: date, settings: Settings) -> Plan:
    """The plan of a valid catalog for one day; pure: the same input gives the same plan."""
    compiler = _Compiler(catalog, as_of, settings)
    golden = {key: compiler.golden(a) for key, a in catalog.attributes.items()}
    checks = [
        *compiler.of_datasets(),
        *(
            check
            for key, a in catalog.attributes.items()
            for check in compiler.of_attribute(a, golden[key])
        ),
        *compiler.of_measures(),
        *compiler.of_definitions(settings.expiry),
    ]
    return Plan(
        as_of=as_of,
        datasets=tuple(_dataset(dataset) for dataset in catalog.datasets.values()),
        entities=tuple(_entity(catalog, key) for key in catalog.entities),
        golden=tuple(golden.values()),
        measures=tuple(compiler.measure(key) for key in _in_order_of_use(catalog)),
        checks=tuple(checks),
    )


def _dataset(dataset: Dataset) -> DatasetPlan:
    fields = tuple(FieldPlan(f.key, f.source_column, f.type, f.format) for f in dataset.fields)
    confirmed = dataset.confirmed_at.field if dataset.confirmed_at else None
    return DatasetPlan(
        dataset.path,
        fields,
        dataset.entity,
        dataset.id,
        dataset.rows,
        dataset.population,
        confirmed,
        dataset.decimal,
    )


def _entity(catalog: Catalog, key: str) -> EntityPlan:
    known_by = tuple(dataset.path for dataset in catalog.datasets_of(key))
    return EntityPlan(key, known_by, feeding_datasets(catalog, key))


class _Compiler:
    """Holds what every part of the compilation reads: the catalog, the day and the calendar."""

    def __init__(self, catalog: Catalog, as_of: date, settings: Settings) -> None:
        self.catalog = catalog
        self.as_of = as_of
        self.holidays = settings.calendar

    def check(
        self,
        definition: Definition,
        kind: str,
        figure: FigureSpec,
        expectation: str,
        title: str,
        *,
        what: str = "",
        part: tuple[str | int, ...] = (),
        **more: Any,
    ) -> Check:
        """A check on a definition, its key, owner and place filled in."""
        return Check(
            key=f"{definition.urn}/{kind}{':' if what else ''}{what}",
            kind=kind,
            urn=definition.urn,
            title=title,
            severity=more.pop("severity", None) or severity_of(definition),
            owner=self.catalog.owner_of(definition.urn),
            figure=figure,
            expectation=expectation,
            place=self.catalog.places.find(definition.urn, *part),
            **more,
        )

    # datasets

    def of_datasets(self) -> Iterator[Check]:
        for dataset in self.catalog.datasets.values():
            if dataset.id:
                yield from self._ids(dataset)
            yield from self._known(dataset)
            refresh = dataset.refresh or self.catalog.sources[dataset.source].refresh
            if refresh:
                since = refresh.before(self.as_of, self.holidays)
                title = f"{dataset.path} is renewed every {refresh}"
                figure = FreshFigure(dataset.path, since)
                yield self.check(
                    dataset,
                    "fresh",
                    figure,
                    "expect_dataset_to_be_fresh",
                    title,
                    part=("refresh",),
                    reads=(dataset.path,),
                )

    def _ids(self, dataset: Dataset) -> Iterator[Check]:
        reads = (dataset.path,)
        yield self.check(
            dataset,
            "id_present",
            IdPresentFigure(dataset.path),
            "expect_ids_to_be_present",
            f"Every row of {dataset.path} has a {dataset.id}",
            part=("id",),
            reads=reads,
        )
        if dataset.rows == "one":
            yield self.check(
                dataset,
                "id",
                IdFigure(dataset.path),
                "expect_ids_not_to_repeat",
                f"{dataset.path} has one row per {dataset.id}",
                part=("id",),
                reads=reads,
            )

    def _known(self, dataset: Dataset) -> Iterator[Check]:
        for other, share in dataset.known_to.items():
            yield self.check(
                dataset,
                "known_to",
                KnownFigure(dataset.path, other),
                "expect_entities_to_be_known",
                f"{other} knows the {dataset.entity}s of {dataset.path}",
                what=other,
                part=("known_to", other),
                reads=(dataset.path, other),
                target=Target(target=share),
            )

    # attributes

    def golden(self, attribute: Attribute) -> GoldenColumn:
        candidates = tuple(self._candidate(attribute, claim) for claim in attribute.claims)
        return GoldenColumn(
            attribute.key, attribute.entity, attribute.column, attribute.type, candidates
        )

    def _candidate(self, attribute: Attribute, claim: Claim) -> Candidate:
        field = self.catalog.fields[claim.field]
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
        )
        return Candidate(column, claim.when, claim.row)

    def of_attribute(self, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
        for column in dict.fromkeys(candidate.column for candidate in golden.candidates):
            yield from self._of_column(attribute, column)
        yield from self._agreement(attribute, golden)
        yield from self._coverage(attribute, golden)
        for index, rule in enumerate(attribute.rules):
            yield from self._rule(attribute, golden, rule, index)

    def _of_column(self, attribute: Attribute, column: Column) -> Iterator[Check]:
        name, where = attribute.name, column.path
        part = ("claims", _claim_index(attribute, column))
        more: dict[str, Any] = {"what": where, "part": part, "reads": (column.dataset,)}
        if attribute.type not in ALWAYS_FITS:
            title = f"{name} in {where} is a valid {attribute.type.replace('_', ' ')}"
            native = REGEX if attribute.type == "email" else "expect_values_to_fit_type"
            yield self.check(attribute, "type", TypeFigure(column), native, title, **more)
        if column.values is not None:
            native = "expect_column_values_to_be_in_set"
            title = f"{name} in {where} is one of the allowed values"
            yield self.check(attribute, "values", ValuesFigure(column), native, title, **more)
        if attribute.unique:
            native = "expect_column_values_to_be_unique"
            title = f"{name} in {where} belongs to one {attribute.entity} only"
            yield self.check(attribute, "unique", UniqueFigure(column), native, title, **more)

    def _agreement(self, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
        if attribute.agree is None:
            return
        for left, right in combinations(self._independent(golden), 2):
            a, b = left.column, right.column
            yield self.check(
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

    def _independent(self, golden: GoldenColumn) -> list[Candidate]:
        """One candidate per dataset and per origin: a copy does not vote beside its original."""
        origins = {origin_of(self.catalog, c.column.path): c for c in reversed(golden.candidates)}
        for candidate in reversed(golden.candidates):
            if candidate.column.path in origins:
                origins[candidate.column.path] = candidate
        speakers = list(origins.values())
        datasets: dict[str, Candidate] = {}
        for candidate in golden.candidates:
            if candidate in speakers:
                datasets.setdefault(candidate.column.dataset, candidate)
        return list(datasets.values())

    def _coverage(self, attribute: Attribute, golden: GoldenColumn) -> Iterator[Check]:
        feeding = feeding_datasets(self.catalog, attribute.entity)
        if attribute.required:
            yield self.check(
                attribute,
                "required",
                RequiredFigure(golden, self._subtype(attribute)),
                "expect_golden_value_to_be_present" if attribute.apply_to else NOT_NULL,
                f"Every {attribute.apply_to or attribute.entity} has a value for {attribute.name}",
                part=("required",),
                reads=feeding,
                target=attribute.required,
            )
        if attribute.current and attribute.valid_for:
            since = attribute.valid_for.before(self.as_of, self.holidays)
            yield self.check(
                attribute,
                "current",
                CurrentFigure(golden, since),
                "expect_values_to_be_current",
                f"{attribute.name} was confirmed within {attribute.valid_for}",
                part=("current",),
                reads=_datasets(golden),
                target=attribute.current,
            )

    def _subtype(self, attribute: Attribute) -> str | None:
        entity = self.catalog.entities[attribute.entity]
        return entity.subtypes[attribute.apply_to] if attribute.apply_to else None

    def _rule(
        self, attribute: Attribute, golden: GoldenColumn, rule: Rule, index: int
    ) -> Iterator[Check]:
        columns = dict.fromkeys(candidate.column for candidate in golden.candidates)
        spoken: list[GoldenColumn | Column] = [golden] if rule.on == "golden" else list(columns)
        for on in spoken:
            where = f":{on.path}" if isinstance(on, Column) else ""
            figure, expectation = _rule_figure(rule, on)
            yield self.check(
                attribute,
                "rule",
                figure,
                expectation,
                f"{attribute.name}: {rule.message or rule.name.replace('_', ' ')}",
                what=f"{rule.name}{where}",
                part=("rules", index),
                severity=rule.severity,
                reads=(on.dataset,) if isinstance(on, Column) else _datasets(golden),
                target=Target(target=rule.at_least),
                message=rule.message,
            )

    # measures and time

    def measure(self, key: str) -> MeasurePlan:
        measure = self.catalog.measures[key]
        common = (key, measure.calculation, measure.dimensions, measure.is_query)
        if not measure.is_query:
            used = named_measures(measure.calculation, self.catalog)
            reads = tuple(dict.fromkeys(path for one in used for path in self.measure(one).reads))
            return MeasurePlan(*common, reads=reads, measures=used)
        tables = check_query(measure.calculation, readable_tables(self.catalog)).tables
        golden = tuple(sorted(table for table in tables if table in self.catalog.entities))
        datasets = tuple(sorted(table for table in tables if table in self.catalog.datasets))
        fed = [path for entity in golden for path in feeding_datasets(self.catalog, entity)]
        reads = tuple(dict.fromkeys([*datasets, *fed]))
        return MeasurePlan(*common, reads=reads, golden=golden, tables=datasets)

    def of_measures(self) -> Iterator[Check]:
        for measure in self.catalog.measures.values():
            yield self.check(
                measure,
                "computes",
                ComputesFigure(measure.key),
                "expect_measure_to_compute",
                f"{measure.name} can be calculated",
                part=("calculation",),
                reads=self.measure(measure.key).reads,
            )

    def of_definitions(self, expiry: ExpirySettings) -> Iterator[Check]:
        for definition in self.catalog.definitions.values():
            review_date = definition.review_date
            if review_date is None or definition.status == "retired":
                continue
            warn_from = expiry.warn.before(review_date, self.holidays)
            fail_after = expiry.grace.after(review_date, self.holidays)
            part = "expires_on" if definition.expires_on else "review_every"
            yield self.check(
                definition,
                "expiry",
                ExpiryFigure(review_date, warn_from, fail_after),
                "expect_definition_to_be_current",
                f"{definition.named('en')} is within its review date",
                part=(part,),
            )


def severity_of(definition: Definition) -> Severity:
    """The severity a definition states, else critical."""
    severity: Severity = getattr(definition, "severity", "critical")
    return severity


def origin_of(catalog: Catalog, path: str) -> str:
    """The field at the end of the chain of `copy_of`."""
    field = catalog.fields.get(path)
    return origin_of(catalog, field.copy_of) if field and field.copy_of else path


def feeding_datasets(catalog: Catalog, entity: str) -> tuple[str, ...]:
    """The datasets whose entities make up the golden record: those an attribute claims."""
    attributes = catalog.attributes_of(entity)
    fields = [claim.field for attribute in attributes for claim in attribute.claims]
    return tuple(dict.fromkeys(field.rpartition(".")[0] for field in fields))


def named_measures(expression: str, catalog: Catalog) -> tuple[str, ...]:
    """The measures an expression such as `a / b` names, in order."""
    words = re.findall(r"[A-Za-z][A-Za-z0-9_]*", expression)
    return tuple(dict.fromkeys(word for word in words if word in catalog.measures))


def _in_order_of_use(catalog: Catalog) -> list[str]:
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


def _claim_index(attribute: Attribute, column: Column) -> int:
    return next(i for i, claim in enumerate(attribute.claims) if claim.field == column.path)


def _datasets(golden: GoldenColumn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(candidate.column.dataset for candidate in golden.candidates))


def _rule_figure(rule: Rule, on: GoldenColumn | Column) -> tuple[FigureSpec, str]:
    if rule.sql:
        return SqlFigure(on, rule.sql), "expect_rule_to_hold"
    assert rule.expect
    return NativeFigure(on, rule.expect, freeze(rule.arguments)), rule.expect
