"""Reads what stands in FROM: tables, inner queries, lists of values, functions, pivots, joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from lineage.origins import Missed, Output, merged, taken
from lineage.scopes import Frame, Relation, Tracing


def join_in(node: exp.Expr, frame: Frame, tracer: Tracing) -> None:
    """Put what stands in FROM or behind JOIN into the frame, with all that is joined to it."""
    if isinstance(node, exp.Join):
        _join(node, frame, tracer)
        return
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) and not node.alias:
        join_in(node.this, frame, tracer)
    else:
        frame.relations.append(_relation(node, frame, tracer))
    for join in node.args.get("joins") or ():
        join_in(join, frame, tracer)


def _join(node: exp.Join, frame: Frame, tracer: Tracing) -> None:
    before = len(frame.relations)
    join_in(node.this, frame, tracer)
    right = frame.relations[before:]
    names = [identifier.name for identifier in node.args.get("using") or ()]
    if node.method == "NATURAL":
        left = {name for relation in frame.relations[:before] for name in relation.by_name}
        names = [
            c.name for relation in right for c in relation.columns if c.name.casefold() in left
        ]
    for name in dict.fromkeys(names):
        _share(name, before, node, frame, tracer)
    tracer.note(node.args.get("on"), frame, "join")
    tracer.note(node.args.get("match_condition"), frame, "join")
    if node.kind in ("SEMI", "ANTI"):
        frame.relations[before:] = [replace(relation, hidden=True) for relation in right]


def _share(name: str, before: int, node: exp.Join, frame: Frame, tracer: Tracing) -> None:
    """One column for both sides of USING: the value of the side whose rows are all kept."""
    folded = name.casefold()
    left_frame = Frame(frame.common, None, frame.relations[:before], frame.shared)
    left = left_frame.resolve([folded], name)
    right = Frame(frame.common, None, frame.relations[before:]).resolve([folded], name)
    for side in (left, right):
        tracer.decide(side, "join")
        for miss in side.missed:
            tracer.miss(miss)
    if node.side == "FULL":
        both = merged(name, (left, right))
        frame.shared[folded] = Output(name, frozenset(taken(both.origins, "computed")), both.missed)
    else:
        frame.shared[folded] = (right if node.side == "RIGHT" else left).renamed(name)


def _relation(node: exp.Expr, frame: Frame, tracer: Tracing) -> Relation:
    """One thing in FROM under the names it can be called by."""
    if isinstance(node, exp.Lateral):
        inner = node.this
        found = _unnamed(inner, frame, tracer)
        alias = node.args.get("alias") or inner.args.get("alias")
    else:
        found = _unnamed(node, frame, tracer)
        alias = node.args.get("alias")
    found = _named(found, node, alias)
    for pivot in node.args.get("pivots") or ():
        found = _pivoted(found, pivot, frame, tracer)
        found = _named(found, pivot, pivot.args.get("alias")) if pivot.alias else found
    return found


def _named(found: Relation, node: exp.Expr, alias: exp.Expr | None) -> Relation:
    columns = [column.name for column in (alias.args.get("columns") or ())] if alias else []
    if alias and alias.name:
        return found.called([alias.name], columns)
    if isinstance(node, exp.Table):
        parts = [part.name for part in node.parts if isinstance(part, exp.Identifier)]
        names = [".".join(parts[index:]) for index in range(len(parts))]
        return found.called(names or found.names, columns)
    return found.called(found.names, columns)


def _unnamed(node: exp.Expr, frame: Frame, tracer: Tracing) -> Relation:
    match node:
        case exp.Table(this=exp.Identifier()):
            return _table(node, frame, tracer)
        case exp.Table():
            return _function(node.this, node, frame, tracer)
        case exp.Subquery(this=exp.Table() as table):
            inside = Frame(frame.common, frame)
            join_in(table, inside, tracer)
            columns = tuple(c for relation in inside.relations for c in relation.columns)
            return Relation(columns, inside.tables())
        case exp.Query() | exp.Values() | exp.Pivot():
            return tracer.query(node, frame, frame)
        case exp.Unnest():
            return _unnest(node, frame, tracer)
    return _function(node, node, frame, tracer)


def _table(node: exp.Table, frame: Frame, tracer: Tracing) -> Relation:
    written = ".".join(part.name for part in node.parts)
    common = frame.common.get(written.casefold())
    if common is not None:
        return replace(tracer.common(common), label=written)
    found = tracer.names.relation(written)
    if found is not None:
        tracer.tables |= found.tables
        return found
    missed = tracer.miss(Missed(written, "unknown table", "no such table is defined"))
    reason = f"its table {written} is not defined"
    return Relation(label=written, gap=Missed(written, missed.why, reason))


def _unnest(node: exp.Unnest, frame: Frame, tracer: Tracing) -> Relation:
    lists = [tracer.expression(part, frame, "computed") for part in node.expressions]
    for found in lists:
        tracer.decide(found, "join")
    columns = [found.renamed("unnest") for found in lists]
    alias = node.args.get("alias")
    named = alias.name if alias else ""
    aside = (columns[0].renamed(named),) if named and columns else ()
    if offset := node.args.get("offset"):
        columns.append(Output(offset.name if isinstance(offset, exp.Expr) else "ordinality"))
    return Relation(tuple(columns), label=named or "unnest", aside=aside)


def _function(made: exp.Expr, node: exp.Expr, frame: Frame, tracer: Tracing) -> Relation:
    """A function in FROM: of a series the column is known, of others only the data tells."""
    named = made.sql_name() if isinstance(made, exp.Func) else made.key
    name = (made.name if isinstance(made, exp.Anonymous) else named).lower()
    given = tracer.expression(made, frame, "computed")
    tracer.decide(given, "join")
    alias = node.args.get("alias")
    if isinstance(made, exp.GenerateSeries | exp.GenerateDateArray):
        names = [alias.name] if alias and alias.name else []
        aside = tuple(given.renamed(n) for n in (*names, "range"))
        return Relation((given.renamed("generate_series"),), label=name, aside=aside)
    if alias and alias.args.get("columns"):
        return Relation(label=name, others=given.origins)
    reason = f"which columns {name} gives is known only when it runs"
    return Relation(label=name, gap=tracer.miss(Missed(name, "dynamic", reason)))


def _pivoted(found: Relation, pivot: exp.Pivot, frame: Frame, tracer: Tracing) -> Relation:
    inside = Frame(frame.common, frame, [found])
    return (_unpivot if pivot.args.get("unpivot") else _pivot)(found, pivot, inside, tracer)


def _pivot(found: Relation, pivot: exp.Pivot, inside: Frame, tracer: Tracing) -> Relation:
    """Columns made of values: each comes from what is aggregated, and from what is spread out."""
    spread = list(pivot.args.get("fields") or pivot.expressions)
    made = pivot.args.get("using") or (pivot.expressions if pivot.args.get("fields") else [])
    keys = merged("", (tracer.expression(part, inside, "filter") for part in spread))
    sums = [tracer.expression(part, inside) for part in made]
    figures = [merged("", (part, keys)) for part in sums or [Output("", inside.rows())]]
    group = pivot.args.get("group")
    if group:
        tracer.note(group, inside, "group")
        stay = [tracer.expression(part, inside).renamed(part.name) for part in group.expressions]
    else:
        used = {column.name.casefold() for part in (*spread, *made) for column in _columns(part)}
        stay = [column for column in found.columns if column.name.casefold() not in used]
    names = _spread_names(pivot, spread)
    if names:
        columns = [figures[i % len(figures)].renamed(name) for i, name in enumerate(names)]
        return replace(found, columns=(*stay, *columns), aside=())
    others = merged("", figures).origins
    reason = "which columns PIVOT makes depends on the data"
    gap = tracer.miss(Missed("PIVOT", "dynamic", reason))
    return replace(found, columns=tuple(stay), aside=(), gap=gap, others=others)


def _spread_names(pivot: exp.Pivot, spread: Sequence[exp.Expr]) -> list[str]:
    if written := pivot.args.get("columns"):
        return [column.name for column in written]
    only = spread[0] if len(spread) == 1 and len(pivot.args.get("using") or ()) <= 1 else None
    return [value.name for value in only.expressions] if isinstance(only, exp.In) else []


def _unpivot(found: Relation, pivot: exp.Pivot, inside: Frame, tracer: Tracing) -> Relation:
    """Columns made into rows: one column of their names, and one of their values."""
    into = pivot.args.get("into")
    fields = pivot.args.get("fields") or ()
    turned = [part for one in fields for part in one.expressions] or pivot.expressions
    names = [into.this.name] if into else [one.this.name for one in fields] or ["name"]
    named = into.expressions if into else pivot.expressions if fields else ()
    values = [part.name for part in named] or ["value"]
    origins = merged("", (tracer.expression(part, inside) for part in turned))
    used = {column.name.casefold() for part in turned for column in _columns(part)}
    stay = [column for column in found.columns if column.name.casefold() not in used]
    made = [Output(name) for name in names] + [origins.renamed(name) for name in values]
    return replace(found, columns=(*stay, *made), aside=())


def _columns(part: exp.Expr) -> Iterator[exp.Column]:
    return part.find_all(exp.Column)
