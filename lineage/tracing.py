"""Follows the columns of one parsed statement through its queries, each query once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from lineage.expressions import gather
from lineage.origins import Missed, Origin, Output, Use, merged, taken
from lineage.parts import is_aggregate
from lineage.relations import join_in
from lineage.scopes import CommonTable, Frame, Relation, Tables

_FILTERING = ("where", "having", "qualify", "limit", "offset")


class Tracer:
    """Traces one statement; keeps what decides about its rows, its tables and what is lost."""

    def __init__(self, names: Tables, dialect: str) -> None:
        self.names = names
        self.conditions: set[Origin] = set()
        self.tables: set[str] = set()
        self.missed: dict[Missed, None] = {}
        self._dialect = dialect

    def query(self, node: exp.Expr, outer: Frame | None, reach: Frame | None = None) -> Relation:
        """The columns a query gives, in their order, and the tables whose rows it goes through.

        `outer` is what a correlated query sees around it, `reach` where the names of WITH hold.
        """
        common = self._common_tables(node, reach.common if reach else {}, outer)
        match node:
            case exp.Select():
                return self._select(node, common, outer)
            case exp.SetOperation():
                return self._together(node, common, outer)
            case exp.Subquery():
                found = self.query(node.this, outer, Frame(common))
                return self._ordered(node, found, common)
            case exp.Values():
                return self._values(node, Frame(common, outer))
        return self._from_only(node, Frame(common, outer))

    def common(self, table: CommonTable) -> Relation:
        """What a query named in WITH gives; a recursive one is gone through until all is found."""
        if table.relation is not None:
            return table.relation
        body, columns = table.node.this, _alias_columns(table.node)
        reach = Frame(table.reach)
        if not (table.recursive and isinstance(body, exp.SetOperation)):
            table.relation = self.query(body, table.outer, reach).called((), columns)
            return table.relation
        known = table.relation = self.query(body.this, table.outer, reach).called((), columns)
        for _ in range(len(known.columns) + 2):
            table.relation = self.query(body, table.outer, reach).called((), columns)
            if table.relation == known:
                break
            known = table.relation
        return known

    def expression(self, node: exp.Expr, frame: Frame, use: Use = "direct") -> Output:
        """What an expression comes from, nested queries included; what it misses is kept."""
        return gather([(node, use)], frame, self)

    def note(self, node: exp.Expr | None, frame: Frame, use: Use) -> None:
        """Keep what an expression decides about the rows."""
        if node is not None:
            self.conditions |= self.expression(node, frame, use).origins

    def decide(self, output: Output, use: Use) -> None:
        """Keep what a column decides about the rows."""
        self.conditions |= set(taken(output.origins, use))

    def miss(self, missed: Missed) -> Missed:
        """Keep what leads nowhere."""
        self.missed[missed] = None
        return missed

    def _common_tables(
        self, node: exp.Expr, around: Mapping[str, CommonTable], outer: Frame | None
    ) -> Mapping[str, CommonTable]:
        clause = node.args.get("with_")
        if clause is None:
            return around
        reach = dict(around)
        for cte in clause.expressions:
            seen = dict(reach)
            table = CommonTable(cte, seen, outer, bool(clause.args.get("recursive")))
            if table.recursive:
                seen[cte.alias.casefold()] = table
            reach[cte.alias.casefold()] = table
        return reach

    def _select(
        self, node: exp.Select, common: Mapping[str, CommonTable], outer: Frame | None
    ) -> Relation:
        frame = Frame(common, outer)
        start = node.args.get("from_")
        laterals = node.args.get("laterals") or ()
        for part in (*((start.this,) if start else ()), *(node.args.get("joins") or ()), *laterals):
            join_in(part, frame, self)
        frame.windows |= {w.name.casefold(): w for w in node.args.get("windows") or ()}
        items: list[tuple[exp.Expr | None, Output]] = []
        gaps: list[Missed] = []
        for item in node.expressions:
            items += self._item(item, frame, gaps)
        self._clauses(node, frame, items)
        columns = tuple(output for _, output in items)
        return Relation(columns, frame.tables(), gap=gaps[0] if gaps else None)

    def _item(
        self, item: exp.Expr, frame: Frame, gaps: list[Missed]
    ) -> Iterator[tuple[exp.Expr | None, Output]]:
        """The columns one entry of a select list gives: several for a star."""
        if item.is_star and isinstance(item, exp.Star | exp.Column):
            yield from ((None, output) for output in self._star(item, frame, gaps))
            return
        value = item.unalias()
        found = self.expression(value, frame)
        if isinstance(item, exp.Aliases):
            yield from ((value, found.renamed(name.name)) for name in item.aliases)
            return
        name = item.alias_or_name or value.sql(dialect=self._dialect)
        output = found.renamed(name)
        if isinstance(item, exp.Alias):
            frame.aliases.setdefault(name.casefold(), output)
        yield value, output

    def _star(self, item: exp.Expr, frame: Frame, gaps: list[Missed]) -> Iterator[Output]:
        star = item if isinstance(item, exp.Star) else item.this
        relations = list(frame.visible())
        if isinstance(item, exp.Column):
            qualifier = ".".join(part.name.casefold() for part in item.parts[:-1])
            relations = [r for r in frame.relations if qualifier in r.names]
            if not relations:
                reason = f"nothing in FROM is called {qualifier}"
                gaps.append(self.miss(Missed(self._text(item), "unknown table", reason)))
        left_out = {column.name.casefold() for column in star.args.get("except_") or ()}
        replaced = {part.alias.casefold(): part for part in star.args.get("replace") or ()}
        names = {p.this.name.casefold(): p.alias for p in star.args.get("rename") or ()}
        given: set[str] = set()
        for relation in relations:
            if gap := relation.gap:
                reason = f"which columns it stands for is not known: {gap.reason}"
                gaps.append(self.miss(Missed(self._text(item), "unknown star", reason)))
            for column in relation.columns:
                folded = column.name.casefold()
                together = isinstance(item, exp.Star) and folded in frame.shared
                if folded in left_out or (together and folded in given):
                    continue
                given.add(folded)
                output = frame.shared[folded] if together else column
                if folded in replaced:
                    output = self.expression(replaced[folded].this, frame)
                yield output.renamed(names.get(folded, column.name))

    def _clauses(
        self, node: exp.Select, frame: Frame, items: list[tuple[exp.Expr | None, Output]]
    ) -> None:
        for name in _FILTERING:
            self.note(node.args.get(name), frame, "filter")
        if group := node.args.get("group"):
            if group.args.get("all"):
                for value, output in items:
                    if value is None or not _aggregates(value):
                        self.decide(output, "group")
            for part in group.expressions:
                self._by(part, frame, items, "group")
        if distinct := node.args.get("distinct"):
            if on := distinct.args.get("on"):
                self.note(on, frame, "group")
            else:
                for _, output in items:
                    self.decide(output, "group")
        if (order := node.args.get("order")) and _some_rows(node):
            for part in order.expressions:
                self._by(part.this, frame, items, "order")

    def _by(
        self,
        part: exp.Expr,
        frame: Frame,
        items: list[tuple[exp.Expr | None, Output]],
        use: Use,
    ) -> None:
        """What GROUP BY or ORDER BY names: a place in the list, an alias, or an expression."""
        if isinstance(part, exp.Literal) and part.is_int:
            place = int(part.name) - 1
            if place < len(items):
                self.decide(items[place][1], use)
        elif use == "order" and isinstance(part, exp.Column) and not part.table:
            name = part.name.casefold()
            self.decide(frame.aliases.get(name) or self.expression(part, frame), use)
        else:
            self.note(part, frame, use)

    def _together(
        self, node: exp.SetOperation, common: Mapping[str, CommonTable], outer: Frame | None
    ) -> Relation:
        """UNION puts both sides' columns together; INTERSECT and EXCEPT choose among the left's."""
        chain: list[exp.SetOperation] = [node]
        while isinstance(chain[-1].this, exp.SetOperation) and not chain[-1].this.args.get("with_"):
            chain.append(chain[-1].this)
        reach = Frame(common)
        found = self.query(chain[-1].this, outer, reach)
        for step in reversed(chain):
            found = self._both(step, found, self.query(step.expression, outer, reach))
            found = self._ordered(step, found, common)
        return found

    def _both(self, node: exp.SetOperation, left: Relation, right: Relation) -> Relation:
        tables = left.tables | right.tables
        if not isinstance(node, exp.Union):
            for column in (*left.columns, *right.columns):
                self.decide(column, "filter")
            return Relation(left.columns, tables, gap=left.gap)
        if node.args.get("by_name"):
            names = dict.fromkeys((*left.by_name, *right.by_name))
            sides = [(left.by_name.get(name), right.by_name.get(name)) for name in names]
            pairs = [[side for side in pair if side] for pair in sides]
        else:
            shorter = zip(left.columns, right.columns, strict=False)
            pairs = [list(pair) for pair in shorter]
            pairs += [[column] for column in left.columns[len(pairs) :]]
        columns = tuple(merged(pair[0].name, pair) for pair in pairs)
        if node.args.get("distinct"):
            for column in columns:
                self.decide(column, "group")
        return Relation(columns, tables, gap=left.gap or right.gap)

    def _ordered(
        self, node: exp.Expr, found: Relation, common: Mapping[str, CommonTable]
    ) -> Relation:
        """Keep what ORDER BY with LIMIT decides behind a set operation or in parentheses."""
        order = node.args.get("order")
        if order and _some_rows(node):
            frame = Frame(common, None, [found])
            items: list[tuple[exp.Expr | None, Output]] = [(None, c) for c in found.columns]
            for part in order.expressions:
                self._by(part.this, frame, items, "order")
        return found

    def _values(self, node: exp.Values, frame: Frame) -> Relation:
        columns: list[list[Output]] = []
        for row in node.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            for index, cell in enumerate(cells):
                if index == len(columns):
                    columns.append([])
                columns[index].append(self.expression(cell, frame))
        made = (merged(f"col{index}", cells) for index, cells in enumerate(columns))
        return Relation(tuple(made))

    def _from_only(self, node: exp.Expr, frame: Frame) -> Relation:
        """A statement that is no SELECT: `PIVOT table ON …`, or a bare table."""
        if isinstance(node, exp.Pivot) and node.this:
            table = exp.Table(this=node.this.this, pivots=[node], alias=node.this.args.get("alias"))
            for part in ("db", "catalog"):
                table.args[part] = node.this.args.get(part)
            join_in(table, frame, self)
            found = frame.relations[0]
            return Relation(found.columns, found.tables, gap=found.gap, others=found.others)
        reason = "this kind of nested query is not understood"
        return Relation(gap=self.miss(Missed(self._text(node), "unreadable", reason)))

    def _text(self, node: exp.Expr) -> str:
        return node.sql(dialect=self._dialect)


def _alias_columns(node: exp.Expr) -> list[str]:
    alias = node.args.get("alias")
    return [column.name for column in alias.args.get("columns") or ()] if alias else []


def _aggregates(value: exp.Expr) -> bool:
    return any(is_aggregate(node) for node in value.walk())


def _some_rows(node: exp.Expr) -> bool:
    """Whether only some of the rows are taken, so that their order decides which."""
    return bool(node.args.get("limit") or node.args.get("offset"))
