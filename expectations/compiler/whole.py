"""Compiles a catalog into a Plan: pure, and in the order of the files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from catalog.expiry import review_of
from catalog.model import Catalog
from catalog.periods import Period
from catalog.settings import Settings
from expectations.compiler.ahead import outlooks
from expectations.compiler.attributes import attribute_checks
from expectations.compiler.datasets import dataset_checks, dataset_plan
from expectations.compiler.measures import all_calculations, measure_checks
from expectations.compiler.reports import own_calculations, report_checks, report_plans
from expectations.compiler.scene import Scene
from expectations.compiler.survival import golden_column
from expectations.compiler.touchpoints import touchpoint_checks
from expectations.plan import Check, EntityPlan, ExpiryFigure, Plan


def compile_plan(
    catalog: Catalog, as_of: date, settings: Settings, period: Period | None = None
) -> Plan:
    """The plan of a valid catalog for one day; the same input always gives the same plan.

    Numbers speak of `period`, or of the last one closed by that day.
    """
    scene = Scene(catalog, as_of, settings.calendar, period, settings.expiry.ahead)
    calculations = all_calculations(scene, own_calculations(scene))
    by_key = {one.key: one for one in calculations}
    golden = {key: golden_column(scene, one) for key, one in catalog.attributes.items()}
    checks = [
        *dataset_checks(scene),
        *(
            c
            for key, one in catalog.attributes.items()
            for c in attribute_checks(scene, one, golden[key])
        ),
        *touchpoint_checks(scene, golden),
        *measure_checks(scene, by_key),
        *report_checks(scene, by_key),
        *expiry_checks(scene, settings),
    ]
    return Plan(
        as_of=as_of,
        datasets=tuple(dataset_plan(dataset) for dataset in catalog.datasets.values()),
        entities=tuple(_entity_plan(scene, key) for key in catalog.entities),
        golden=tuple(golden.values()),
        measures=calculations,
        checks=tuple(checks),
        reports=report_plans(scene),
        outlooks=outlooks(scene, checks),
    )


def _entity_plan(scene: Scene, key: str) -> EntityPlan:
    known_by = tuple(dataset.path for dataset in scene.catalog.datasets_of(key))
    return EntityPlan(key, known_by, scene.feeding(key), is_matched(scene.catalog, key))


def is_matched(catalog: Catalog, entity: str) -> bool:
    """Whether the records of an entity are found to be one by matching them."""
    return catalog.entities[entity].match is not None


def expiry_checks(scene: Scene, settings: Settings) -> Iterator[Check]:
    """One check per definition that has a review date and is still in use."""
    for definition in scene.catalog.definitions.values():
        review = review_of(definition, settings)
        if review is None:
            continue
        part = "expires_on" if definition.expires_on else "review_every"
        yield scene.check(
            definition,
            "expiry",
            ExpiryFigure(review.on, review.warn_from, review.fail_after),
            "expect_definition_to_be_current",
            f"{definition.named('en')} is within its review date",
            part=(part,),
        )
