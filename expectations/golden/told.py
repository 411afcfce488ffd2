"""Golden records and conflicts as text: what there is, where it comes from, what is disputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.plurals import plural
from catalog.truth import (
    AttributeTold,
    ClosedDocument,
    ConflictsDocument,
    EntityTold,
    GoldenDocument,
    Say,
)

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


def tell_conflicts(document: ConflictsDocument) -> Iterator[str]:
    """Lines about every attribute with conflicts, the most disputed first."""
    disputed = [one for one in document.attributes if one.contested]
    for one in disputed:
        yield (
            f"{one.attribute}: {one.contested:,} of {one.entities:,} contested "
            f"({share(one.contested, one.entities)})"
        )
        for standing in one.standings:
            told = f"won {standing.won:,}, agreed {standing.agreed:,}, lost {standing.lost:,}"
            yield f"  {standing.who}: {told}; {_listed(standing.reasons)}".rstrip("; ")
        for example in one.examples:
            yield f"    {example.entity_id}: {example.value or 'no value'}"
            yield from (f"      {_said(say)}" for say in example.says)
        yield ""
    quiet = len(document.attributes) - len(disputed)
    if quiet:
        yield f"{quiet} of {len(document.attributes)} attributes have no conflict"
    if document.output:
        yield f"{document.rows:,} rows written to {document.output}"


def _said(say: Say) -> str:
    held = say.cleansed if say.cleansed is not None else say.raw
    outcome = "survives" if say.winner else f"lost: {say.reason}"
    return f"{say.dataset} {say.record_id}: {held or 'nothing'} ({say.state}; {outcome})"


def tell_closed(document: ClosedDocument) -> Iterator[str]:
    """Lines about what was frozen for a period."""
    said = f"is stated anew: {document.reason}" if document.reason else "is frozen"
    if not document.changed:
        last = max(document.versions.values())
        said = f"stays as it is: nothing has changed since version {last}"
    yield f"{document.period} as of {document.as_of} {said}"
    for entity, records in document.entities.items():
        version = document.versions[f"golden {entity}/{document.period}"]
        yield f"  {records:,} golden {plural(entity)} (version {version})"
    version = document.versions[f"measures {document.period}"]
    yield f"  {document.measures:,} measures (version {version})"
    for measure, why in document.missing.items():
        yield f"  {measure} has no value: {why}"
