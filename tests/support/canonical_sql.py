"""Writes a canonical form as SQL, by which laws hold it to what DuckDB makes of the calculation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from sqlglot import exp

from lineage.canonical.forms import aliases_of
from lineage.canonical.nouns import Form
from lineage.canonical.reading import WRITTEN

_SIGNS = {"lt": "<", "le": "<=", "eq": "=", "ne": "<>"}


def sql_of(form: Form) -> str:
    """The SQL of a form, in DuckDB's dialect, parameters by their names."""
    return _WRITERS[form[0]](form)


def from_where(rel: Form) -> str:
    """FROM and WHERE of the rows a form speaks of; empty where there are no tables."""
    inner = [t for t in rel[1] if t[0] != "left"]
    outer = _in_turn([t for t in rel[1] if t[0] == "left"])
    words = []
    if inner:
        words.append("FROM " + " CROSS JOIN ".join(map(table_of, inner)))
    words += [f"LEFT JOIN {table_of(t)} ON {sql_of(t[3])}" for t in outer]
    if rel[2]:
        words.append("WHERE " + " AND ".join(map(sql_of, rel[2])))
    return " ".join(words)


def table_of(table: Form) -> str:
    """A table in FROM, under the name it goes by in its form."""
    read = f"({_query(table[2])})" if table[0] == "derived" else table[2]
    return f'{read} AS "{table[1]}"'


def _in_turn(tables: list[Form]) -> list[Form]:
    """Outer joins, each after those whose columns its condition names."""
    waiting, done = list(tables), []
    while waiting:
        names = {t[1] for t in waiting}
        ready = next(t for t in waiting if not (aliases_of(t[3]) & names) - {t[1]})
        waiting.remove(ready)
        done.append(ready)
    return done


def _query(form: Form) -> str:
    _, groups, columns, rel = form
    given = ", ".join(f'{sql_of(one)} AS "{name}"' for one, name in columns)
    grouped = f" GROUP BY {', '.join(map(sql_of, groups))}" if groups else ""
    return f"SELECT {given} {from_where(rel)}{grouped}"


def aggregate_call(form: Form) -> str:
    """The aggregate of an `agg` or `pagg` itself: `count(*)`, `sum(DISTINCT x)`."""
    name, distinct, argument = form[1:4]
    if name == "any":
        return "CASE WHEN count(*) > 0 THEN 1 END"
    inner = "*" if argument is None else sql_of(argument)
    call = f"{'sum' if name == 'sum0' else name}({'DISTINCT ' if distinct else ''}{inner})"
    if form[0] == "pagg" and form[4]:
        call += f" FILTER (WHERE {' AND '.join(map(sql_of, form[4]))})"
    return f"coalesce({call}, 0)" if name == "sum0" else call


def number(value: Fraction) -> str:
    """A number as SQL writes it exactly; a quotient where it has no end."""
    if value.denominator == 1:
        return str(value.numerator) if value >= 0 else f"({value.numerator})"
    digits = value.denominator
    for prime in (2, 5):
        while digits % prime == 0:
            digits //= prime
    if digits == 1:
        scaled, places = value, 0
        while scaled.denominator != 1:
            scaled, places = scaled * 10, places + 1
        text = f"{abs(int(scaled)):0{places + 1}}"
        sign = "-" if value < 0 else ""
        written = f"{sign}{text[:-places]}.{text[-places:]}"
        return written if value >= 0 else f"({written})"
    return f"({value.numerator} / {value.denominator})"


def _poly(form: Form) -> str:
    return "(" + " + ".join(_term(c, factors) for c, factors in form[1]) + ")"


def _term(coefficient: Fraction, factors: tuple[Form, ...]) -> str:
    above = [sql_of(f) for f in factors if f[0] != "inv"]
    below = [sql_of(f[1]) for f in factors if f[0] == "inv"]
    if coefficient.numerator != 1 or not above:
        above.append(number(Fraction(coefficient.numerator)))
    if coefficient.denominator != 1:
        below.append(number(Fraction(coefficient.denominator)))
    return "(" + " / ".join([" * ".join(above), *below]) + ")"


def _listed(form: Form) -> str:
    sign = "IN" if form[0] == "in" else "NOT IN"
    return f"({sql_of(form[1])} {sign} ({', '.join(map(sql_of, form[2]))}))"


