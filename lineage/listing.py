"""Writes lineage and impact for people (indented text) and for programs (plain documents)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from catalog.model import Catalog
from lineage.edges import Edge
from lineage.graph import Lineage
from lineage.impact import Impact, Reached

Direction = Literal["up", "down", "both"]
_LONGEST = 72
_HEADINGS = {"up": "Rests on", "down": "Is used by"}
_UP_WORDS = {
    "contains": "part of",
    "copies": "copy of",
    "identifies": "identified by",
    "claims": "claim",
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
    "claims": "claimed by",
    "derives": "used in calculation",
    "implements": "shown by",
    "formula": "used in formula",
    "publishes": "published in",
    "made_by": "made by",
    "reads": "read by",
    "should_read": "should be read by",
}


def tree(lineage: Lineage, catalog: Catalog, urn: str, direction: Direction) -> str:
    """An indented tree in one or both directions, each definition spelt out once."""
    lines = [_label(catalog, urn)]
    for way in ("up", "down"):
        if direction in (way, "both"):
            lines += ["", f"{_HEADINGS[way]}:"]
            branches = list(_branches(lineage, catalog, urn, way))
            lines += branches or ["  nothing that is defined"]
    lines += _unresolved_lines(lineage, _shown(lineage, urn, direction))
    return "\n".join(lines)


def document(lineage: Lineage, catalog: Catalog, urn: str, direction: Direction) -> dict[str, Any]:
    """The lineage as plain values: nodes nearest first, the edges by which they were reached."""
    ways = [way for way in ("up", "down") if direction in (way, "both")]
    edges = [edge for way in ways for edge in _edges(lineage, urn, way)]
    shown = _shown(lineage, urn, direction)
    return {
        "urn": urn,
        "direction": direction,
        "nodes": [_node(lineage, catalog, node) for node in shown],
        "edges": [_edge(edge) for edge in dict.fromkeys(edges)],
        "unresolved": [
            {"urn": item.urn, "text": item.text, "reason": item.reason}
            for item in lineage.unresolved
            if item.urn in set(shown)
        ],
    }


def impact_text(impact: Impact, catalog: Catalog) -> str:
    """The impact in words: cells by report and team, then touchpoints, each with its way."""
    title = _label(catalog, impact.urn)
    if not impact:
        return f"{title}\n\nNo cell, report or touchpoint rests on it."
    lines = [title, "", _summary(impact)]
    for report in impact.reports:
        lines += ["", _report_line(report, catalog)]
        mine = [c for c in impact.cells if catalog.cells[_path(c.urn)].report == _path(report.urn)]
        lines += [line for cell in mine for line in _reached_lines(cell, catalog)]
        if not mine:
            lines.append(f"    {_way(report, catalog)}")
    if impact.touchpoints:
        lines += ["", "Touchpoints that read it or should:"]
        lines += [line for t in impact.touchpoints for line in _reached_lines(t, catalog)]
    return "\n".join(lines)


def impact_document(impact: Impact) -> dict[str, Any]:
    """The impact as plain values."""
    lists = ("cells", "reports", "teams", "touchpoints")
    return {"urn": impact.urn} | {
        name: [{"urn": r.urn, "name": r.name, "path": list(r.path)} for r in getattr(impact, name)]
        for name in lists
    }


def _branches(lineage: Lineage, catalog: Catalog, urn: str, way: str) -> Iterator[str]:
    """The lines below a definition, depth first, without recursion."""
    seen = {urn}
    open_: list[tuple[int, str, list[Edge]]] = [*reversed(_grouped(lineage, urn, way, 1))]
    while open_:
        depth, node, edges = open_.pop()
        line = f"{'  ' * depth}{_label(catalog, node)}: {_how(edges, way)}"
        if node in seen:
            yield f"{line} (see above)"
            continue
        seen.add(node)
        yield line
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
        role = f" ({edge.role})" if edge.role not in (None, "value") else ""
        text = f" [{_short(edge.how)}]" if edge.how else ""
        said[f"{words[edge.type]}{order}{role}{text}"] = None
    return "; ".join(said)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _label(catalog: Catalog, urn: str) -> str:
    definition = catalog.definitions[urn]
    name = definition.named(catalog.language)
    kind, _, path = urn.partition(":")
    return f"{kind} {path}" if name in (path, definition.key) else f"{kind} {path} “{name}”"


def _edges(lineage: Lineage, urn: str, way: str) -> Iterator[Edge]:
    reached = lineage.up(urn) if way == "up" else lineage.down(urn)
    for node in (urn, *reached):
        yield from lineage.edges_into(node) if way == "up" else lineage.edges_out_of(node)


def _shown(lineage: Lineage, urn: str, direction: Direction) -> list[str]:
    up = lineage.up(urn) if direction != "down" else ()
    down = lineage.down(urn) if direction != "up" else ()
    return list(dict.fromkeys((urn, *up, *down)))


def _node(lineage: Lineage, catalog: Catalog, urn: str) -> dict[str, Any]:
    name = catalog.definitions[urn].named(catalog.language)
    return {
        "urn": urn,
        "kind": lineage.kind(urn),
        "name": name,
        "owner": catalog.owner_of(urn),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.upstream,
        "to": edge.downstream,
        "type": edge.type,
        "how": edge.how,
        "role": edge.role,
        "order": edge.order,
    }


def _unresolved_lines(lineage: Lineage, shown: Sequence[str]) -> list[str]:
    inside = set(shown)
    missed = [item for item in lineage.unresolved if item.urn in inside]
    lines = [f"  {item.urn}: {_short(item.text)}: {item.reason}" for item in missed]
    return ["", "Could not be followed:", *lines] if lines else []


def _summary(impact: Impact) -> str:
    counted = [
        _count(len(impact.cells), "cell"),
        _count(len(impact.reports), "report"),
        _count(len(impact.teams), "team"),
        _count(len(impact.touchpoints), "touchpoint"),
    ]
    return f"Reaches {', '.join(counted[:-1])} and {counted[-1]}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _report_line(report: Reached, catalog: Catalog) -> str:
    definition = catalog.reports[_path(report.urn)]
    team = catalog.teams.get(definition.team)
    made = team.named(catalog.language) if team else definition.team
    return f"Report “{report.name}” of {made}:"


def _reached_lines(reached: Reached, catalog: Catalog) -> list[str]:
    path = _path(reached.urn)
    cell = catalog.cells.get(path)
    where = f", {cell.at}" if cell and cell.at else ""
    key = path.rpartition("/")[2]
    return [f"  {reached.name} ({key}{where})", f"    {_way(reached, catalog)}"]


def _way(reached: Reached, catalog: Catalog) -> str:
    between = reached.path[1:-1]
    if not between:
        return "directly"
    return "by way of " + " → ".join(_label(catalog, urn) for urn in between)


def _path(urn: str) -> str:
    return urn.partition(":")[2]
