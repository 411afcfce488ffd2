"""Conditions in canonical form: comparisons in one direction, NOT pushed in, AND of ORs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from lineage.canonical import days
from lineage.canonical.forms import (
    FALSE,
    NULL,
    TRUE,
    exactly,
    from_terms,
    ordered,
    plainly,
    terms_of,
    walk,
)
from lineage.canonical.kinds import is_exact, is_never_null, kind_of, nulls_with
from lineage.canonical.nouns import Form

MOST_CLAUSES = 40
_CONSTANTS = ("num", "str", "bool", "day", "ts")
_OPPOSITE = {"eq": "ne", "ne": "eq", "in": "notin", "notin": "in"} | {
    "isnull": "notnull",
    "notnull": "isnull",
}


def compare(sign: str, left: Form, right: Form) -> Form:
    """`left sign right` with sign one of lt, le, eq, ne; dates and whole numbers half-open."""
    left, right = _as_dates(_weighed(left, right), _weighed(right, left))
    if NULL in (left, right):
        return NULL
    if sign in ("eq", "ne"):
        return _equal(sign, left, right)
    if "asdate" in (left[0], right[0]):
        return _of_day(sign, left, right)
    if left[0] == "poly" and right[0] == "num":
        left, right, turned = _unscaled(left, right)
        left, right = (right, left) if turned else (left, right)
    elif right[0] == "poly" and left[0] == "num":
        right, left, turned = _unscaled(right, left)
        left, right = (right, left) if turned else (left, right)
    left, right = _balanced(left, right)
    return _half_open(sign, left, right)


def _weighed(side: Form, other: Form) -> Form:
    """A side of a comparison to its last digit, or without it where it cannot matter.

    It cannot where an exact number divided once by a whole one is held against a constant at which
    that number is a whole one too: `x / 1000 >= 0.5` asks for 500, `x / 10 >= 0.07` not for 0.7.
    """
    if side[0] != "quotient" or other[0] != "num":
        return exactly(side)
    how: Form = side[2]
    if how[0] == "node" and how[1] in ("Div", "Cast"):
        of, by = how[2][0][0], how[2][1][0]
        if how[1] == "Cast" and is_exact(of):
            return plainly(side)
        if how[1] == "Div" and is_exact(of) and by[0] == "num" and by[1]:
            whole = by[1].denominator == (by[1] * other[1]).denominator == 1
            return plainly(side) if whole else how
    return how


def _unscaled(subject: Form, constant: Form) -> tuple[Form, Form, bool]:
    """`2 * x + 1` against 7 as `x` against 3, and whether a negative factor turns the sides."""
    terms = dict(terms_of(subject))
    rest = constant[1] - terms.pop((), Fraction(0))
    scale = next(iter(terms.values()))
    if len(terms) != 1 or not scale:
        return subject, constant, False
    return from_terms({next(iter(terms)): Fraction(1)}), ("num", rest / scale), scale < 0


def _as_dates(left: Form, right: Form) -> tuple[Form, Form]:
    """Both sides as dates, where one is: a text beside a date is read as one."""
    dated = [kind_of(side) in ("date", "ts") for side in (left, right)]
    if any(dated):
        pair = [
            (days.literal(side[1]) or side) if side[0] == "str" else side for side in (left, right)
        ]
        return days.compared(pair[0]), days.compared(pair[1])
    return left, right


def _equal(sign: str, left: Form, right: Form) -> Form:
    for one, other in ((left, right), (right, left)):
        if one[0] == "bool" and kind_of(other) == "bool":
            return other if (sign == "eq") == one[1] else negated(other)
        if one[0] == "asdate" and days.is_midnight(other):
            inside = both(compare("le", other, one[1]), compare("lt", one[1], days.next_day(other)))
            return inside if sign == "eq" else negated(inside)
        found = _of_part(one, other)
        if found is not None:
            return found if sign == "eq" else negated(found)
    if left[0] == "poly" and right[0] == "num":
        left, right, _ = _unscaled(left, right)
    elif right[0] == "poly" and left[0] == "num":
        right, left, _ = _unscaled(right, left)
    one, other = ordered((left, right))
    if _constant(one) and not _constant(other):
        one, other = other, one
    return (sign, one, other)


def _of_part(part: Form, value: Form) -> Form | None:
    """`year(x) = 2026` as a span of days."""
    if part[0] != "node" or part[1] != "Year" or value[0] != "num" or value[1].denominator != 1:
        return None
    year = int(value[1])
    if not 1 <= year < 9999:
        return None
    of = part[2][0][0]
    if kind_of(of) not in ("date", "ts"):
        return None
    start, end = ("day", f"{year:04}-01-01"), ("day", f"{year + 1:04}-01-01")
    return both(compare("le", start, of), compare("lt", of, end))


def _of_day(sign: str, left: Form, right: Form) -> Form:
    """A comparison of an instant's day with another day, as one of the instant itself."""
    if left[0] == "asdate" and days.is_midnight(right) and right[0] != "asdate":
        end = days.next_day(right) if sign == "le" else right
        return compare("lt", left[1], end)
    if right[0] == "asdate" and days.is_midnight(left) and left[0] != "asdate":
        start = left if sign == "le" else days.next_day(left)
        return compare("le", start, right[1])
    return (sign, left, right)


