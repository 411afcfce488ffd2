"""What the names of a statement can mean: tables of a schema, and the relations in reach."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from lineage.origins import ROWS, Missed, Origin, Output, Use, merged, taken

if TYPE_CHECKING:
    from sqlglot import exp

Schema = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Relation:
    """Something in FROM, or what a query gives.

    `names` are the folded names by which it can be called; `columns` its columns in their order;
    `tables` the tables whose rows it holds. `gap` says why it may have columns beyond these, and
    `others` what any such column would come from, where that can be told. `aside` columns have a
    name but are not among those that a star stands for.
    """

    columns: tuple[Output, ...] = ()
    tables: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    label: str = "the inner query"
    gap: Missed | None = None
    others: frozenset[Origin] | None = None
    aside: tuple[Output, ...] = ()
    hidden: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Output]:
        """The columns by folded name; of two with one name, the first."""
        found: dict[str, Output] = {}
        for column in (*self.columns, *self.aside):
            found.setdefault(column.name.casefold(), column)
        return found

    def column(self, name: str) -> Output | None:
        """The column of a folded name, or None."""
        found = self.by_name.get(name)
        if found is None and self.others is not None:
            return Output(name, self.others)
        return found

    def called(self, names: Sequence[str], columns: Sequence[str] = ()) -> Relation:
        """The same under other names, its first columns renamed."""
        folded = tuple(name.casefold() for name in names)
        if not columns:
            same = replace(self, names=folded)
            same.__dict__["by_name"] = self.by_name  # a wide table is indexed once, not per query
            return same
        if not self.columns and self.others is not None:
            renamed = [Output(name, self.others) for name in columns]
        else:
            pairs = zip(self.columns, columns, strict=False)
            renamed = [column.renamed(name) for column, name in pairs]
        kept = self.columns[len(columns) :]
        return replace(self, names=folded, columns=(*renamed, *kept), aside=())


class Tables:
    """A schema made ready for many statements: finds tables and columns whatever their case."""

    def __init__(self, schema: Schema) -> None:
        self._schema = dict(schema)
        self._tables = {table.casefold(): table for table in schema}
        self._relations: dict[str, Relation] = {}

    def add(self, table: str, columns: Collection[str]) -> None:
        """Make one more table known; of one that is known already the columns stay as they are."""
        if table not in self._schema:
            self._schema[table] = columns
            self._tables[table.casefold()] = table

    def relation(self, written: str) -> Relation | None:
        """The table of that name, its columns as the schema spells them, or None."""
        table = self._tables.get(written.casefold())
        if table is None:
            return None
        if table not in self._relations:
            columns = (
                Output(c, frozenset({Origin(table, c, "direct")})) for c in self._schema[table]
            )
            self._relations[table] = Relation(tuple(columns), frozenset({table}), label=table)
        return self._relations[table]


@dataclass
class CommonTable:
    """A query named in WITH; it is traced when something first reads it."""

    node: exp.Expr
    reach: Mapping[str, CommonTable]
    outer: Frame | None
    recursive: bool = False
    relation: Relation | None = None


@dataclass
class Frame:
    """All that names can mean inside one SELECT."""

    common: Mapping[str, CommonTable]
    outer: Frame | None = None
    relations: list[Relation] = field(default_factory=list)
    shared: dict[str, Output] = field(default_factory=dict)
    aliases: dict[str, Output] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)

    def tables(self) -> frozenset[str]:
        """The tables whose rows are gone through here."""
        return frozenset().union(*(relation.tables for relation in self.relations))

    def rows(self) -> frozenset[Origin]:
        """What a count of rows comes from."""
        return frozenset(Origin(table, ROWS, "rows") for table in self.tables())

    def visible(self) -> Iterator[Relation]:
        """The relations a name without a qualifier, or a star, can mean."""
        return (relation for relation in self.relations if not relation.hidden)

    def all_columns(self) -> Output:
        """All columns in reach as one."""
        return merged("", (c for relation in self.visible() for c in relation.columns))

    def resolve(self, parts: Sequence[str], text: str) -> Output:
        """What a written name means; `parts` are its folded parts. What it misses is said."""
        frame: Frame | None = self
        while frame is not None:
            found = frame._own(parts, text)
            if found is not None:
                return found
            frame = frame.outer
        return Output(text, missed=(self._nowhere(parts, text),))

    def _own(self, parts: Sequence[str], text: str) -> Output | None:
        for cut in range(len(parts) - 1, 0, -1):
            called = [r for r in self.relations if ".".join(parts[:cut]) in r.names]
            if called:
                return _qualified(called, parts, cut, text)
        name = parts[0]
        if name in self.shared:
            return _within(self.shared[name], parts)
        holders = [r for r in self.visible() if name in r.by_name]
        if len(holders) > 1:
            where = " and ".join(relation.label for relation in holders)
            reason = f"it is a column of {where}; write which one is meant"
            return Output(text, missed=(Missed(text, "ambiguous", reason),))
        if holders:
            return _within(holders[0].by_name[name], parts)
        if name in self.aliases:
            return _within(self.aliases[name], parts)
        whole = [r for r in self.relations if name in r.names]
        if len(whole) == 1 and len(parts) == 1:
            row = merged(text, whole[0].columns)
            return Output(text, frozenset(taken(row.origins, "computed")), row.missed)
        guessed = [r for r in self.visible() if r.others is not None]
        return guessed[0].column(name) if guessed else None

    def _nowhere(self, parts: Sequence[str], text: str) -> Missed:
        frame: Frame | None = self
        while frame is not None:
            for relation in frame.relations:
                if relation.gap and len(parts) == 1:
                    return Missed(text, relation.gap.why, relation.gap.reason)
            frame = frame.outer
        if len(parts) > 1:
            reason = f"nothing in FROM is called {'.'.join(parts[:-1])}"
            return Missed(text, "unknown table", reason)
        return Missed(text, "unknown column", "no table of the statement has such a column")


class Tracing(Protocol):
    """What reading one part of a statement needs of the one who traces all of it."""

    names: Tables
    tables: set[str]

    def query(self, node: exp.Expr, outer: Frame | None, reach: Frame | None = None) -> Relation:
        """The columns and tables of a nested query."""

    def common(self, table: CommonTable) -> Relation:
        """The columns and tables of a query named in WITH."""

    def expression(self, node: exp.Expr, frame: Frame, use: Use = "direct") -> Output:
        """What an expression comes from; what it misses is kept."""

    def note(self, node: exp.Expr | None, frame: Frame, use: Use) -> None:
        """Keep what an expression decides about the rows."""

    def decide(self, output: Output, use: Use) -> None:
        """Keep what a column decides about the rows."""

    def miss(self, missed: Missed) -> Missed:
        """Keep what leads nowhere."""


def _qualified(called: list[Relation], parts: Sequence[str], cut: int, text: str) -> Output:
    """A column of the relation that a qualifier names."""
    holders = [relation for relation in called if relation.column(parts[cut])]
    if len(holders) > 1:
        reason = f"several tables are called {'.'.join(parts[:cut])}; give them names with AS"
        return Output(text, missed=(Missed(text, "ambiguous", reason),))
    if holders:
        found = holders[0].column(parts[cut]) or Output(text)
        return _within(found, parts[cut:])
    if gap := called[0].gap:
        return Output(text, missed=(Missed(text, gap.why, gap.reason),))
    reason = f"{called[0].label} has no such column"
    return Output(text, missed=(Missed(text, "unknown column", reason),))


def _within(column: Output, parts: Sequence[str]) -> Output:
    """A column, or a part of it where more names follow."""
    if len(parts) == 1:
        return column
    return Output(column.name, frozenset(taken(column.origins, "computed")), column.missed)