def _case(form: Form) -> str:
    branches = " ".join(f"WHEN {sql_of(c)} THEN {sql_of(v)}" for c, v in form[1])
    return f"CASE {branches} ELSE {sql_of(form[2])} END"


def _shift(form: Form) -> str:
    written = sql_of(form[1])
    for kind, count in form[2]:
        unit = "DAY" if kind == "d" else "MONTH"
        sign = "-" if count < 0 else "+"
        written = f"({written} {sign} INTERVAL '{abs(count)}' {unit})"
    return written


def _node(form: Form) -> str:
    parts = {name: value for value, name in form[2] if name != WRITTEN}
    if form[1] == "Moved":
        sign, _, span = parts["by"].partition(" ")
        return f"({sql_of(parts['this'])} {'+' if sign == '1' else '-'} {span})"
    if form[1] == "Cast":
        function, _, to = parts["to"].partition(" ")
        return f"{'TRY_CAST' if function == 'TryCast' else 'CAST'}({sql_of(parts['this'])} AS {to})"
    kind = getattr(exp, form[1])
    made: exp.Expr = kind(**{name: _argument(value) for name, value in parts.items()})
    return f"({made.sql('duckdb')})"


def _argument(value: Any) -> Any:
    if isinstance(value, str):
        if value == "True":
            return True
        return exp.DataType.build(value[1:-1]) if value.startswith("[") else exp.Var(this=value)
    if value and not isinstance(value[0], str):
        return [_argument(one) for one in value]
    return exp.Var(this=sql_of(value)) if value else []


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _comparison(form: Form) -> str:
    return f"({sql_of(form[1])} {_SIGNS[form[0]]} {sql_of(form[2])})"


def _joined(form: Form) -> str:
    return "(" + f" {form[0].upper()} ".join(map(sql_of, form[1])) + ")"


_WRITERS: Mapping[str, Callable[[Form], str]] = {
    **dict.fromkeys(_SIGNS, _comparison),
    "null": lambda _: "NULL",
    "bool": lambda f: "TRUE" if f[1] else "FALSE",
    "num": lambda f: number(f[1]),
    "str": lambda f: _quoted(f[1]),
    "col": lambda f: f'"{f[1]}"."{f[2]}"',
    "param": lambda f: f":{f[1]}",
    "day": lambda f: f"DATE '{f[1]}'",
    "ts": lambda f: f"TIMESTAMP '{f[1].replace('T', ' ')}'",
    "poly": _poly,
    "inv": lambda f: f"(1 / {sql_of(f[1])})",
    "shift": _shift,
    "asdate": lambda f: f"CAST({sql_of(f[1])} AS DATE)",
    "asts": lambda f: f"CAST({sql_of(f[1])} AS TIMESTAMP)",
    "node": _node,
    "call": lambda f: f"{f[1]}({', '.join(sql_of(one) for one in f[2] if one[0] != WRITTEN)})",
    "case": _case,
    "coalesce": lambda f: f"coalesce({', '.join(map(sql_of, f[1]))})",
    "nullif": lambda f: f"nullif({sql_of(f[1])}, {sql_of(f[2])})",
    "round": lambda f: f"round({sql_of(f[1])}, {f[2]})",
    "inexact": lambda f: sql_of(f[1]),
    "in": _listed,
    "notin": _listed,
    "isnull": lambda f: f"({sql_of(f[1])} IS NULL)",
    "notnull": lambda f: f"({sql_of(f[1])} IS NOT NULL)",
    "istrue": lambda f: f"({sql_of(f[1])} IS TRUE)",
    "and": _joined,
    "or": _joined,
    "not": lambda f: f"(NOT {sql_of(f[1])})",
    "same": lambda f: f"({sql_of(f[1])} IS NOT DISTINCT FROM {sql_of(f[2])})",
    "exists": lambda f: f"EXISTS (SELECT 1 {from_where(f[1])})",
    "inquery": lambda f: f"({sql_of(f[1])} IN (SELECT {sql_of(f[3][0])} {from_where(f[3][1])}))",
    "agg": lambda f: f"(SELECT {aggregate_call(f)} {from_where(f[4])})",
    "pagg": aggregate_call,
}
