"""What is asked of touchpoints: that they read what the golden record says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.model import Attribute, Touchpoint
from catalog.model.targets import Target, target_of
from expectations.compiler.scene import Scene
from expectations.compiler.survival import read_for
from expectations.compiler.touching import reading_column
from expectations.golden_figures import ReadsFigure
from expectations.plan import Check, GoldenColumn


def touchpoint_checks(scene: Scene, golden: Mapping[str, GoldenColumn]) -> Iterator[Check]:
    """The checks of every touchpoint that states how much of what it reads must be golden."""
    for touchpoint in scene.catalog.touchpoints.values():
        for key, field in touchpoint.reads.items():
            target = target_of(touchpoint.against_golden, key)
            if target:
                attribute = scene.catalog.attributes[key]
                yield from _check(scene, touchpoint, attribute, golden[key], field, target)


def _check(
    scene: Scene,
    touchpoint: Touchpoint,
    attribute: Attribute,
    golden: GoldenColumn,
    field: str,
    target: Target,
) -> Iterator[Check]:
    read = reading_column(scene, attribute, field)
    if read is None:
        return  # the definitions are not valid
    (candidate,) = read.candidates
    rests = scene.feeding(attribute.entity) if attribute.apply_to else read_for(scene, attribute)
    yield scene.check(
        touchpoint,
        "reads",
        ReadsFigure(golden, candidate, accepts_stale(scene, touchpoint)),
        "expect_touchpoint_to_read_golden_values",
        f"{touchpoint.name} reads the golden value of {attribute.name}",
        what=attribute.key,
        part=("reads", attribute.key),
        severity=attribute.severity,
        reads=tuple(dict.fromkeys([*rests, candidate.column.dataset])),
        target=target,
    )


def accepts_stale(scene: Scene, touchpoint: Touchpoint) -> bool:
    """Whether a value that is no longer current will do: its purpose says so, or it has none."""
    purpose = scene.catalog.purposes.get(touchpoint.purpose or "")
    return purpose is None or "stale" in purpose.accepts
