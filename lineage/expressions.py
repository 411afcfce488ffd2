"""Says what an SQL expression comes from: its columns, nested queries, aggregates, windows."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from lineage.origins import Missed, Origin, Output, Use, dependency, merged, taken
from lineage.parts import Part, is_aggregate, parts_of
from lineage.scopes import Frame, Tracing

Names = frozenset[str]


def gather(
    parts: Iterable[Part], frame: Frame, tracer: Tracing, local: Names = frozenset()
) -> Output:
    """What several parts come from together; `local` are names that a lambda gives.

    It goes down without recursion, but for nested queries and aggregates.
    """
    origins: set[Origin] = set()
    missed: dict[Missed, None] = {}
    stack = [(node, use, local) for node, use in parts]
    while stack:
        node, use, names = stack.pop()
        found = _leaf(node, frame, tracer, names)
        if found is not None:
            origins.update(taken(found.origins, use))
            missed |= dict.fromkeys(found.missed)
            continue
        if isinstance(node, exp.Lambda):
            names = names | {name.name.casefold() for name in node.expressions}
            stack.append((node.this, use, names))
        else:
            stack += [(child, part, names) for child, part in parts_of(node, use)]
    return Output("", frozenset(origins), tuple(missed))


def _leaf(node: exp.Expr, frame: Frame, tracer: Tracing, local: Names) -> Output | None:
    """What a node comes from that is not simply the sum of its parts, else None."""
    match node:
        case exp.Column():
            return _column(node, frame, tracer, local)
        case exp.Query():
            return merged("", tracer.query(node, frame, frame).columns)
        case exp.Exists():
            inner = tracer.query(node.this, frame, frame)
            return Output("", Frame({}, None, [inner]).rows())
        case exp.Star():
            return frame.all_columns()
        case exp.Columns():
            return _chosen(frame, tracer)
        case exp.Window() | exp.WithinGroup():
            return _over_rows(node, frame, tracer, local)
    return _over_rows(node, frame, tracer, local) if is_aggregate(node) else None


def _column(node: exp.Column, frame: Frame, tracer: Tracing, local: Names) -> Output:
    names = [part.name.casefold() for part in node.parts]
    if names[0] in local:
        return Output("")
    if isinstance(node.this, exp.Star):
        qualifier = ".".join(names[:-1])
        held = [relation for relation in frame.relations if qualifier in relation.names]
        return merged("", (column for relation in held for column in relation.columns))
    found = frame.resolve(names, ".".join(part.name for part in node.parts))
    for miss in found.missed:
        tracer.miss(miss)
    return found


def _over_rows(node: exp.Expr, frame: Frame, tracer: Tracing, local: Names) -> Output:
    """What an aggregate or a window comes from; without any column, the rows it counts."""
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return Output("", frame.rows())
    step: Use = "direct" if isinstance(node, exp.Window) else "aggregated"
    parts = list(parts_of(node, step))
    if isinstance(node, exp.WithinGroup):
        parts = [*parts_of(node.this, step), (node.expression, step)]
    if isinstance(node, exp.Window) and (named := frame.windows.get(node.alias.casefold())):
        parts += [part for part in parts_of(named, step) if dependency(part[1]) == "condition"]
    found = gather(parts, frame, tracer, local)
    if found.missed or any(dependency(origin.use) == "value" for origin in found.origins):
        return found
    return Output("", found.origins | frame.rows())


def _chosen(frame: Frame, tracer: Tracing) -> Output:
    """`COLUMNS(…)`: any of all columns."""
    reason = "which columns it stands for depends on their names"
    missed = tracer.miss(Missed("COLUMNS", "dynamic", reason))
    whole = frame.all_columns()
    return Output("", whole.origins, (*whole.missed, missed))
