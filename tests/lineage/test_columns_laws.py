"""Laws of column lineage, on random queries: what must not change it, and that it leaves out
nothing a result depends on.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.columns import ColumnLineage, columns_of

pytestmark = pytest.mark.long

TABLES = {"r": ["k", "a", "b"], "s": ["k", "d", "e"]}
Term = tuple


@dataclass(frozen=True)
class Part:
    """A SELECT over one or two sources; terms name columns by source and place."""

    sources: tuple[str | int, ...]  # a table, or the number of a part before
    side: str
    terms: tuple[Term, ...]
    where: Term | None
    shape: str  # plain, distinct, grouped, window

    @property
    def width(self) -> int:
        return len(self.terms) + (self.shape in ("grouped", "window"))


@dataclass(frozen=True)
class Style:
    """How a query is written: names of tables and columns, blanks, capitals, order of WITH."""

    table: str = "t"
    column: str = "c"
    alias: str = "x"
    blank: str = " "
    backwards: bool = False
    capitals: bool = True


@dataclass(frozen=True)
class Query:
    parts: tuple[Part, ...]
    last: Part

    def written(self, style: Style = Style()) -> str:
        named = [
            f"{style.table}{n} AS ( {_select(part, style)} )" for n, part in enumerate(self.parts)
        ]
        listed = ", ".join(reversed(named) if style.backwards else named)
        text = f"WITH {listed} {_select(self.last, style)}" if named else _select(self.last, style)
        text = text if style.capitals else text.lower()
        return text.replace(" ", style.blank)


def _select(part: Part, style: Style) -> str:
    names = [f"{style.alias}{n}" for n in range(len(part.sources))]
    tables = [s if isinstance(s, str) else f"{style.table}{s}" for s in part.sources]

    def column(source: int, place: int) -> str:
        index = source % len(names)
        known = part.sources[index]
        columns = TABLES.get(known) if isinstance(known, str) else None
        written = columns[place % len(columns)] if columns else f"{style.column}{place % 2}"
        return f"{names[index]}.{written}"

    items = [_term(term, column) for term in part.terms]
    source = f"{tables[0]} AS {names[0]}"
    if len(names) == 2:
        source += f" {part.side} JOIN {tables[1]} AS {names[1]} ON {column(0, 0)} = {column(1, 0)}"
    where = f" WHERE {_term(part.where, column)} > 1" if part.where else ""
    tail = ""
    if part.shape == "grouped":
        keys = [str(n + 1) for n in range(len(items))]
        items.append(f"sum( {column(0, 1)} )" if len(items) % 2 else "count( * )")
        tail = f" GROUP BY {', '.join(keys)}"
    elif part.shape == "window":
        items.append(f"max( {column(0, 1)} ) OVER ( PARTITION BY {items[0]} )")
    listed = ", ".join(f"{item} AS {style.column}{n}" for n, item in enumerate(items))
    distinct = "DISTINCT " if part.shape == "distinct" else ""
    return f"SELECT {distinct}{listed} FROM {source}{where}{tail}"


def _term(term: Term, column) -> str:
    match term:
        case ("column", source, place):
            return column(source, place)
        case ("add", one, other):
            return f"( {_term(one, column)} + {_term(other, column)} )"
        case ("case", test, one, other):
            chosen = f"THEN {_term(one, column)} ELSE {_term(other, column)} END"
            return f"CASE WHEN {_term(test, column)} > 2 {chosen}"
        case ("coalesce", one, other):
            return f"coalesce( {_term(one, column)} , {_term(other, column)} )"
        case ("nullif", one, other):
            return f"nullif( {_term(one, column)} , {_term(other, column)} )"
        case ("inner", one):
            return f"( SELECT max( y.d ) FROM s AS y WHERE y.k = {_term(one, column)} )"
    return "7"


columns = st.tuples(st.just("column"), st.integers(0, 1), st.integers(0, 2))
terms = st.recursive(
    columns | st.just(("constant",)),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["add", "coalesce", "nullif"]), inner, inner),
        st.tuples(st.just("case"), inner, inner, inner),
        st.tuples(st.just("inner"), columns),
    ),
    max_leaves=4,
)


@st.composite
def queries(draw) -> Query:
    count = draw(st.integers(0, 2))
    tables = st.sampled_from(list(TABLES))

    def part(known: st.SearchStrategy) -> Part:
        return Part(
            tuple(draw(st.lists(known, min_size=1, max_size=2))),
            draw(st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL"])),
            tuple(draw(st.lists(terms, min_size=2, max_size=3))),
            draw(st.none() | terms),
            draw(st.sampled_from(["plain", "distinct", "grouped", "window"])),
        )

    parts = tuple(part(tables) for _ in range(count))
    known = tables | st.sampled_from(range(count)) if count else tables
    return Query(parts, part(known))


def lineage(sql: str) -> ColumnLineage:
    found = columns_of(sql, TABLES)
    assert found.missed == ()
    return found


def without_names(found: ColumnLineage) -> tuple:
    return [one.origins for one in found.outputs], found.conditions, found.tables


@settings(max_examples=examples(60, 1000))
@given(queries())
def test_names_capitals_blanks_and_the_order_of_with_change_nothing(query):
    plain = without_names(lineage(query.written()))
    other = Style("z", "w", "q", "\n\t", backwards=True, capitals=False)
    assert without_names(lineage(query.written(other))) == plain
    commented = query.written(other).replace(",\n\t", ", -- c0\n")
    assert without_names(lineage(commented)) == plain


@settings(max_examples=examples(60, 1000))
@given(queries())
def test_a_star_over_a_query_and_a_query_of_a_query_change_nothing(query):
    sql = query.written()
    assert lineage(f"SELECT * FROM ({sql}) AS q") == lineage(sql)
    assert lineage(f"WITH q AS ({sql}) SELECT * FROM (SELECT q.* FROM q) AS p") == lineage(sql)


@settings(max_examples=examples(60, 1000))
@given(queries())
def test_all_of_a_query_and_the_same_again_change_nothing(query):
    sql = query.written()
    assert lineage(f"({sql}) UNION ALL ({sql})") == lineage(sql)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as opened:
        load(opened, [])
        yield opened


@settings(max_examples=examples(60, 1000))
@given(query=queries())
def test_the_columns_are_those_that_duckdb_gives(connection, query):
    described = connection.execute(f"DESCRIBE {query.written()}").fetchall()
    assert [one.name for one in lineage(query.written()).outputs] == [row[0] for row in described]


@settings(max_examples=examples(60, 1000))
@given(query=queries(), seed=st.integers(0, 2**16))
def test_data_in_columns_it_does_not_name_never_changes_a_result(connection, query, seed):
    chance = random.Random(seed)
    sql, found = query.written(), lineage(query.written())
    rows = [(table, [[draw(chance) for _ in range(3)] for _ in range(6)]) for table in TABLES]
    load(connection, rows)
    before = connection.execute(sql).fetchall()
    for place, output in enumerate(found.outputs):
        named = {(table, column) for table, column, _ in output.origins | found.conditions}
        load(connection, list(scrambled(rows, named, chance)))
        after = connection.execute(sql).fetchall()
        assert Counter(row[place] for row in after) == Counter(row[place] for row in before)


def draw(chance: random.Random) -> int | None:
    return chance.choice([None, 0, 1, 2, 3, 4])


def scrambled(rows, named: set[tuple[str, str]], chance: random.Random) -> Iterator[tuple]:
    for table, lines in rows:
        keep = [(table, column) in named for column in TABLES[table]]
        yield (
            table,
            [[v if k else draw(chance) for v, k in zip(line, keep, strict=True)] for line in lines],
        )


def load(connection: duckdb.DuckDBPyConnection, rows) -> None:
    for table, names in TABLES.items():
        listed = ", ".join(f"{name} INTEGER" for name in names)
        connection.execute(f"CREATE OR REPLACE TABLE {table} ({listed})")
    for table, lines in rows:
        values = ", ".join(f"({', '.join(map(_sql, line))})" for line in lines)
        connection.execute(f"INSERT INTO {table} VALUES {values}")


def _sql(value: int | None) -> str:
    return "NULL" if value is None else str(value)