def _balanced(left: Form, right: Form) -> tuple[Form, Form]:
    """Days are added to the side that is not compared."""
    if _is_number(left) and _is_number(right):
        return left, right
    subject, other = (left, right) if _is_subject(left, right) else (right, left)
    if subject[0] == "shift" and subject[2][-1][0] == "d":
        count = subject[2][-1][1]
        subject = days.next_day(subject, -count)
        other = days.next_day(other, -count)
    return (subject, other) if _is_subject(left, right) else (other, subject)


def _is_number(form: Form) -> bool:
    return kind_of(form) in ("int", "dec", "float")


def _is_subject(left: Form, right: Form) -> bool:
    """Whether the left side is the one that is compared: it has columns, or is the first of two."""
    has = [any(node[0] in ("col", "agg", "pagg") for node in walk(side)) for side in (left, right)]
    return has[0] if has[0] != has[1] else repr(left) <= repr(right)


def _half_open(sign: str, left: Form, right: Form) -> Form:
    if days.is_midnight(left) and days.is_midnight(right):
        step: Form = ("day",)
    elif kind_of(left) == "int" and kind_of(right) == "int":
        step = ("int",)
    else:
        return (sign, left, right)
    upper = _is_subject(left, right)
    if upper and sign == "le":
        return ("lt", left, _next(right, step))
    if not upper and sign == "lt":
        return ("le", _next(left, step), right)
    return (sign, left, right)


def _next(form: Form, step: Form) -> Form:
    if step == ("day",):
        return days.next_day(form)
    terms = dict(terms_of(form))
    terms[()] = terms.get((), Fraction(0)) + 1
    return from_terms(terms)


def _constant(form: Form) -> bool:
    return form[0] in _CONSTANTS


def among(value: Form, choices: Iterable[Form]) -> Form:
    """`value IN (…)`."""
    return either(*(compare("eq", value, choice) for choice in choices))


def both(*conditions: Form) -> Form:
    """AND."""
    return _joined("and", TRUE, FALSE, conditions)


def either(*conditions: Form) -> Form:
    """OR."""
    return _joined("or", FALSE, TRUE, conditions)


def _joined(op: str, neutral: Form, final: Form, conditions: Iterable[Form]) -> Form:
    flat: dict[Form, None] = {}
    for condition in conditions:
        parts = condition[1] if condition[0] == op else (condition,)
        flat |= dict.fromkeys(parts)
    flat.pop(neutral, None)
    if final in flat:
        return final
    if len(flat) < 2:
        return next(iter(flat), neutral)
    return (op, ordered(flat))


def negated(condition: Form) -> Form:  # noqa: PLR0911
    """NOT, pushed in as far as it goes; NULL stays NULL."""
    op = condition[0]
    if op == "null":
        return NULL
    if op == "bool":
        return FALSE if condition[1] else TRUE
    if op == "not":
        inner: Form = condition[1]
        return inner
    if op == "and":
        return either(*map(negated, condition[1]))
    if op == "or":
        return both(*map(negated, condition[1]))
    if op == "lt":
        return compare("le", condition[2], condition[1])
    if op == "le":
        return compare("lt", condition[2], condition[1])
    if op in _OPPOSITE:
        return (_OPPOSITE[op], *condition[1:])
    return ("not", condition)


def missing(form: Form) -> Form:
    """`form IS NULL`, down to the columns that make it so."""
    if form == NULL:
        return TRUE
    if is_never_null(form):
        return FALSE
    if form[0] == "coalesce":
        return both(*map(missing, form[1]))
    parts = nulls_with(form)
    if parts is not None:
        return either(*map(missing, parts))
    return ("isnull", form)


def present(form: Form) -> Form:
    """`form IS NOT NULL`."""
    if form[0] == "case" and len(form[1]) == 1:
        ((condition, value),), default = form[1], form[2]
        if default == NULL:
            return both(condition, present(value))
        if is_never_null(value) and is_never_null(default):
            return TRUE
    return negated(missing(form))


