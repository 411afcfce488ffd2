"""What is asked of datasets: ids, who else knows their entities, freshness."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Dataset, Target
from catalog.plurals import plural
from expectations.compiler.scene import Scene
from expectations.plan import (
    Check,
    ConfirmedFigure,
    DatasetPlan,
    FieldPlan,
    FreshFigure,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    PopulationFigure,
)


def dataset_plan(dataset: Dataset) -> DatasetPlan:
    """The dataset as the engine reads it."""
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
        dataset.record,
        bool(dataset.confirmed_at and dataset.confirmed_at.means == "loaded"),
    )


def dataset_checks(scene: Scene) -> Iterator[Check]:
    """The checks of every dataset, in the order of the files."""
    for dataset in scene.catalog.datasets.values():
        if dataset.id:
            yield from _id_checks(scene, dataset)
        if dataset.population:
            yield scene.check(
                dataset,
                "population",
                PopulationFigure(dataset.path),
                "expect_population_to_be_decided",
                f"Of every row of {dataset.path} it is known whether it counts",
                part=("population",),
                reads=(dataset.path,),
                severity="info",
            )
        yield from _time_checks(scene, dataset)
        yield from _known_checks(scene, dataset)
        refresh = dataset.refresh or scene.catalog.sources[dataset.source].refresh
        if refresh:
            since = refresh.before(scene.as_of, scene.holidays)
            title = f"{dataset.path} is renewed every {refresh}"
            figure = FreshFigure(dataset.path, since)
            yield scene.check(
                dataset,
                "fresh",
                figure,
                "expect_dataset_to_be_fresh",
                title,
                part=("refresh",),
                reads=(dataset.path,),
            )


def _id_checks(scene: Scene, dataset: Dataset) -> Iterator[Check]:
    reads = (dataset.path,)
    yield scene.check(
        dataset,
        "id_present",
        IdPresentFigure(dataset.path),
        "expect_ids_to_be_present",
        f"Every row of {dataset.path} has a {dataset.id}",
        part=("id",),
        reads=reads,
    )
    if dataset.rows == "one":
        yield scene.check(
            dataset,
            "id",
            IdFigure(dataset.path),
            "expect_ids_not_to_repeat",
            f"{dataset.path} has one row per {dataset.id}",
            part=("id",),
            reads=reads,
        )


def _time_checks(scene: Scene, dataset: Dataset) -> Iterator[Check]:
    """What cannot be read as a time confirms nothing, so that other values would win unseen."""
    stated = [dataset.confirmed_at, *(field.confirmed_at for field in dataset.fields)]
    for key in dict.fromkeys(one.field for one in stated if one):
        field = dataset.field(key)
        if field is None:
            continue
        yield scene.check(
            dataset,
            "confirmed_at",
            ConfirmedFigure(dataset.path, key),
            "expect_times_to_be_readable",
            f"{field.path} says when its row was confirmed",
            what=key,
            part=("confirmed_at",),
            reads=(dataset.path,),
            severity="warning",
        )


def _known_checks(scene: Scene, dataset: Dataset) -> Iterator[Check]:
    for other, share in dataset.known_to.items():
        yield scene.check(
            dataset,
            "known_to",
            KnownFigure(dataset.path, other),
            "expect_entities_to_be_known",
            f"{other} knows the {plural(dataset.entity or 'record')} of {dataset.path}",
            what=other,
            part=("known_to", other),
            reads=(dataset.path, other),
            target=Target(target=share),
        )
