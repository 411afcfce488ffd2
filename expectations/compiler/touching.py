"""What touchpoints read, as attributes of their own that have one claim and no rule."""

from __future__ import annotations

from dataclasses import replace

from catalog.model import Attribute, Claim
from expectations.compiler.scene import Scene
from expectations.compiler.survival import all_candidates, candidate_of
from expectations.plan import Candidate, GoldenColumn
from expectations.survival import Guards


def reading_key(attribute: str, field: str) -> str:
    """The key under which the engine answers what is read of an attribute in a field."""
    return f"{attribute}<{field}"


def reading_column(scene: Scene, attribute: Attribute, field: str) -> GoldenColumn | None:
    """What is read in a field, cleansed and compared as the attribute's own values are.

    None where the field's dataset knows nothing of the attribute's entity.
    """
    dataset = scene.catalog.dataset_of(field)
    if dataset is None or dataset.entity != attribute.entity:
        return None
    key = reading_key(attribute.key, field)
    candidate = replace(_candidate(scene, attribute, field), guards=Guards(), when=None, number=1)
    return GoldenColumn(
        key, attribute.entity, key, attribute.type, (replace(candidate, voter=None),)
    )


def _candidate(scene: Scene, attribute: Attribute, field: str) -> Candidate:
    """The first claim on the field, which says how its rows are picked; else one made for it."""
    for candidate in all_candidates(scene, attribute):
        if candidate.column.path == field:
            return candidate
    return candidate_of(scene, attribute, Claim(field=field), 1)