def holding(conditions: Iterable[Form]) -> tuple[Form, ...]:
    """Conditions that must all be true of a row, without those that say nothing more.

    Only rows for which they are true count: one that is NULL is as good as false.
    """
    clauses = _clauses(both(*map(_positive, conditions)))
    if clauses is None:
        return ordered(_conjuncts(both(*map(_positive, conditions))))
    whole = [either(*clause) for clause in _grouped(_absorbed(clauses))]
    return ordered(dict.fromkeys(_needed(_narrowed(whole))))


def _conjuncts(condition: Form) -> tuple[Form, ...]:
    if condition == TRUE:
        return ()
    return tuple(condition[1]) if condition[0] == "and" else (condition,)


def _positive(condition: Form) -> Form:  # noqa: PLR0911
    """A condition of which only the true rows count: NULL is false, COALESCE is taken apart."""
    op = condition[0]
    if op == "null":
        return FALSE
    if op == "and":
        return both(*map(_positive, condition[1]))
    if op == "or":
        return either(*map(_positive, condition[1]))
    if op == "istrue":
        return _positive(condition[1])
    if op == "inquery":
        inside: Form = condition[2]
        return inside
    if op == "eq" and condition[1] == condition[2]:
        return present(condition[1])
    if op == "case":
        return _chosen(condition)
    if op == "coalesce" and len(condition[1]) == 2 and condition[1][1][0] == "bool":
        value, default = condition[1]
        return either(_positive(value), missing(value)) if default[1] else _positive(value)
    if op in ("eq", "ne", "lt", "le"):
        return _without_default(condition)
    return condition


def _chosen(condition: Form) -> Form:
    """A CASE as a condition, where it is one branch of true and false."""
    if len(condition[1]) == 1:
        ((when, value),), default = condition[1], condition[2]
        if value == TRUE and default in (FALSE, NULL):
            return _positive(when)
    return condition


def _without_default(condition: Form) -> Form:
    """`coalesce(x, 'a') = 'a'` as `x = 'a' OR x IS NULL`."""
    op, left, right = condition
    for at, side in ((1, left), (2, right)):
        if side[0] == "coalesce" and len(side[1]) == 2 and _constant(side[1][1]):
            value, default = side[1]
            other = right if at == 1 else left
            if not _constant(other):
                continue
            pair = (value, other) if at == 1 else (other, value)
            known = compare(op, *pair)
            given = compare(op, *((default, other) if at == 1 else (other, default)))
            holds = decided(given)
            if holds is None:
                continue
            return either(known, missing(value)) if holds else known
    return condition


def decided(condition: Form) -> bool | None:
    """Whether a comparison of two constants holds, None where that is not plain."""
    if condition[0] == "bool":
        return bool(condition[1])
    if condition[0] not in ("eq", "ne", "lt", "le"):
        return None
    left, right = condition[1], condition[2]
    if left[0] != right[0] or left[0] not in ("num", "str", "day"):
        return None
    if condition[0] in ("eq", "ne"):
        return bool((left == right) == (condition[0] == "eq"))
    if left[0] == "str":
        return None
    return bool(left[1] < right[1] if condition[0] == "lt" else left[1] <= right[1])


def _clauses(condition: Form) -> list[frozenset[Form]] | None:
    """An AND of ORs; None where that would be too long."""
    verdict = decided(condition)
    if verdict is not None:
        return [] if verdict else [frozenset()]
    if condition[0] == "and":
        found: list[frozenset[Form]] = []
        for part in condition[1]:
            inner = _clauses(part)
            if inner is None:
                return None
            found += inner
        return found
    if condition[0] == "or":
        products: list[frozenset[Form]] = [frozenset()]
        for part in condition[1]:
            inner = _clauses(part)
            if inner is None or len(products) * len(inner) > MOST_CLAUSES:
                return None
            products = [one | other for one in products for other in inner]
        return products
    if condition[0] == "in":
        return [frozenset(("eq", condition[1], choice) for choice in condition[2])]
    if condition[0] == "notin":
        return [frozenset({("ne", condition[1], choice)}) for choice in condition[2]]
    return [frozenset({condition})]


