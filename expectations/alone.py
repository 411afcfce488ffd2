"""Calculations and golden records asked for by themselves, without the checks around them."""

from __future__ import annotations

from dataclasses import replace

from expectations.plan import Check, ComputesFigure, EntityPlan


def fed_alone(entity: EntityPlan) -> EntityPlan:
    """The entity with those datasets alone that make up its golden records."""
    fed = tuple(path for path in entity.datasets if path in entity.feeding)
    return replace(entity, datasets=fed)


def computes(key: str, reads: tuple[str, ...]) -> Check:
    """What asks for a calculation."""
    return Check(
        key=f"{key}/computes",
        kind="computes",
        urn=key,
        title=key,
        severity="info",
        owner=None,
        figure=ComputesFigure(key),
        expectation="expect_measure_to_compute",
        reads=reads,
    )
