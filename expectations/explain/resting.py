"""What must be known before anything is concluded of an attribute: other attributes, datasets."""

from __future__ import annotations

from catalog.model import Attribute
from catalog.sql import check_condition
from catalog.tables import ENTITY_ID
from expectations.compiler.scene import Scene
from expectations.compiler.survival import rests_on, subtype_of


def needed_for(scene: Scene, attribute: Attribute) -> dict[str, None]:
    """The keys of the attribute, of all that it rests on, and of what says whom it applies to."""
    found = rests_on(scene, attribute)
    if condition := subtype_of(scene, attribute):
        columns = scene.by_column(attribute.entity)
        named = check_condition(condition, {ENTITY_ID: None, **columns}).columns
        for name, one in columns.items():
            found |= rests_on(scene, one) if name in named else {}
    return found


def datasets_for(scene: Scene, attribute: Attribute) -> tuple[str, ...]:
    """The datasets without which nothing is concluded of the attribute."""
    attributes = (scene.catalog.attributes[key] for key in needed_for(scene, attribute))
    claims = (claim for one in attributes for claim in one.all_claims)
    return tuple(dict.fromkeys(claim.field.rpartition(".")[0] for claim in claims))
