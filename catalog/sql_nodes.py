"""Says which pieces of SQL a steward may use: a list of allowed node kinds and functions.

Everything is refused that is not listed, whatever a later parser learns to read. For each node
kind the list also names the parts it may have, so that no rare clause hides in a known node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from sqlglot import exp

from catalog.functions import FUNCTIONS, format_problem

Refusal = tuple[exp.Expr, str]
"""A node and the sentence that says why it is refused."""

MAX_DEPTH: Final = 60


def _parts(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BINARY: Final = _parts("this expression")
_UNARY: Final = _parts("this")

_EXPRESSIONS: Final[Mapping[type[exp.Expr], frozenset[str]]] = {
    exp.Column: _parts("this table db"),
    exp.Identifier: _parts("this quoted"),
    exp.Literal: _parts("this is_string"),
    exp.Boolean: _UNARY,
    exp.Null: frozenset(),
    exp.Placeholder: _UNARY,
    exp.Paren: _UNARY,
    exp.Tuple: _parts("expressions"),
    **dict.fromkeys((exp.And, exp.Or), _BINARY),
    **dict.fromkeys((exp.Not, exp.Neg), _UNARY),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _BINARY),
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ, exp.Escape), _BINARY),
    **dict.fromkeys((exp.Is, exp.Like, exp.ILike), _parts("this expression negate")),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.IntDiv), _BINARY),
    exp.Div: _parts("this expression typed safe"),
    exp.DPipe: _parts("this expression safe"),
    exp.Between: _parts("this low high"),
    exp.In: _parts("this expressions query"),
    exp.Case: _parts("this ifs default"),
    exp.If: _parts("this true false"),
    exp.Cast: _parts("this to"),
    exp.TryCast: _parts("this to safe"),
    exp.DataType: _parts("this expressions nested"),
    exp.DataTypeParam: _UNARY,
    exp.Interval: _parts("this unit"),
    exp.Var: _UNARY,
    exp.Extract: _BINARY,
    exp.Anonymous: _parts("this expressions"),
}

_FUNCTIONS: Final[Mapping[type[exp.Expr], tuple[str, frozenset[str]]]] = {
    exp.Coalesce: ("coalesce", _parts("this expressions")),
    exp.Nullif: ("nullif", _BINARY),
    exp.Greatest: ("greatest", _parts("this expressions ignore_nulls")),
    exp.Least: ("least", _parts("this expressions ignore_nulls")),
    exp.Abs: ("abs", _UNARY),
    exp.Ceil: ("ceil", _UNARY),
    exp.Floor: ("floor", _UNARY),
    exp.Round: ("round", _parts("this decimals")),
    exp.Sign: ("sign", _UNARY),
    exp.Sqrt: ("sqrt", _UNARY),
    exp.Ln: ("ln", _UNARY),
    exp.Pow: ("power", _BINARY),
    exp.Mod: ("mod", _BINARY),
    exp.Upper: ("upper", _UNARY),
    exp.Lower: ("lower", _UNARY),
    exp.Length: ("length", _UNARY),
    exp.Substring: ("substring", _parts("this start length")),
    exp.Left: ("left", _BINARY),
    exp.Right: ("right", _BINARY),
    exp.Concat: ("concat", _parts("expressions safe coalesce")),
    exp.Replace: ("replace", _parts("this expression replacement")),
    exp.SplitPart: ("split_part", _parts("this delimiter part_index")),
    exp.StartsWith: ("starts_with", _BINARY),
    exp.EndsWith: ("ends_with", _BINARY),
    exp.Contains: ("contains", _BINARY),
    exp.StrPosition: ("strpos", _parts("this substr")),
    exp.TimestampTrunc: ("date_trunc", _parts("this unit")),
    exp.DateTrunc: ("date_trunc", _parts("this unit")),
    exp.DateDiff: ("date_diff", _parts("this expression unit date_part_boundary")),
    exp.DateFromParts: ("make_date", _parts("year month day")),
    exp.LastDay: ("last_day", _UNARY),
    exp.Year: ("year", _UNARY),
    exp.Quarter: ("quarter", _UNARY),
    exp.Month: ("month", _UNARY),
    exp.Day: ("day", _UNARY),
}

_AGGREGATES: Final[Mapping[type[exp.Expr], tuple[str, frozenset[str]]]] = {
    exp.Count: ("count", _parts("this big_int")),
    exp.CountIf: ("count_if", _UNARY),
    exp.Sum: ("sum", _UNARY),
    exp.Avg: ("avg", _UNARY),
    exp.Min: ("min", _UNARY),
    exp.Max: ("max", _UNARY),
    exp.Median: ("median", _UNARY),
    exp.Stddev: ("stddev", _UNARY),
    exp.LogicalAnd: ("bool_and", _UNARY),
    exp.LogicalOr: ("bool_or", _UNARY),
    exp.RowNumber: ("row_number", frozenset()),
    exp.Rank: ("rank", frozenset()),
    exp.DenseRank: ("dense_rank", frozenset()),
    exp.Ntile: ("ntile", _UNARY),
    exp.Lag: ("lag", _parts("this offset default")),
    exp.Lead: ("lead", _parts("this offset default")),
    exp.FirstValue: ("first_value", _UNARY),
    exp.LastValue: ("last_value", _UNARY),
}

_SET_OPERATION: Final = _parts("with_ this expression distinct order limit offset")
_RELATIONS: Final[Mapping[type[exp.Expr], frozenset[str]]] = {
    exp.Select: _parts(
        "with_ expressions from_ joins where group having qualify windows order limit offset "
        "distinct"
    ),
    exp.Union: _SET_OPERATION,
    exp.Intersect: _SET_OPERATION,
    exp.Except: _SET_OPERATION,
    exp.With: _parts("expressions"),
    exp.CTE: _parts("this alias"),
    exp.Subquery: _parts("this alias with_ order limit offset"),
    exp.TableAlias: _parts("this columns"),
    exp.Table: _parts("this db alias"),
    exp.Alias: _parts("this alias"),
    exp.Star: frozenset(),
    exp.From: _UNARY,
    exp.Join: _parts("this side kind on using"),
    exp.Where: _UNARY,
    exp.Group: _parts("expressions"),
    exp.Having: _UNARY,
    exp.Qualify: _UNARY,
    exp.Order: _parts("expressions"),
    exp.Ordered: _parts("this desc nulls_first"),
    exp.Limit: _parts("expression"),
    exp.Offset: _parts("expression"),
    exp.Distinct: _parts("expressions"),
    exp.Exists: _UNARY,
    exp.Filter: _BINARY,
    exp.Window: _parts("this partition_by order spec alias over"),
    exp.WindowSpec: _parts("kind start start_side end end_side"),
    exp.IgnoreNulls: _UNARY,
}

_KEYWORDS: Final = _parts(
    "LEFT RIGHT FULL INNER OUTER CROSS SEMI ANTI OVER ROWS RANGE UNBOUNDED PRECEDING FOLLOWING"
) | {"CURRENT ROW"}
_UNITS: Final = _parts(
    "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND DOY DOW ISODOW "
    "YEARS QUARTERS MONTHS WEEKS DAYS HOURS MINUTES SECONDS"
)
_TYPES: Final = frozenset(
    exp.DType[name]
    for name in _parts(
        "BOOLEAN SMALLINT INT BIGINT DECIMAL FLOAT DOUBLE TEXT VARCHAR DATE "
        "TIMESTAMP TIMESTAMPNTZ TIMESTAMPTZ"
    )
)
_TYPE_NAMES: Final = (
    "boolean, smallint, int, bigint, decimal, float, double, text, date, timestamp, timestamptz"
)
_NUMBER: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_PLAIN_TEXT: Final = (exp.Identifier, exp.Literal, exp.Placeholder, exp.Anonymous, exp.Var)

_INSTEAD: Final[Mapping[str, str]] = {
    "trim": "td_trim",
    "ltrim": "td_trim",
    "rtrim": "td_trim",
    "now": ":as_of",
    "today": ":as_of",
    "current_date": ":as_of",
    "current_timestamp": ":as_of",
    "strip_accents": "td_fold",
    "hash": "td_hash",
    "md5": "td_hash",
    "strptime": "td_try_date",
    "try_strptime": "td_try_date",
    "regexp_matches": "td_matches",
    "regexp_like": "td_matches",
    "any_value": "min",
    "first": "min",
}
_NOT_ALLOWED: Final[Mapping[type[exp.Expr], str]] = {
    exp.RegexpLike: "regular expressions are written td_matches(text, 'pattern')",
    exp.SimilarTo: "regular expressions are written td_matches(text, 'pattern')",
    exp.RawString: "write texts between single quotes, not $$",
    exp.ByteString: "write texts between single quotes, without a prefix",
    exp.Lambda: "lambda functions are not allowed",
    exp.Array: "lists in [ ] are not allowed",
    exp.Bracket: "lists and [ ] are not allowed",
    exp.Struct: "{ } is not allowed",
    exp.Dot: "a function cannot follow a dot: write function(value)",
    exp.Values: "VALUES is not allowed: name a table",
    exp.Columns: "COLUMNS(…) is not allowed: name the columns",
}

FUNCTION_NAMES: Final = frozenset(
    [*FUNCTIONS, *(n for n, _ in _FUNCTIONS.values()), *(n for n, _ in _AGGREGATES.values())]
)
_PARTS_OF_FUNCTIONS: Final = {k: parts for k, (_, parts) in _FUNCTIONS.items()}
_IN_CONDITION: Final = {**_EXPRESSIONS, **_PARTS_OF_FUNCTIONS}
_IN_QUERY: Final = {
    **_IN_CONDITION,
    **{k: parts for k, (_, parts) in _AGGREGATES.items()},
    **_RELATIONS,
}


def nearest(name: str, known: Iterator[str] | frozenset[str] | list[str]) -> str:
    """A hint naming the known words nearest to `name`, or all of them when they are few."""
    by_folded = {word.casefold(): word for word in known}
    close = get_close_matches(name.casefold(), list(by_folded), n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(by_folded[word] for word in close) + "?"
    if 0 < len(by_folded) <= 12:
        return "known are " + ", ".join(sorted(by_folded.values()))
    return "no known name is near"


def refusals(tree: exp.Expr, *, query: bool) -> list[Refusal]:
    """Every piece of `tree` that is not on the list; `query` allows what only a SELECT may have."""
    allowed = _IN_QUERY if query else _IN_CONDITION
    found: list[Refusal] = []
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        if depth > MAX_DEPTH:
            return [*found, (node, f"the calculation is nested deeper than {MAX_DEPTH} levels")]
        refused = _refuse(node, allowed)
        if refused:
            found.append((node, refused))
        if not refused or isinstance(node, exp.Func):
            stack += [
                (child, depth if key == "this" and _is_chain(node, child) else depth + 1)
                for key, child in _children(node)
            ]
    return found


def _is_chain(node: exp.Expr, child: exp.Expr) -> bool:
    """Whether the two are terms of one flat `a + b + c`, which is no nesting."""
    return isinstance(node, exp.Binary) and type(child) is type(node)


def _children(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for key, value in node.args.items():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                yield key, child


def _refuse(node: exp.Expr, allowed: Mapping[type[exp.Expr], frozenset[str]]) -> str | None:
    parts = allowed.get(type(node))
    if parts is None:
        return _unlisted(node)
    for key, value in node.args.items():
        if value in (None, False) or value == []:
            continue
        if key not in parts:
            return f"{_words(node)} with {key.strip('_').replace('_', ' ')} is not allowed"
        problem = _refuse_part(node, key, value)
        if problem:
            return problem
    if isinstance(node, exp.Anonymous):
        return _refuse_call(node)
    return None


def _refuse_part(node: exp.Expr, key: str, value: object) -> str | None:
    """Why a part may not stand there that is of a wrong kind or no node: a text, flag or type."""
    if isinstance(node, exp.DataType) and key == "this" and value not in _TYPES:
        return f"the type {node.sql('duckdb')} is not allowed; allowed are {_TYPE_NAMES}"
    if isinstance(node, exp.Table) and key != "alias" and not isinstance(value, exp.Identifier):
        return "only tables of the catalog may stand in FROM, no functions"
    if isinstance(node, exp.Subquery) and key == "this" and not isinstance(value, exp.Query):
        return "only a SELECT may stand in parentheses in FROM"
    if isinstance(value, list):
        ordinary = all(isinstance(item, exp.Expr) for item in value)
        return None if ordinary else f"{_words(node)} is not allowed in this form"
    return None if isinstance(value, exp.Expr | bool | exp.DType) else _refuse_text(node, value)


def _refuse_text(node: exp.Expr, value: object) -> str | None:
    """Why a bare text in the tree is refused: only names, literals and known keywords are not."""
    if isinstance(node, exp.Var) and str(value).upper() not in _UNITS:
        return f"{value!r} is no unit of time; known are year, quarter, month, week, day, hour …"
    if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(str(value)):
        return f"{value!r} is not a plain number"
    if isinstance(node, _PLAIN_TEXT) or str(value).upper() in _KEYWORDS:
        return None
    return f"{_words(node)} with {value} is not allowed"


def _refuse_call(node: exp.Anonymous) -> str | None:
    function = FUNCTIONS.get(node.name.lower())
    if function is None:
        return _unknown_function(node.name.lower())
    least, most = function.arguments
    given = len(node.expressions)
    if given < least or (most is not None and given > most):
        takes = f"{least}" if least == most else f"{least} to {most or 'any number of'}"
        return f"{function.name} takes {takes} argument(s), {given} given: {function.example}"
    for position in function.constant:
        if position < given and not isinstance(node.expressions[position], exp.Literal):
            return (
                f"argument {position + 1} of {function.name} must be written out as a text or "
                f"number: {function.example}"
            )
    if function.name in ("td_try_date", "td_try_timestamp") and given > 1:
        return format_problem(str(node.expressions[1].this))
    return None


def _unlisted(node: exp.Expr) -> str:
    if type(node) in _AGGREGATES or isinstance(node, exp.AggFunc | exp.Window | exp.Filter):
        name = _AGGREGATES.get(type(node), (node.key.upper(), None))[0]
        if name in FUNCTION_NAMES or not isinstance(node, exp.AggFunc):
            return f"{name} looks at many rows; a condition speaks of one row"
    if type(node) in _NOT_ALLOWED:
        return _NOT_ALLOWED[type(node)]
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists):
        return "a condition speaks of one row: no SELECT inside it"
    if isinstance(node, exp.Func):
        return _unknown_function(node.sql_name().lower())
    return f"{_words(node)} is not allowed: {node.sql('duckdb')[:60]}"


def _unknown_function(name: str) -> str:
    hint = f"use {_INSTEAD[name]}" if name in _INSTEAD else nearest(name, FUNCTION_NAMES)
    return f"the function {name} is not on the list; {hint}"


def _words(node: exp.Expr) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()
