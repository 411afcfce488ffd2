"""Numbers, sums and products as canonical trees, and going through any such tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from lineage.canonical.nouns import Form

NULL: Form = ("null",)
TRUE: Form = ("bool", True)
FALSE: Form = ("bool", False)
MOST_TERMS = 64
Terms = Mapping[tuple[Form, ...], Fraction]


def ordered(forms: Iterable[Form]) -> tuple[Form, ...]:
    """Forms in an order of their own, so that it does not matter how they were written."""
    return tuple(sorted(forms, key=repr))


def num(value: int | str | Fraction) -> Form:
    """A number, exactly."""
    return ("num", Fraction(value))


ZERO, ONE = num(0), num(1)


def terms_of(form: Form) -> Terms:
    """A sum as its terms: factors to coefficient; the constant has no factors."""
    if form[0] == "num":
        return {(): form[1]}
    return (
        {factors: coefficient for coefficient, factors in form[1]}
        if (form[0] == "poly")
        else {(form,): Fraction(1)}
    )


def from_terms(terms: Terms) -> Form:
    """The sum of terms; one that is multiplied by zero stays, since it may be NULL."""
    kept = {factors: c for factors, c in terms.items() if c or factors}
    if not kept:
        return ZERO
    if list(kept) == [()]:
        return ("num", kept[()])
    if len(kept) == 1:
        ((factors, coefficient),) = kept.items()
        if coefficient == 1 and len(factors) == 1:
            return factors[0]
    return ("poly", tuple(sorted(((c, f) for f, c in kept.items()), key=lambda t: repr(t[1]))))


def add(*forms: Form) -> Form:
    """A sum; NULL where a part is."""
    if NULL in forms:
        return NULL
    terms: dict[tuple[Form, ...], Fraction] = {}
    for form in forms:
        for factors, coefficient in terms_of(form).items():
            terms[factors] = terms.get(factors, Fraction(0)) + coefficient
    return from_terms(terms)


def multiply(left: Form, right: Form) -> Form:
    """A product, multiplied out as long as it stays small."""
    if NULL in (left, right):
        return NULL
    one, other = terms_of(left), terms_of(right)
    if len(one) * len(other) > MOST_TERMS:
        one, other = {(left,): Fraction(1)}, {(right,): Fraction(1)}
    terms: dict[tuple[Form, ...], Fraction] = {}
    for a, x in one.items():
        for b, y in other.items():
            factors = ordered((*a, *b))
            terms[factors] = terms.get(factors, Fraction(0)) + x * y
    return from_terms(terms)


def negate(form: Form) -> Form:
    """The same with the other sign."""
    return multiply(num(-1), form)


def invert(form: Form) -> Form:
    """One divided by it; a product's factors one by one, so that x/y/z is x/(y*z)."""
    if form == NULL:
        return NULL
    terms = terms_of(form)
    if len(terms) == 1:
        ((factors, coefficient),) = terms.items()
        if coefficient:
            found = from_terms({(): 1 / coefficient})
            for factor in factors:
                found = multiply(found, ("inv", factor))
            return found
    return ("inv", form)


def divide(left: Form, right: Form) -> Form:
    """A quotient."""
    return multiply(left, invert(right))


def quotient(form: Form, written: Form) -> Form:
    """A number that is no exact one: what it is, and just how it is computed.

    DuckDB divides in binary fractions, so that `0.70 / 10` is not `0.70 * 0.1`. Where a number is
    only given or summed up the last digit does not matter; where something hangs on it, a bound or
    a rounding, it does. It stands outermost: see `plainly` and `exactly`.
    """
    return ("quotient", form, written)


def plainly(form: Form) -> Form:
    """A number but for its last digit."""
    return form[1] if form[0] == "quotient" else form


def exactly(form: Form) -> Form:
    """A number to its last digit: one that is no exact one as it is computed."""
    return form[2] if form[0] == "quotient" else form


def split_scale(form: Form) -> tuple[Fraction, Form]:
    """A form as a number times one whose first term has the coefficient 1."""
    if form[0] == "num":
        return (form[1], ONE) if form[1] else (Fraction(1), form)
    if form[0] != "poly" or not form[1][0][0]:
        return Fraction(1), form
    scale = form[1][0][0]
    return scale, from_terms({factors: c / scale for c, factors in form[1]})


def children(form: Form) -> Iterator[Form]:
    """The trees directly below."""
    for part in form[1:]:
        yield from _trees(part)


def _trees(part: object) -> Iterator[Form]:
    if isinstance(part, tuple):
        if part and isinstance(part[0], str) and part[0] in NODES:
            yield part
        else:
            for inner in part:
                yield from _trees(inner)


def walk(form: Form) -> Iterator[Form]:
    """A tree and all below it."""
    stack = [form]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)


def rebuilt(form: Form, change: Callable[[Form], Form]) -> Form:
    """The tree with `change` done to every part, the innermost first."""
    return change((form[0], *(_rebuilt(part, change) for part in form[1:])))


def _rebuilt(part: object, change: Callable[[Form], Form]) -> object:
    if not isinstance(part, tuple):
        return part
    if part and isinstance(part[0], str) and part[0] in NODES:
        return rebuilt(part, change)
    return tuple(_rebuilt(inner, change) for inner in part)


NODES = frozenset(
    [
        "null",
        "bool",
        "num",
        "poly",
        "inv",
        "str",
        "col",
        "param",
        "day",
        "ts",
        "shift",
        "asdate",
        "asts",
        "node",
        "call",
        "case",
        "coalesce",
        "nullif",
        "round",
        "agg",
        "pagg",
        "ifrows",
        "scalar",
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
        "rel",
        "table",
        "left",
        "derived",
        "query",
        "tree",
        "inexact",
        "quotient",
        "istrue",
        "inquery",
    ]
)
"""The first items by which a tuple is a tree, rather than a list of trees."""


def conditions_of(aggregate: Form) -> tuple[Form, ...]:
    """The conditions that the rows of an aggregate meet."""
    found: tuple[Form, ...] = aggregate[4][2]
    return found


def aliases_of(form: Form) -> frozenset[str]:
    """The sources whose columns a tree uses, those of nested queries included."""
    return frozenset(node[1] for node in walk(form) if node[0] == "col")
