"""Reads stewards' SQL: parses it, refuses what is not allowed, says what it uses.

Nothing here runs SQL. What runs later is rendered from the checked tree, never from the text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NoReturn

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import TokenType

from catalog.sql_names import Names
from catalog.sql_nodes import Refusal, nearest, refusals

PARAMETERS: Final = ("as_of", "period_start", "period_end")
MAX_LENGTH: Final = 50_000


@dataclass(frozen=True)
class SqlProblem:
    """One thing wrong with a calculation; `line` and `column` count from 1 in its own text."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class SqlRefused(ValueError):
    """A calculation is not allowed or cannot be read; `problems` holds everything found."""

    def __init__(self, problems: tuple[SqlProblem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class CheckedSql:
    """SQL that was found allowed.

    `tree` is a sqlglot tree in DuckDB's dialect; in a query every table bears an alias and every
    qualified column that alias. `columns` are plain names in a condition, `table.column` in a
    query (of catalog tables alone, a star counting as all columns). `tables` are names as the
    catalog writes them.
    """

    text: str
    tree: exp.Expr
    columns: frozenset[str]
    tables: frozenset[str]
    parameters: frozenset[str]


def check_condition(
    text: str, columns: Collection[str], *, parameters: Collection[str] = PARAMETERS
) -> CheckedSql:
    """Checks one expression over the `columns` of one row: no SELECT, aggregate or window.

    Raises SqlRefused with all problems. Names are compared without regard to case.
    """
    tree = _parse(text, query=False)
    found = refusals(tree, query=False)
    used = set()
    for column in tree.find_all(exp.Column):
        name = ".".join(part.name for part in column.parts)
        if known := _known(name, columns):
            used.add(known)
        elif not column.is_star:
            hint = nearest(name, list(columns))
            found.append((column, f"there is no column {name}; {hint}"))
    given = _parameters(tree, parameters, found)
    _raise(text, found)
    return CheckedSql(text, tree, frozenset(used), frozenset(), given)


def _known(name: str, columns: Collection[str]) -> str | None:
    """The column of that name, whatever its capitals."""
    if name in columns:
        return name
    folded = name.casefold()
    return next((column for column in columns if column.casefold() == folded), None)


def check_query(
    text: str,
    tables: Mapping[str, Collection[str]],
    *,
    parameters: Collection[str] = PARAMETERS,
) -> CheckedSql:
    """Checks one SELECT over `tables` (name as written, `customer` or `crm.customers` → columns).

    Raises SqlRefused with all problems. Names are compared without regard to case.
    """
    tree = _parse(text, query=True)
    found = refusals(tree, query=True)
    names = Names(tables)
    names.resolve(tree)
    found += names.refusals
    given = _parameters(tree, parameters, found)
    _raise(text, found)
    used_columns, used_tables = frozenset(names.used_columns), frozenset(names.used_tables)
    return CheckedSql(text, tree, used_columns, used_tables, given)


def _parse(text: str, *, query: bool) -> exp.Expr:
    """The tree of one statement, the caller's own; each statement is parsed once."""
    return _parsed(text, query=query).copy()


@lru_cache(maxsize=4_000)
def _parsed(text: str, *, query: bool) -> exp.Expr:
    if len(text) > MAX_LENGTH:
        _refuse(f"the calculation is longer than {MAX_LENGTH:,} characters")
    dialect = DuckDB()
    try:
        tokens = dialect.tokenize(text)
        if not tokens:
            _refuse("the calculation is empty")
        if query and tokens[0].token_type not in _FIRST:
            _refuse(f"a calculation is one SELECT, it cannot start with {tokens[0].text}")
        parsed = dialect.parse(text) if query else dialect.parse_into(exp.Condition, text)
    except ParseError as error:
        raise SqlRefused(tuple(_unparsed(error))) from None
    except SqlglotError:
        _refuse("this cannot be read: a text, a name in quotes or a comment is not closed")
    except RecursionError:
        _refuse("the calculation is nested too deeply")
    trees = [tree for tree in parsed if tree is not None and not isinstance(tree, exp.Semicolon)]
    if len(trees) != 1:
        kind = "SELECT" if query else "expression"
        _refuse(f"one {kind} is expected, found {len(trees)} statements")
    if query and not isinstance(trees[0], exp.Query):
        _refuse(f"a calculation is one SELECT, not {trees[0].key.upper()}")
    return trees[0]


_FIRST: Final = (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN, TokenType.FROM)


def _refuse(message: str) -> NoReturn:
    raise SqlRefused((SqlProblem(1, 1, message),))


def _unparsed(error: ParseError) -> Iterable[SqlProblem]:
    for found in error.errors:
        start = (found.get("start_context") or "").rsplit("\n", 1)[-1]
        piece = found.get("highlight") or ""
        said = str(found.get("description"))
        if said.startswith("Required keyword"):
            said = "something is missing here"
        message = f"this cannot be read at {start[-30:]}»{piece}«: {said}"
        yield SqlProblem(found.get("line") or 1, found.get("col") or 1, message)


def _parameters(tree: exp.Expr, known: Collection[str], found: list[Refusal]) -> frozenset[str]:
    used = set()
    for node in tree.find_all(exp.Placeholder):
        name = node.name
        if name in known:
            used.add(name)
        elif not name or name.isdigit():
            found.append((node, "parameters are written by name, such as :as_of"))
        else:
            hint = nearest(name, list(known))
            found.append((node, f"there is no parameter :{name}; {hint}"))
    return frozenset(used)


def _raise(text: str, found: list[Refusal]) -> None:
    if found:
        problems = {SqlProblem(*_place(text, node), message): None for node, message in found}
        raise SqlRefused(tuple(sorted(problems, key=lambda p: (p.line, p.column))))


def _place(text: str, node: exp.Expr) -> tuple[int, int]:
    """Line and column, from 1, of the first piece of `node` that the parser has placed."""
    placed = [child.meta["start"] for child in node.walk() if "start" in child.meta]
    if isinstance(node, exp.Placeholder):
        placed = [i for i in (text.find(f"{sign}{node.name}") for sign in ":$?") if i >= 0]
    start = min(placed, default=0)
    before = text[:start]
    return before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1
