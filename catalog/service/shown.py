"""What of a run's record an audience may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.model import Catalog, Cell, Definition
from catalog.model.definition import Visibility
from catalog.results import Reach, Result, RunRecord
from catalog.selections import told_selection


def shown_record(
    record: RunRecord, catalog: Catalog, visible: Mapping[str, Definition], audience: Visibility
) -> RunRecord:
    """The record without what speaks of definitions that the audience may not see; `visible` are
    those it may.

    Only those who may see everything get the keys of offending rows, which can be customers.
    """
    if audience == "restricted":
        return record
    results = tuple(
        result.model_copy(update={"samples": (), "reaches": _reached(result.reaches, visible)})
        for result in record.results
        if may_see_result(result, catalog, visible)
    )
    checks = {result.check for result in results}
    changes: dict[str, object] = {
        "results": results,
        "measures": {k: v for k, v in record.measures.items() if f"measure:{k}" in visible},
        "published": tuple(
            one for one in record.published if _may_see_cell(one.cell, catalog, visible)
        ),
        "waivers": tuple(one for one in record.waivers if one.check in checks),
        "selection": told_selection(
            record.selection, catalog, visible, (result.kind for result in results)
        ),
        "note": record.note if visible.keys() >= catalog.definitions.keys() else None,
        "fingerprints": {k: v for k, v in record.fingerprints.items() if f"dataset:{k}" in visible},
    }
    return record.model_copy(update=changes)


def may_see_result(result: Result, catalog: Catalog, visible: Mapping[str, Definition]) -> bool:
    """Whether a result speaks of a visible definition, and its check looks at visible ones only.

    What is not defined any more may have been restricted once: its results are not shown.
    """
    looked_at = (urn for path in _looked_at(result) for urn in _urns(path))
    hidden = (urn in catalog.definitions and urn not in visible for urn in looked_at)
    return result.urn in visible and not any(hidden)


def _reached(reach: Reach | None, visible: Mapping[str, Definition]) -> Reach | None:
    if reach is None:
        return None
    lists = {name: getattr(reach, name) for name in type(reach).model_fields}
    return Reach(**{name: tuple(u for u in urns if u in visible) for name, urns in lists.items()})


def _looked_at(result: Result) -> Iterator[str]:
    """The paths of fields, datasets and cells that stand in a check's key, and those it reads."""
    yield from result.check.removeprefix(f"{result.urn}/").partition(":")[2].split("~")
    yield from result.sources


def _urns(path: str) -> Iterator[str]:
    """What a path may stand for, and what that is part of."""
    yield f"source:{path.partition('.')[0]}"
    yield f"dataset:{path}"
    yield f"dataset:{path.rpartition('.')[0]}"
    yield f"field:{path}"
    yield f"cell:{path}"
    yield f"attribute:{path}"


def _may_see_cell(cell: str, catalog: Catalog, visible: Mapping[str, Definition]) -> bool:
    definition = visible.get(cell if ":" in cell else f"cell:{cell}")
    if not isinstance(definition, Cell):
        return False
    measure = f"measure:{definition.measure}"
    return measure in visible or measure not in catalog.definitions