def _absorbed(clauses: Iterable[frozenset[Form]]) -> list[frozenset[Form]]:
    """Without clauses that another, shorter one implies."""
    different = dict.fromkeys(clauses)
    alone = {next(iter(clause)) for clause in different if len(clause) == 1}
    kept: list[frozenset[Form]] = []
    for clause in sorted((c for c in different if len(c) != 1), key=len):
        if alone.isdisjoint(clause) and not any(other <= clause for other in kept):
            kept.append(clause)
    if frozenset() in kept:
        return [frozenset()]
    return [*(frozenset({one}) for one in alone), *kept]


def _grouped(clauses: Iterable[frozenset[Form]]) -> list[tuple[Form, ...]]:
    """Clauses with `x = 1 OR x = 2` as `x IN (1, 2)`."""
    return [tuple(_lists(clause, "eq", "in")) for clause in clauses]


def _lists(parts: Iterable[Form], single: str, several: str) -> Iterator[Form]:
    by_value: dict[Form, list[Form]] = {}
    for part in parts:
        if part[0] == single and _constant(part[2]):
            by_value.setdefault(part[1], []).append(part[2])
        else:
            yield part
    for value, choices in by_value.items():
        if len(choices) == 1:
            yield (single, value, choices[0])
        else:
            yield (several, value, ordered(choices))


def _narrowed(conditions: list[Form]) -> list[Form]:
    """Lists of allowed and refused values of one thing put together, and bounds that say more."""
    allowed: dict[Form, set[Form]] = {}
    refused: dict[Form, set[Form]] = {}
    rest: list[Form] = []
    for condition in conditions:
        op = condition[0]
        if op in ("eq", "in") and (op == "in" or _constant(condition[2])):
            choices = set(condition[2]) if op == "in" else {condition[2]}
            value = condition[1]
            allowed[value] = allowed[value] & choices if value in allowed else choices
        elif op == "ne" and _constant(condition[2]):
            refused.setdefault(condition[1], set()).add(condition[2])
        else:
            rest.append(condition)
    for value, choices in allowed.items():
        left = choices - refused.pop(value, set()) if _same_kind(choices) else choices
        rest.append(_listed("eq", "in", value, left) if left else FALSE)
    for value, choices in refused.items():
        rest.append(_listed("ne", "notin", value, choices))
    return _bounds(rest)


def _same_kind(choices: set[Form]) -> bool:
    return len({choice[0] for choice in choices}) == 1


def _listed(single: str, several: str, value: Form, choices: set[Form]) -> Form:
    if len(choices) == 1:
        return (single, value, next(iter(choices)))
    return (several, value, ordered(choices))


def _bounds(conditions: list[Form]) -> list[Form]:
    """Of two constant bounds of one thing on one side, the narrower."""
    best: dict[tuple[int, Form, str], Form] = {}
    rest: list[Form] = []
    for condition in conditions:
        side = _bounded(condition)
        if side is None:
            rest.append(condition)
            continue
        key = (side, condition[3 - side], condition[side][0])
        kept = best.get(key)
        best[key] = condition if kept is None else _narrower(side, kept, condition)
    return rest + list(best.values())


def _bounded(condition: Form) -> int | None:
    """Which side of a comparison is a constant, 1 or 2."""
    if condition[0] not in ("lt", "le"):
        return None
    for side in (1, 2):
        if condition[side][0] in ("num", "day") and not _constant(condition[3 - side]):
            return side
    return None


def _narrower(side: int, one: Form, other: Form) -> Form:
    a, b = one[side][1], other[side][1]
    if a == b:
        return one if one[0] == "lt" else other
    return one if (a > b) == (side == 1) else other


def _needed(conditions: list[Form]) -> list[Form]:
    """Without `x IS NOT NULL` where another condition is never true of a NULL anyway."""
    if FALSE in conditions:
        return [FALSE]
    certain = [c for c in conditions if c[0] != "notnull"]
    return certain + [
        c for c in conditions if c[0] == "notnull" and not any(rejects(o, c[1]) for o in certain)
    ]


def rejects(condition: Form, value: Form) -> bool:
    """Whether a condition cannot be true where `value` is NULL."""
    if condition == value:
        return True
    if condition[0] == "and":
        return any(rejects(part, value) for part in condition[1])
    if condition[0] == "or":
        return all(rejects(part, value) for part in condition[1])
    if condition[0] == "notnull":
        return bool(condition[1] == value)
    if condition[0] == "istrue":
        return rejects(condition[1], value)
    if condition[0] == "not":
        return condition[1] == value or is_null_with(condition[1], value)
    return is_null_with(condition, value)


def is_null_with(form: Form, value: Form) -> bool:
    """Whether a form is NULL wherever `value` is."""
    if form == value:
        return True
    parts = nulls_with(form)
    return parts is not None and any(is_null_with(part, value) for part in parts)
