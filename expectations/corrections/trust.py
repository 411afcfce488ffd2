"""Looks up how far the sources can be trusted that claims want measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from catalog.corrections import Trust
from catalog.measured_trust import measure_trust
from catalog.model import Catalog
from catalog.store.corrections import CorrectionStore
from catalog.workspace import Workspace


def measured_trust(workspace: Workspace, catalog: Catalog, day: date) -> tuple[Trust, ...]:
    """What is known on a day of the sources that claims want measured, in order; of one of which
    nothing was ever found out, with counts of 0. The history is read only where a claim asks.
    """
    asked = sorted(set(measured_pairs(catalog)))
    if not asked:
        return ()
    votes = CorrectionStore(workspace.state_url, reading=True).votes(day)
    found = measure_trust(votes, day, workspace.settings.trust)
    known = {(one.source, one.attribute): one for one in found}
    return tuple(known.get(pair) or _nothing_known(*pair) for pair in asked)


def measured_pairs(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Source and attribute of every claim with `trust: measured`; of a copy its original's."""
    for attribute in catalog.attributes.values():
        for claim in attribute.all_claims:
            if claim.trust and claim.trust.measured:
                yield catalog.origin_of(claim.field).partition(".")[0], attribute.key


def _nothing_known(source: str, attribute: str) -> Trust:
    return Trust(
        source=source, attribute=attribute, right=0, wrong=0, share=None, low=None, high=None
    )
