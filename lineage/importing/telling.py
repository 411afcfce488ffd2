"""Tells what an import did or would do: as a document, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.exchanges import ChangeTold, FileImported, ImportDocument, LeftTold, RefusedTold
from lineage.importing.bringing import Import
from lineage.importing.merging import Change
from lineage.importing.wording import count_of

_MOST = 20
_ORIGIN = "imported"
"""Where a definition came from follows the file by itself; in words that is not told."""
_WORDS = {
    "new": "new",
    "updated": "updated, as the file says now",
    "conflicting": "changed in the file and in the catalog; what the catalog says stays",
    "kept": "as stewards wrote it, not as the file says",
    "vanished": "no longer in the file; take them out, or mark them retired",
    "removed": "taken out of the catalog by hand; they stay out",
}


def document_of(imports: Sequence[Import], *, dry_run: bool) -> ImportDocument:
    """The imports as they are printed in JSON."""
    return ImportDocument(dry_run=dry_run, files=tuple(_file(one) for one in imports))


def text_of(imports: Sequence[Import], *, dry_run: bool) -> str:
    """The imports in words: counts, then what changes and what was left, the first of each."""
    return "\n".join(line for one in imports for line in _lines(one, dry_run))


def _file(one: Import) -> FileImported:
    return FileImported(
        file=one.brought.file,
        format=one.brought.format,
        name=one.brought.name,
        brought=dict(one.counts),
        written=tuple(one.prepared.texts),
        changes=tuple(_change(change) for change in one.prepared.merged.changes),
        left_out=tuple(LeftTold(what=left.what, reason=left.reason) for left in one.left_out),
        refused=tuple(RefusedTold(place=r.place, reason=r.reason) for r in one.brought.refused),
        warnings=tuple(str(problem) for problem in one.prepared.problems),
    )


def _change(change: Change) -> ChangeTold:
    return ChangeTold(
        urn=change.urn,
        how=change.how,
        key=change.key,
        was=change.base,
        now=change.theirs,
        stands=change.ours,
    )


def _lines(one: Import, dry_run: bool) -> Iterator[str]:
    counted = ", ".join(count_of(count, _single(kind)) for kind, count in one.counts.items())
    yield f"{one.brought.file}: {counted or 'nothing that could be drafted'}"
    changes = [change for change in one.prepared.merged.changes if change.key != _ORIGIN]
    for how, words in _WORDS.items():
        found = [change for change in changes if change.how == how]
        yield from _some(f"  {len(found):,} {words}", [_told(change) for change in found])
    left = [f"{item.what}: {item.reason}" for item in one.left_out]
    yield from _some(f"  {len(left):,} left out", left)
    refused = [f"{item.place}: {item.reason}" for item in one.brought.refused]
    yield from _some(f"  {len(refused):,} refused", refused, most=len(refused))
    warnings = len(one.prepared.problems)
    if warnings:
        counted = count_of(warnings, "warning")
        yield f"  {counted} on these definitions; `tekdogru validate` lists them"
    if not one.prepared.texts:
        yield "  nothing changed"
    else:
        verb = "would be written" if dry_run else "written"
        yield f"  {verb}: {', '.join(one.prepared.texts)}"


def _single(kind: str) -> str:
    """One of a kind, by the name of its list: an entity of `entities`."""
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind.removesuffix("s")


def _some(heading: str, items: Sequence[str], most: int = _MOST) -> Iterator[str]:
    if not items:
        return
    yield f"{heading}:"
    yield from (f"    {item}" for item in items[:most])
    if len(items) > most:
        yield f"    … and {len(items) - most:,} more (--format json lists all)"


def _told(change: Change) -> str:
    if change.key is None:
        return change.urn
    if change.how == "updated":
        return f"{change.urn} {change.key}: {_short(change.base)} → {_short(change.theirs)}"
    said = f"catalog {_short(change.ours)}, file {_short(change.theirs)}"
    return f"{change.urn} {change.key}: {said}"


def _short(value: object) -> str:
    text = " ".join(str("nothing" if value is None else value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
