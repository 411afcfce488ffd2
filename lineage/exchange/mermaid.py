"""Writes lineage as a Mermaid flow chart, small enough to be drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from catalog.model import Catalog
from lineage.edges import Edge
from lineage.excerpt import Excerpt

MOST_NODES = 200
MOST_ARROWS = 400  # Mermaid refuses more than 500 unless told otherwise
LONGEST = 60
EXPIRED = "<br/>(expired)"


def mermaid(excerpt: Excerpt, catalog: Catalog, expired: Collection[str] = ()) -> str:
    """The chart; the nearest definitions are drawn, and a box says how many are not.

    Dotted arrows are conditions: they decide which rows or values count, without giving any.
    Boxes of `expired` definitions say so and have a dashed border.
    """
    drawn = {urn: f"n{number}" for number, urn in enumerate(excerpt.nodes[:MOST_NODES])}
    arrows = _arrows(excerpt.edges)
    shown = {ends: edges for ends, edges in arrows.items() if set(ends) <= drawn.keys()}
    lines = ["flowchart LR"]
    lines += [
        f'  {name}["{_box(urn, catalog)}{EXPIRED if urn in expired else ""}"]'
        for urn, name in drawn.items()
    ]
    for (start, end), edges in list(shown.items())[:MOST_ARROWS]:
        lines.append(f"  {drawn[start]} {_arrow(edges)} {drawn[end]}")
    if past := [name for urn, name in drawn.items() if urn in expired]:
        lines += [
            "  classDef expired stroke-dasharray:6 3,stroke-width:2px",
            f"  class {','.join(past)} expired",
        ]
    lines += _cut(len(excerpt.nodes) - len(drawn), len(arrows) - min(len(shown), MOST_ARROWS))
    if excerpt.unresolved:
        lost = f"{len(excerpt.unresolved)} piece(s) could not be followed; --format text names them"
        lines.append(f'  lost["{lost}"]')
    return "\n".join(lines)


def _arrows(edges: Iterable[Edge]) -> dict[tuple[str, str], list[Edge]]:
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.upstream, edge.downstream), []).append(edge)
    return found


def _arrow(edges: list[Edge]) -> str:
    said = ", ".join(dict.fromkeys(_said(edge) for edge in edges))
    line = "-->" if any(edge.dependency == "value" for edge in edges) else "-.->"
    return f'{line}|"{said}"|'


def _said(edge: Edge) -> str:
    kind = edge.type.replace("_", " ")
    return kind if edge.use in (None, "direct") else f"{kind} ({edge.use})"


def _box(urn: str, catalog: Catalog) -> str:
    name = catalog.definitions[urn].named(catalog.language)
    kind, _, path = urn.partition(":")
    return f"{escaped(name)}<br/>{escaped(f'{kind} {path}')}"


def escaped(text: str) -> str:
    """A text as Mermaid shows it and nothing else: one line, signs of its language as entities."""
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return "".join(c if c.isalnum() or c in " .,-_/…()'" else f"#{ord(c)};" for c in line)


def _cut(nodes: int, arrows: int) -> list[str]:
    if not nodes and not arrows:
        return []
    said = f"{nodes} more definitions and {arrows} more arrows are not drawn; narrow it, "
    said += "for example with --depth"
    return [f"  %% {said}", f'  cut["{said}"]']
