"""Golden records and conflicts as text: what there is, where it comes from, what is disputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.plurals import plural
from catalog.truth import AttributeTold, EntityTold, GoldenDocument

MOST = 4


def tell_golden(document: GoldenDocument) -> Iterator[str]:
    """Lines about every entity: coverage, states, sources, what decided, what is contested."""
    for entity in document.entities:
        yield from _entity(entity, document)
        yield ""
    if document.output:
        yield f"{document.rows:,} rows written to {document.output}"


def _entity(entity: EntityTold, document: GoldenDocument) -> Iterator[str]:
    named = plural(entity.entity) if entity.records != 1 else entity.entity
    yield f"{entity.records:,} golden {named} as of {document.as_of}"
    if entity.unmatched:
        yield (
            f"  {entity.unmatched:,} records are not in the match map and stand alone; "
            "run `tekdogru match`"
        )
    width = max((len(one.attribute) for one in entity.attributes), default=0)
    for one in entity.attributes:
        yield from _attribute(one, width)


def _attribute(one: AttributeTold, width: int) -> Iterator[str]:
    covered = share(one.present, one.entities)
    contested = f", {one.contested:,} contested" if one.contested else ""
    states = ", ".join(f"{n:,} {state}" for state, n in one.states.items())
    yield f"  {one.attribute:<{width}}  {covered:>6} of {one.entities:,}: {states}{contested}"
    if one.sources:
        yield f"  {'':<{width}}    from {_listed(one.sources)}; decided by {_listed(one.reasons)}"


def _listed(counts: Mapping[str, int]) -> str:
    shown = [f"{name} {n:,}" for name, n in list(counts.items())[:MOST]]
    rest = len(counts) - len(shown)
    return ", ".join([*shown, *([f"{rest} more"] if rest else [])])


def share(part: int, whole: int) -> str:
    """A part of a whole as a percentage; a dash of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else "–"
