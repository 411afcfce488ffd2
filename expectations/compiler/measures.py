"""What is asked of measures: that their calculations give a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.model import Catalog
from catalog.sql import check_query
from catalog.tables import readable_tables
from expectations.compiler.scene import Scene
from expectations.plan import Check, ComputesFigure, MeasurePlan


def measure_plan(scene: Scene, key: str) -> MeasurePlan:
    """A measure to compute, and what it reads."""
    measure = scene.catalog.measures[key]
    common = (key, measure.calculation, measure.dimensions, measure.is_query)
    if not measure.is_query:
        used = named_measures(measure.calculation, scene.catalog)
        reads = tuple(
            dict.fromkeys(path for one in used for path in measure_plan(scene, one).reads)
        )
        return MeasurePlan(*common, reads=reads, measures=used)
    tables = check_query(measure.calculation, readable_tables(scene.catalog)).tables
    golden = tuple(sorted(table for table in tables if table in scene.catalog.entities))
    datasets = tuple(sorted(table for table in tables if table in scene.catalog.datasets))
    fed = [path for entity in golden for path in scene.feeding(entity)]
    reads = tuple(dict.fromkeys([*datasets, *fed]))
    return MeasurePlan(*common, reads=reads, golden=golden, tables=datasets)


def measure_checks(scene: Scene) -> Iterator[Check]:
    """The check of every measure, in the order of the files."""
    for measure in scene.catalog.measures.values():
        yield scene.check(
            measure,
            "computes",
            ComputesFigure(measure.key),
            "expect_measure_to_compute",
            f"{measure.name} can be calculated",
            part=("calculation",),
            reads=measure_plan(scene, measure.key).reads,
        )


def named_measures(expression: str, catalog: Catalog) -> tuple[str, ...]:
    """The measures an expression such as `a / b` names, in order."""
    named = {key.casefold(): key for key in catalog.measures}
    words = (word.casefold() for word in re.findall(r"[A-Za-z][A-Za-z0-9_]*", expression))
    return tuple(dict.fromkeys(named[word] for word in words if word in named))


def in_order_of_use(catalog: Catalog) -> list[str]:
    """Every measure after those its expression names."""
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
