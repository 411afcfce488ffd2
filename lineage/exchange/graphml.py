"""Writes lineage as GraphML, which graph programs read (yEd, Gephi, networkx)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import networkx as nx

from catalog.model import Catalog
from lineage.excerpt import Excerpt, place_of


def graphml(excerpt: Excerpt, catalog: Catalog, expired: Mapping[str, date] | None = None) -> str:
    """A directed graph: nodes are URNs with kind, name, owner, the review date of what is expired,
    and what could not be followed;
    edges point downstream and carry type, use, dependency, how, order, file and line.
    """
    lost: dict[str, list[str]] = {}
    for item in excerpt.unresolved:
        lost.setdefault(item.urn, []).append(f"{item.text}: {item.reason}")
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for urn in excerpt.nodes:
        graph.add_node(
            urn,
            kind=urn.partition(":")[0],
            name=_clean(catalog.definitions[urn].named(catalog.language)),
            owner=_clean(catalog.owner_of(urn) or ""),
            expired_on=(expired or {})[urn].isoformat() if urn in (expired or {}) else "",
            unresolved=_clean("; ".join(lost.get(urn, ()))),
        )
    for edge in excerpt.edges:
        place = place_of(edge, catalog)
        graph.add_edge(
            edge.upstream,
            edge.downstream,
            type=edge.type,
            use=edge.use or "",
            dependency=edge.dependency,
            how=_clean(edge.how),
            order=edge.order,
            file=place.file if place else "",
            line=place.line if place else 0,
        )
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True))


def _clean(text: str) -> str:
    """A text without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
