"""Writes lineage for people (indented text) and for programs (plain documents)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from catalog.cell_lineage import LINEAGE_VERSION
from catalog.model import Catalog
from lineage.edges import Edge, Unresolved
from lineage.excerpt import Excerpt
from lineage.graph import Lineage
from lineage.workbooks.beneath import Beneath, Nothing
from lineage.workbooks.telling import Told, nothing_told

_LONGEST = 72
_HEADINGS = {"up": "Rests on", "down": "Is used by"}
_UP_WORDS = {
    "contains": "part of",
    "copies": "copy of",
    "identifies": "identified by",
    "matches": "matched by",
    "claims": "claim",
    "checks": "checked with",
    "derives": "calculated from",
    "implements": "shows",
    "formula": "formula",
    "publishes": "publishes",
    "made_by": "makes",
    "reads": "reads",
    "should_read": "should read",
}
_DOWN_WORDS = {
    "contains": "contains",
    "copies": "copied to",
    "identifies": "identifies",
    "matches": "matched in",
    "claims": "claimed by",
    "checks": "checks",
    "derives": "used in calculation",
    "implements": "shown by",
    "formula": "used in formula",
    "publishes": "published in",
    "made_by": "made by",
    "reads": "read by",
    "should_read": "should be read by",
}


def tree(
    lineage: Lineage, catalog: Catalog, excerpt: Excerpt, urn: str, depth: int | None = None
) -> str:
    """An indented tree of what lies around a definition, each definition spelt out once.

    `excerpt` is what `around` takes of it, at most `depth` steps away.
    """
    lines = [label(catalog, urn)]
    for way in ("up", "down"):
        if excerpt.direction in (way, "both"):
            lines += ["", f"{_HEADINGS[way]}:"]
            branches = list(_branches(lineage, catalog, urn, way, depth))
            lines += branches or ["  nothing that is defined"]
    lines += _lost_lines(excerpt.unresolved)
    return "\n".join(lines)


def overview(lineage: Lineage, catalog: Catalog) -> str:
    """Every definition that rests on others, with what it rests on directly; then the gaps."""
    lines: list[str] = []
    for urn in lineage.graph:
        if above := _grouped(lineage, urn, "up", 1):
            lines += [label(catalog, urn)]
            lines += [f"  {label(catalog, node)}: {_how(edges, 'up')}" for _, node, edges in above]
    lines = lines or ["No definition rests on another."]
    return "\n".join([*lines, *_lost_lines(lineage.unresolved)])


def document(
    excerpt: Excerpt,
    catalog: Catalog,
    expired: Mapping[str, date] | None = None,
    beneath: Beneath | Nothing | None = None,
) -> dict[str, Any]:
    """An excerpt as plain values: nodes nearest first, the edges by which they were reached.

    `expired` holds the review dates of what is past them; `beneath` is what lies beneath a cell in
    its workbook, whose nodes and edges follow those of definitions.
    """
    nodes = [_node(catalog, node, (expired or {}).get(node)) for node in excerpt.nodes]
    edges = [_edge(edge) for edge in excerpt.edges]
    workbook = None
    if isinstance(beneath, Nothing):
        workbook = nothing_told(beneath.reason)
    elif beneath is not None and excerpt.urn:
        told = Told(beneath)
        origins = dict.fromkeys(urn for urns in beneath.pasted.values() for urn in urns)
        further = (urn for urn in origins if urn not in excerpt.nodes)
        nodes += [_node(catalog, urn, (expired or {}).get(urn)) for urn in further]
        nodes += told.nodes()
        edges += told.edges(excerpt.urn)
        workbook = told.summary()
    return {
        "schema_version": LINEAGE_VERSION,
        "urn": excerpt.urn,
        "direction": excerpt.direction,
        "nodes": nodes,
        "edges": edges,
        "unresolved": [
            {"urn": item.urn, "text": item.text, "reason": item.reason}
            for item in excerpt.unresolved
        ],
        "workbook": workbook,
    }


def _branches(
    lineage: Lineage, catalog: Catalog, urn: str, way: str, most: int | None
) -> Iterator[str]:
    """The lines below a definition, depth first, without recursion.

    Where `most` cuts the branches, what was spelt out further down is spelt out again.
    """
    spelt = {urn: 0}
    open_: list[tuple[int, str, list[Edge]]] = [*reversed(_grouped(lineage, urn, way, 1))]
    while open_:
        depth, node, edges = open_.pop()
        line = f"{'  ' * depth}{label(catalog, node)}: {_how(edges, way)}"
        if spelt.get(node, depth + 1) <= depth or (most is None and node in spelt):
            yield f"{line} (see above)"
            continue
        yield line
        if most is None or depth < most:
            spelt[node] = depth
            open_ += reversed(_grouped(lineage, node, way, depth + 1))


def _grouped(lineage: Lineage, urn: str, way: str, depth: int) -> list[tuple[int, str, list[Edge]]]:
    """The next definitions in a direction, each with the edges that lead there."""
    found: dict[str, list[Edge]] = {}
    for edge in lineage.edges_into(urn) if way == "up" else lineage.edges_out_of(urn):
        found.setdefault(edge.upstream if way == "up" else edge.downstream, []).append(edge)
    return [(depth, node, edges) for node, edges in found.items()]


def _how(edges: Sequence[Edge], way: str) -> str:
    """Edges in short: what they are, and the first text that says so."""
    words = _UP_WORDS if way == "up" else _DOWN_WORDS
    said: dict[str, None] = {}
    for edge in edges:
        order = f" {edge.order}" if edge.order else ""
        use = f" ({edge.use})" if edge.use not in (None, "direct") else ""
        text = f" [{short(edge.how)}]" if edge.how else ""
        said[f"{words[edge.type]}{order}{use}{text}"] = None
    return "; ".join(said)


def short(text: str) -> str:
    """A text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def label(catalog: Catalog, urn: str) -> str:
    """Kind, key and name of a definition."""
    definition = catalog.definitions[urn]
    name = definition.named(catalog.language)
    kind, _, path = urn.partition(":")
    return f"{kind} {path}" if name in (path, definition.key) else f"{kind} {path} “{name}”"


def _node(catalog: Catalog, urn: str, expired_on: date | None) -> dict[str, Any]:
    name = catalog.definitions[urn].named(catalog.language)
    return {
        "urn": urn,
        "kind": catalog.definitions[urn].kind,
        "name": name,
        "owner": catalog.owner_of(urn),
        "expired_on": expired_on.isoformat() if expired_on else None,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.upstream,
        "to": edge.downstream,
        "type": edge.type,
        "how": edge.how,
        "use": edge.use,
        "dependency": edge.dependency,
        "order": edge.order,
    }


def _lost_lines(missed: Sequence[Unresolved]) -> list[str]:
    lines = [f"  {item.urn}: {short(item.text)}: {item.reason}" for item in missed]
    return ["", "Could not be followed:", *lines] if lines else []
