"""Who may see what of a catalog: the one question pages, lists, search and services ask."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.model import Catalog, Definition
from catalog.model.definition import Visibility

WIDEST_FIRST: tuple[Visibility, ...] = ("public", "internal", "restricted")


def visible_to(catalog: Catalog, audience: Visibility = "internal") -> Mapping[str, Definition]:
    """The definitions an audience may see, by URN, in the catalog's order.

    `public` sees what is public, `internal` that and what is internal, `restricted` all.
    """
    return {
        urn: definition
        for urn, definition in catalog.definitions.items()
        if may_see(catalog, definition, audience)
    }


def may_see(catalog: Catalog, definition: Definition, audience: Visibility = "internal") -> bool:
    """Whether an audience may see a definition; a part is never seen more widely than its whole."""
    if WIDEST_FIRST.index(definition.visibility) > WIDEST_FIRST.index(audience):
        return False
    whole = catalog.whole_of(definition)
    return whole is None or may_see(catalog, whole, audience)
