"""Writes what the columns of calculations come from, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lineage.columns import ColumnLineage
from lineage.exchange.rows import written
from lineage.origins import ROWS, Missed, Origin, Output, dependency

HEADINGS = ("from", "to", "type", "how", "file", "line")
Naming = Callable[[Origin], str]
Place = tuple[str, object]
_CONSTANT = "constant: no column goes into it"


def plain_name(origin: Origin) -> str:
    """A column by its table: `crm.customers.e_mail`; the rows of a table by the table."""
    return f"rows of {origin.table}" if origin.column == ROWS else f"{origin.table}.{origin.column}"


def columns_text(found: Mapping[str, ColumnLineage], naming: Naming = plain_name) -> str:
    """Each statement's columns with their origins, its conditions, and what leads nowhere."""
    blocks = ["\n".join(_block(name, lineage, naming)) for name, lineage in found.items()]
    return "\n\n".join([*blocks, counted(found.values())])


def columns_document(
    found: Mapping[str, ColumnLineage], naming: Naming = plain_name
) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "statements": [
            {
                "of": name,
                "columns": [_output(output, naming) for output in lineage.outputs],
                "conditions": [_origin(origin, naming) for origin in sorted(lineage.conditions)],
                "unresolved": [missed._asdict() for missed in lineage.missed],
            }
            for name, lineage in found.items()
        ]
    }


def columns_rows(
    found: Mapping[str, ColumnLineage],
    places: Mapping[str, Place],
    naming: Naming = plain_name,
) -> str:
    """CSV: one line for each use of a column; `to` is the statement's own column after a #.

    A condition goes to the statement as a whole. `type` is value, condition, constant or
    unresolved; of what is unresolved `from` is the text and `how` the reason.
    """
    rows = ((*row, *places.get(row[1].partition("#")[0], ("", ""))) for row in _rows(found, naming))
    return written(HEADINGS, rows)


def counted(found: Iterable[ColumnLineage]) -> str:
    """How many columns were resolved, are constant, or are not resolved."""
    every = list(found)
    states = [output.state for lineage in every for output in lineage.outputs]
    lost = sum(len(lineage.missed) for lineage in every)
    return (
        f"{len(every):,} statement(s), {len(states):,} column(s): {states.count('resolved'):,} "
        f"resolved, {states.count('constant'):,} constant, {states.count('unresolved'):,} "
        f"unresolved; {lost:,} piece(s) could not be followed"
    )


def _block(name: str, lineage: ColumnLineage, naming: Naming) -> Iterator[str]:
    yield name
    for output in lineage.outputs:
        origins = [_said(origin, naming) for origin in sorted(output.origins)]
        if not origins:
            origins = [_CONSTANT] if output.state == "constant" else ["not resolved"]
        yield f"  {output.name}: {'; '.join(origins)}"
    if lineage.conditions:
        yield "  Which rows count, and how they are put together:"
        yield from (f"    {_said(origin, naming)}" for origin in sorted(lineage.conditions))
    if lineage.missed:
        yield "  Could not be followed:"
        yield from (f"    {_line(missed)}" for missed in lineage.missed)


def _line(missed: Missed) -> str:
    return f"{' '.join(missed.text.split())[:72]}: {missed.reason}"


def _said(origin: Origin, naming: Naming) -> str:
    return f"{origin.use} {naming(origin)}"


def _output(output: Output, naming: Naming) -> dict[str, Any]:
    return {
        "name": output.name,
        "state": output.state,
        "origins": [_origin(origin, naming) for origin in sorted(output.origins)],
    }


def _origin(origin: Origin, naming: Naming) -> dict[str, str]:
    return {"from": naming(origin), "use": origin.use, "dependency": dependency(origin.use)}


def _rows(found: Mapping[str, ColumnLineage], naming: Naming) -> Iterator[tuple[str, ...]]:
    for name, lineage in found.items():
        for output in lineage.outputs:
            to = f"{name}#{output.name}"
            if output.state == "constant":
                yield "", to, "constant", ""
            for origin in sorted(output.origins):
                yield naming(origin), to, dependency(origin.use), origin.use
        for origin in sorted(lineage.conditions):
            yield naming(origin), name, "condition", origin.use
        for missed in lineage.missed:
            yield missed.text, name, "unresolved", missed.reason
