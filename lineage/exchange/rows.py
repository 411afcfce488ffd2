"""Writes lineage as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from catalog.model import Catalog
from catalog.model.whole import Place
from lineage.excerpt import Excerpt, place_of

HEADINGS = ("from", "to", "type", "how", "file", "line")
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def edge_rows(excerpt: Excerpt, catalog: Catalog) -> str:
    """One line per edge, from upstream to downstream; `how` is what is used of the upstream.

    What could not be followed has the type `unresolved`, its text as `from` and the reason as
    `how`. `file` and `line` say where the downstream definition is written.
    """
    return written(HEADINGS, _rows(excerpt, catalog))


def written(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV with a heading; a value that a spreadsheet would calculate gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([neutral(str(value)) for value in row] for row in rows)
    return out.getvalue().rstrip("\n")


def neutral(text: str) -> str:
    """A text in one line that a spreadsheet takes as text."""
    return harmless(" ".join(text.splitlines()))


def harmless(text: str) -> str:
    """A text that a spreadsheet does not calculate, with an apostrophe where it would have."""
    return f"'{text}" if text.startswith(_RUNS) or text.strip().startswith(_RUNS) else text


def _rows(excerpt: Excerpt, catalog: Catalog) -> Iterator[tuple[object, ...]]:
    for edge in excerpt.edges:
        place = place_of(edge, catalog)
        yield edge.upstream, edge.downstream, edge.type, edge.use or "", *_split(place)
    for item in excerpt.unresolved:
        place = catalog.places.find(item.urn, "calculation")
        yield item.text, item.urn, "unresolved", item.reason, *_split(place)


def _split(place: Place | None) -> tuple[str, object]:
    return (place.file, place.line) if place else ("", "")
