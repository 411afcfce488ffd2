"""Compiles a catalog into a Plan: pure, and in the order of the files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from catalog.model import Catalog
from catalog.settings import ExpirySettings, Settings
from expectations.compiler.attributes import attribute_checks, golden_column
from expectations.compiler.datasets import dataset_checks, dataset_plan
from expectations.compiler.measures import in_order_of_use, measure_checks, measure_plan
from expectations.compiler.scene import Scene
from expectations.plan import Check, EntityPlan, ExpiryFigure, Plan


def compile_plan(catalog: Catalog, as_of: date, settings: Settings) -> Plan:
    """The plan of a valid catalog for one day; the same input always gives the same plan."""
    scene = Scene(catalog, as_of, settings.calendar)
    golden = {key: golden_column(scene, one) for key, one in catalog.attributes.items()}
    checks = [
        *dataset_checks(scene),
        *(
            c
            for key, one in catalog.attributes.items()
            for c in attribute_checks(scene, one, golden[key])
        ),
        *measure_checks(scene),
        *expiry_checks(scene, settings.expiry),
    ]
    return Plan(
        as_of=as_of,
        datasets=tuple(dataset_plan(dataset) for dataset in catalog.datasets.values()),
        entities=tuple(_entity_plan(scene, key) for key in catalog.entities),
        golden=tuple(golden.values()),
        measures=tuple(measure_plan(scene, key) for key in in_order_of_use(catalog)),
        checks=tuple(checks),
    )


def _entity_plan(scene: Scene, key: str) -> EntityPlan:
    known_by = tuple(dataset.path for dataset in scene.catalog.datasets_of(key))
    return EntityPlan(key, known_by, scene.feeding(key))


def expiry_checks(scene: Scene, expiry: ExpirySettings) -> Iterator[Check]:
    """One check per definition that has a review date and is still in use."""
    for definition in scene.catalog.definitions.values():
        review_date = definition.review_date
        if review_date is None or definition.status == "retired":
            continue
        warn_from = expiry.warn.before(review_date, scene.holidays)
        fail_after = expiry.grace.after(review_date, scene.holidays)
        part = "expires_on" if definition.expires_on else "review_every"
        yield scene.check(
            definition,
            "expiry",
            ExpiryFigure(review_date, warn_from, fail_after),
            "expect_definition_to_be_current",
            f"{definition.named('en')} is within its review date",
            part=(part,),
        )
