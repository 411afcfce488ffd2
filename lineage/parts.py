"""What each part of an SQL expression is there for: its value, or a condition."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from lineage.origins import Use, dependency

PICKING = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)
"""Window functions that take one row's value, though the parser counts them among aggregates."""

_AGGREGATES = frozenset(
    {"approx_top_k", "arbitrary", "bitstring_agg", "entropy", "favg", "fsum", "geomean"}
    | {"histogram", "kahan_sum", "kurtosis", "list", "mad", "mode", "product", "sem", "skewness"}
)
_TRANSPARENT = (exp.Paren, exp.Alias)
_VALUELESS = (exp.Identifier, exp.Literal, exp.Var, exp.DataType, exp.TableAlias)
Part = tuple[exp.Expr, Use]


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node makes one value out of several rows."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _AGGREGATES
    return isinstance(node, exp.AggFunc) and not isinstance(node, PICKING)


def parts_of(node: exp.Expr, use: Use) -> Iterator[Part]:
    """The parts of a node, each with what it is used for when the node itself is used so."""
    step = use if use != "direct" or isinstance(node, _TRANSPARENT) else "computed"
    for name, value in node.args.items():
        part = _deciding(node, name) if dependency(use) == "value" else None
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, exp.Expr) and not isinstance(child, _VALUELESS):
                yield child, part or step


def _deciding(node: exp.Expr, name: str) -> Use | None:
    """The condition that a part of a node is, or None when it gives the value."""
    match node, name:
        case (exp.Case() | exp.If(), "this") | (exp.Filter() | exp.Nullif(), "expression"):
            return "filter"
        case exp.Window(), "partition_by":
            return "group"
        case exp.Window(), "order" | "spec":
            return "order"
        case exp.Order(), "expressions" if node.args.get("this"):
            return "order"
        case exp.ArgMax() | exp.ArgMin(), "expression":
            return "order"
    return None
