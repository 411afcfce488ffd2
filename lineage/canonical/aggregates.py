"""Aggregates over rows in canonical form: filters among the conditions, scales in front."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, permutations, product

from lineage.canonical.conditions import is_null_with, present
from lineage.canonical.forms import (
    NULL,
    ZERO,
    add,
    exactly,
    from_terms,
    invert,
    multiply,
    num,
    plainly,
    rebuilt,
    split_scale,
    terms_of,
    walk,
)
from lineage.canonical.kinds import is_never_null
from lineage.canonical.nouns import Form
from lineage.canonical.reading import Opaque
from lineage.canonical.rows import Rows, Table, renamed, settle

RAW = "~"
"""How the name of a table begins until its calculation is read."""
MOST_ORDERS, MOST_ALIKE = 120, 4


def closed(form: Form, rows: Rows) -> Form:
    """A value whose aggregates go through these rows. Raises Opaque for columns outside of them."""
    found = rebuilt(defaulted(form), lambda part: _close(part, rows))
    if any(node[0] == "col" and node[1] in rows.aliases for node in _outside(found)):
        raise Opaque("a column outside of the aggregates")
    return found


def _outside(form: Form) -> Iterator[Form]:
    """The nodes of a value that do not lie within an aggregate."""
    if form[0] != "agg":
        yield form
        from lineage.canonical.forms import children

        for part in children(form):
            yield from _outside(part)


def _close(part: Form, rows: Rows) -> Form:
    if part[0] != "pagg":
        return recomputed(part)
    _, name, distinct, argument, conditions = part
    return aggregate(name, distinct, argument, rows.where(*conditions))


def recomputed(part: Form) -> Form:
    """A sum or quotient whose parts were replaced, put together again."""
    if part[0] == "poly":
        found = ZERO
        for coefficient, factors in part[1]:
            term = num(coefficient)
            for factor in factors:
                term = multiply(term, factor)
            found = add(found, term) if found != ZERO else term
        return found
    return invert(part[1]) if part[0] == "inv" and part[1][0] == "poly" else part


def defaulted(form: Form) -> Form:
    """`coalesce(sum(x), 0)` as a sum that is 0 where there is nothing."""

    def change(part: Form) -> Form:
        if part[0] == "coalesce" and len(part[1]) == 2 and part[1][1] == ZERO:
            scale, inner = split_scale(part[1][0])
            if inner[0] == "pagg" and inner[1] == "sum" and not inner[2]:
                return multiply(num(scale), ("pagg", "sum0", *inner[2:]))
            if inner[0] == "pagg" and inner[1] == "count_if":
                conditions = (*inner[4], inner[3])
                return multiply(num(scale), ("pagg", "count", False, None, conditions))
        return recomputed(part)

    return rebuilt(form, change)


def aggregate(name: str, distinct: bool, argument: Form | None, rows: Rows) -> Form:
    """One aggregate, with what can be said more simply said so."""
    if argument is not None and argument[0] == "case":
        found = _of_case(name, distinct, argument, rows)
        if found is not None:
            return found
    if name == "count" and argument is not None and not distinct:
        return aggregate("count", False, None, rows.where(present(argument)))
    if name == "count_if" and argument is not None:  # NULL where the condition is for every row
        counted = aggregate("count", False, None, rows.where(argument))
        return multiply(counted, any_row(rows.where(present(argument))))
    if name == "avg" and not distinct and argument is not None:
        total = aggregate("sum", False, argument, rows)
        return multiply(total, invert(aggregate("count", False, argument, rows)))
    if name in ("min", "max"):
        distinct = False
    grouped = regrouped(name, distinct, argument, rows)
    if grouped is not None:
        return grouped
    rows, used = settle(rows, () if argument is None else (argument,))
    argument = used[0] if used else None
    if name in ("sum", "sum0") and not distinct and argument is not None:
        return _sum(name, argument, rows)
    return _made(name, distinct, argument, rows)


def _of_case(name: str, distinct: bool, argument: Form, rows: Rows) -> Form | None:
    """An aggregate of `CASE WHEN c THEN v END` goes through the rows for which c holds."""
    if len(argument[1]) != 1:
        return None
    ((condition, value),), default = argument[1], argument[2]
    if default == NULL:
        return aggregate(name, distinct, value, rows.where(condition))
    if default == ZERO and name in ("sum", "sum0") and not distinct:
        inner = aggregate("sum0", False, value, rows.where(condition))
        return inner if name == "sum0" else multiply(inner, any_row(rows.where(present(argument))))
    return None


def any_row(rows: Rows) -> Form:
    """1 where there is a row, NULL where there is none."""
    rows, _ = settle(rows, ())
    return labelled(("agg", "any", False, None, rows.form()))


def _sum(name: str, argument: Form, rows: Rows) -> Form:
    if argument == NULL:
        return ZERO if name == "sum0" else NULL
    if argument[0] == "num":
        counted = multiply(argument, _made("count", False, None, rows))
        return counted if name == "sum0" else multiply(counted, any_row(rows))
    terms = terms_of(argument)
    if len(terms) > 1 and is_never_null(argument):
        parts = (multiply(num(c), _sum(name, from_terms({f: 1}), rows)) for f, c in terms.items())  # type: ignore[dict-item]
        return add(*parts)
    scale, inner = split_scale(argument)
    return multiply(num(scale), _made(name, False, inner, rows))


def _made(name: str, distinct: bool, argument: Form | None, rows: Rows) -> Form:
    if argument is not None:
        asked = [
            c for c in rows.conditions if c[0] != "notnull" or not is_null_with(argument, c[1])
        ]
        rows = replace(rows, conditions=tuple(asked))
    if name == "count" and distinct and argument is not None and _is_key(argument, rows):
        distinct, argument = False, None
    return labelled(("agg", name, distinct, argument, rows.form()))


def _is_key(argument: Form, rows: Rows) -> bool:
    """Whether every row has a value of its own."""
    if len(rows.tables) != 1 or argument[0] != "col":
        return False
    table = rows.tables[0]
    return bool(not table.left and table.key and argument[1:3] == (table.alias, table.key))


def regrouped(name: str, distinct: bool, argument: Form | None, rows: Rows) -> Form | None:
    """An aggregate of the groups of a query as one of its rows, where that is the same."""
    if len(rows.tables) != 1 or rows.tables[0].made is None or distinct:
        return None
    groups, columns, inner = rows.tables[0].made
    given = {name: plainly(form) for form, name in columns}
    exact = {name: exactly(form) for form, name in columns}
    inside = [_substituted(c, rows.tables[0], exact) for c in rows.conditions]
    if any(node[0] == "pagg" for form in inside for node in walk(form)):
        return None
    inner = inner.where(*inside)
    if argument is None:
        return _count_groups(groups, inner) if name == "count" else None
    value = defaulted(_substituted(argument, rows.tables[0], given))
    if name not in ("sum", "sum0"):
        return None
    scale, part = split_scale(value)
    if part[0] != "pagg" or part[2] or part[1] not in ("count", "sum", "sum0"):
        return None
    each = "sum0" if part[1] == "sum" and name == "sum0" else part[1]
    total = aggregate(each, False, part[3], inner.where(*part[4]))
    if name == "sum" and part[1] != "sum":
        total = multiply(total, any_row(inner))
    return multiply(num(scale), total)


def _substituted(form: Form, table: Table, given: dict[str, Form]) -> Form:
    def change(part: Form) -> Form:
        if part[0] == "col" and part[1] == table.alias:
            return given[part[2]]
        return part

    return rebuilt(form, change)


def _count_groups(groups: tuple[Form, ...], rows: Rows) -> Form | None:
    """How many groups there are: the different values, where none is NULL."""
    if len(groups) != 1:
        return None
    settled, (key,) = settle(rows, groups)
    certain = is_never_null(key) or any(
        present(key) == c or is_null_with(c, key) for c in settled.conditions
    )
    return aggregate("count", True, key, settled) if certain else None


def labelled(form: Form) -> Form:
    """A form whose tables go by names of their own, whatever they were called.

    A table that is read once goes by its name. One that is read again has numbers; of all ways of
    giving them the one that comes first in order is taken. A form that speaks of rows outside
    itself stays as it is.
    """
    tables = {
        node[1]: node[2] if node[0] != "derived" else "query"
        for node in walk(form)
        if node[0] in ("table", "left", "derived")
    }
    used = {node[1] for node in walk(form) if node[0] == "col"}
    if any(alias.startswith(RAW) and alias not in tables for alias in used):
        return form
    by_table: dict[str, list[str]] = {}
    for alias in sorted(a for a in tables if a.startswith(RAW)):
        by_table.setdefault(tables[alias], []).append(alias)
    orders = product(
        *(permutations(a) if len(a) <= MOST_ALIKE else [tuple(a)] for a in by_table.values())
    )
    ways = [
        {
            alias: table if number == 1 else f"{table}#{number}"
            for table, order in zip(by_table, orders_of, strict=True)
            for number, alias in enumerate(order, 1)
        }
        for orders_of in islice(orders, MOST_ORDERS)
    ]
    return min((renamed(form, way) for way in ways), key=repr) if ways else form
