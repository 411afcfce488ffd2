"""Makes canonical calculations of checked SQL, and proves two of them equal, or does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

from sqlglot import exp

from lineage.canonical.aggregates import recomputed
from lineage.canonical.forms import (
    ONE,
    ZERO,
    add,
    children,
    multiply,
    num,
    plainly,
    split_scale,
    terms_of,
)
from lineage.canonical.nouns import Canonical, Form
from lineage.canonical.queries import Given, Reader, Types
from lineage.canonical.reading import Opaque

Proof = Literal["identical", "equal_without_nulls"]
_COMPUTED = ("Add", "Sub", "Mul", "Neg", "Paren")


def canonical(
    tree: exp.Expr,
    types: Types,
    keys: Mapping[str, str],
    unit: Fraction = Fraction(1),
) -> Canonical:
    """The canonical form of a checked SELECT that gives one number.

    `types` are the tables' columns and their declared types, `keys` the columns no two rows of a
    table share. What is not understood becomes a form that only its like is equal to.
    """
    query = without_with(tree)
    form = _value(query, types, keys, certain=False)
    if form is None:
        text: Form = ("tree", _plain(query))
        return Canonical(text, text, unit=unit)
    loose = _value(query, types, keys, certain=True)
    strict, rounding = _unrounded(_along(form, loose=False))
    scale, bare = split_scale(strict)
    return Canonical(
        bare, _loosened(loose, rounding, scale), scale, rounding, unit, tuple(_aggregates(bare))
    )


def equality(left: Canonical, right: Canonical) -> Proof | None:
    """How far two calculations are proved equal; None where nothing is proved."""
    if left.in_ones != right.in_ones or left.quantum != right.quantum:
        return None
    if left.form == right.form:
        return "identical"
    if left.loose and left.loose == right.loose:
        return "equal_without_nulls"
    return None


def _value(query: exp.Expr, types: Types, keys: Mapping[str, str], *, certain: bool) -> Form | None:
    try:
        given = Reader(types, keys, certain=certain).read(query)
        return _number(given)
    except (Opaque, RecursionError, KeyError):
        return None


def _number(given: Given) -> Form:
    """The one number of a query: its column `value`, or its only one."""
    columns = [form for form, name in given.columns if name.casefold() == "value"]
    columns = columns or [form for form, _ in given.columns]
    if not given.single or len(columns) != 1:
        raise Opaque("it is not one number")
    return plainly(columns[0])


def _unrounded(form: Form) -> tuple[Form, int | None]:
    return (form[1], form[2]) if form[0] == "round" else (form, None)


def _loosened(form: Form | None, rounding: int | None, scale: Fraction) -> Form:
    """The form for data without gaps; empty where its scale or rounding became another."""
    if form is None:
        return ()
    loose, digits = _unrounded(_along(form, loose=True))
    own, bare = split_scale(loose)
    return bare if digits == rounding and own == scale else ()


def _along(form: Form, *, loose: bool) -> Form:
    """A value without what only decides whether there is a number at all.

    A quotient with zero below has no number, whether it is NULL or infinite. With `loose` a sum of
    nothing and a default for it are left out as well: where there is a number it is the same.
    """
    if form[0] == "round":
        return ("round", _along(form[1], loose=loose), form[2])
    if form[0] == "inexact":
        return ("inexact", _along(form[1], loose=loose))
    if form[0] in ("poly", "inv", "agg"):
        return _sum(form, loose)
    if form[:2] == ("node", "Div"):
        return _divided(form, loose)
    if form[0] == "node" and form[1] in _COMPUTED:
        parts = ((_along(part, loose=loose), name) for part, name in form[2])
        return (*form[:2], tuple(parts))
    if loose and form[0] == "coalesce":
        return _along(form[1][0], loose=True)
    if loose and form[0] == "case" and _is_guard(form):
        guarded: Form = form[1][0][1] if form[2] == ZERO else form[2]
        return _along(guarded, loose=True)
    return form


def _divided(form: Form, loose: bool) -> Form:
    """A quotient as it is computed, which has no number where zero stands below."""
    (above, _), (below, _) = form[2]
    below = _undefaulted(below)
    over = _sum(above, loose, below) if above[0] in ("poly", "agg") else _along(above, loose=loose)
    return (*form[:2], ((over, "this"), (_along(below, loose=loose), "expression")))


def _undefaulted(below: Form) -> Form:
    """What stands below a quotient, whether or not it is NULL instead of 0."""
    inner: Form = below[1] if below[0] == "nullif" and below[2] == ZERO else below
    return inner


def _sum(form: Form, loose: bool, below: Form = ZERO) -> Form:
    found: Form | None = None
    for factors, coefficient in terms_of(form).items():
        if loose and not coefficient:
            continue
        term = num(coefficient)
        for factor in factors:
            divided = (*factors, ("inv", below))
            if not (factor[:2] == ("agg", "any") and (loose or _divides(factor, divided))):
                term = multiply(term, _factor(factor, loose))
        found = term if found is None else add(found, term)
    return ZERO if found is None else found


def _factor(factor: Form, loose: bool) -> Form:
    if factor[0] == "inv":
        below = _undefaulted(factor[1])
        return (
            ("inv", _along(below, loose=True) if loose else below)
            if below[0] != "poly"
            else recomputed(("inv", below))
        )
    if loose and factor[:2] == ("agg", "sum0"):
        return ("agg", "sum", *factor[2:])
    return _along(factor, loose=loose) if factor[0] in ("coalesce", "case") else factor


def _divides(any_row: Form, factors: tuple[Form, ...]) -> bool:
    """Whether the rows that must be there are also counted below: no row, no number."""
    for factor in factors:
        if factor[0] == "inv":
            below = _undefaulted(factor[1])
            if below[:4] == ("agg", "count", False, None) and _is_within(below[4], any_row[4]):
                return True
    return False


def _is_within(rows: Form, others: Form) -> bool:
    """Whether all rows of the one are rows of the other."""
    return bool(rows[1] == others[1] and set(others[2]) <= set(rows[2]))


def _is_guard(form: Form) -> bool:
    """Whether a CASE gives 0 instead of dividing by zero."""
    if len(form[1]) != 1:
        return False
    ((condition, value),), default = form[1], form[2]
    if condition[0] == "eq" and condition[2] == ZERO and value == ZERO:
        below, quotient = condition[1], default
    elif condition[0] == "le" and condition[1] == ONE and default == ZERO:
        below, quotient = condition[2], value
        if below[:2] != ("agg", "count"):
            return False
    else:
        return False
    if quotient[:2] == ("node", "Div"):
        return bool(_undefaulted(quotient[2][1][0]) == below)
    terms = terms_of(quotient)
    return all(("inv", below) in factors for factors in terms)


def _aggregates(form: Form) -> Iterator[Form]:
    """The aggregates of a form, each once; whether there are rows at all is none."""
    seen = set[Form]()
    stack = [form]
    while stack:
        node = stack.pop()
        if node[0] != "agg":
            stack += list(children(node))[::-1]
        elif node[1] != "any" and node not in seen:
            seen.add(node)
            yield node


def without_with(tree: exp.Expr) -> exp.Expr:
    """The query with every common table written out where it is read."""
    tree = tree.copy()
    bodies: dict[str, exp.Expr] = {}
    for with_ in list(tree.find_all(exp.With)):
        for cte in with_.expressions:
            bodies[cte.alias.casefold()] = cte
    for cte in bodies.values():
        cte.this.set("with_", None)
    written: dict[str, exp.Expr] = {}
    for name, cte in bodies.items():
        written[name] = _written_out(cte.this, written)
        columns = cte.args["alias"].args.get("columns")
        if columns:
            written[name].meta["columns"] = columns
    tree.set("with_", None)
    return _written_out(tree, written)


def _written_out(tree: exp.Expr, bodies: Mapping[str, exp.Expr]) -> exp.Expr:
    for table in list(tree.find_all(exp.Table)):
        body = bodies.get(table.name.casefold()) if not table.args.get("db") else None
        if body is None:
            continue
        alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name, quoted=True))
        columns = body.meta.get("columns")
        if columns:
            alias.set("columns", [column.copy() for column in columns])
        table.replace(exp.Subquery(this=body.copy(), alias=alias))
    return tree


def _plain(node: Any) -> Any:
    """A tree as plain tuples, without what does not matter: quotes, places, comments."""
    if isinstance(node, list):
        return tuple(_plain(item) for item in node)
    if isinstance(node, exp.Paren):
        return _plain(node.this)
    if isinstance(node, exp.Identifier):
        return ("name", str(node.this).casefold())
    if isinstance(node, exp.Expr):
        parts = ((k, _plain(v)) for k, v in sorted(node.args.items()) if v not in (None, False, []))
        return (type(node).__name__, *parts)
    return str(node)
