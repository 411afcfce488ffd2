"""What kind of value a canonical tree gives, and when it is NULL."""

from __future__ import annotations

from lineage.canonical.forms import children
from lineage.canonical.nouns import Form

KINDS = {
    "integer": "int",
    "decimal": "dec",
    "money": "dec",
    "date": "date",
    "timestamp": "ts",
    "boolean": "bool",
}
"""The kind of each type of field; every other type is text."""
_BOOLEAN = frozenset(
    [
        "lt",
        "le",
        "eq",
        "ne",
        "in",
        "notin",
        "isnull",
        "notnull",
        "and",
        "or",
        "not",
        "exists",
        "same",
        "istrue",
        "bool",
    ]
)
_PLAIN = {"str": "text", "day": "date", "ts": "ts", "asdate": "date", "asts": "ts", "inv": "float"}
_NODES = {"Year": "int", "Quarter": "int", "Month": "int", "Day": "int", "LastDay": "date"} | {
    "Length": "int",
    "Upper": "text",
    "Lower": "text",
    "Abs": "dec",
}
_STRICT_NODES = frozenset(
    [
        "Year",
        "Quarter",
        "Month",
        "Day",
        "LastDay",
        "Length",
        "Upper",
        "Lower",
        "Abs",
        "Like",
        "ILike",
        "Substring",
        "Left",
        "Right",
        "Replace",
        "StartsWith",
        "EndsWith",
        "Contains",
        "StrPosition",
        "Sign",
        "Ceil",
        "Floor",
        "Cast",
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Neg",
        "Paren",
    ]
)


def kind_of(form: Form) -> str | None:  # noqa: PLR0911
    """int, dec, float, text, date, ts, bool, or None where it is not known."""
    op = form[0]
    if op == "col":
        return str(form[3])
    if op == "num":
        return "int" if form[1].denominator == 1 else "dec"
    if op == "poly":
        whole = all(
            c.denominator == 1 and all(kind_of(f) == "int" for f in factors)
            for c, factors in form[1]
        )
        return "int" if whole else "dec"
    if op in _BOOLEAN:
        return "bool"
    if op in ("agg", "pagg"):
        return "int" if form[1] == "count" else _of_aggregate(form)
    if op == "param":
        return "date"
    if op == "quotient":
        return "float"
    if op == "shift":
        return "ts"
    if op == "node":
        return _NODES.get(form[1])
    if op == "coalesce":
        kinds = {kind_of(part) for part in form[1]}
        return kinds.pop() if len(kinds) == 1 else None
    return _PLAIN.get(op)


def _of_aggregate(form: Form) -> str | None:
    if form[1] in ("min", "max", "sum", "sum0") and form[3] is not None:
        return kind_of(form[3])
    return None


def is_exact(form: Form) -> bool:
    """Whether it is a number without binary fractions: of columns, and their sums and products."""
    if form[0] == "poly":
        return all(is_exact(factor) for _, factors in form[1] for factor in factors)
    return form[0] in ("col", "agg", "pagg") and kind_of(form) in ("int", "dec")


def nulls_with(form: Form) -> tuple[Form, ...] | None:
    """The parts of which each makes the whole NULL and nothing else does; None if unknown."""
    op = form[0]
    if op in ("lt", "le", "eq", "ne"):
        return (form[1], form[2])
    if op in ("in", "notin", "asdate", "asts", "shift"):
        return (form[1],)
    if op == "poly":
        return tuple(dict.fromkeys(factor for _, factors in form[1] for factor in factors))
    if op == "node" and form[1] in _STRICT_NODES:
        return tuple(children(form))
    if op == "inv":
        return (form[1],)
    return None


def is_never_null(form: Form) -> bool:
    """Whether a form has a value for every row: constants, and a golden record's id."""
    op = form[0]
    if op in ("num", "str", "bool", "day", "ts", "param", "exists", "isnull", "notnull", "same"):
        return True
    if op == "col":
        return bool(form[4])
    if op in ("agg", "pagg"):
        return form[1] in ("count", "sum0")
    if op == "coalesce":
        return any(map(is_never_null, form[1]))
    if op == "case":
        return all(is_never_null(v) for _, v in form[1]) and is_never_null(form[2])
    parts = nulls_with(form)
    return parts is not None and all(map(is_never_null, parts))
