"""Says a simple SQL calculation in words: what is counted, where, and broken down by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from catalog.model import Attribute, Dataset, Definition, Entity, Field
from lineage.pages.conditions import say_condition
from lineage.pages.context import PageContext

if TYPE_CHECKING:
    from sqlglot import exp

Told = list[tuple[Markup, list[Markup]]]


def tell_query(sql: str, ctx: PageContext) -> Told:
    """Question and answers for a query of one table; empty where it is not as simple as that."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    try:
        tree = parse_one(sql, read="duckdb")
    except SqlglotError:
        return []
    beyond = ("joins", "with_", "having", "distinct", "laterals", "qualify", "windows")
    if not isinstance(tree, exp.Select) or any(tree.args.get(part) for part in beyond):
        return []
    origin = tree.args.get("from_")
    table = _Table.of(origin.this, ctx) if origin else None
    counted = [e.this for e in tree.expressions if e.alias == "value"]
    said = _aggregate(counted[0], table, ctx) if table and len(counted) == 1 else None
    if table is None or said is None:
        return []
    told: Told = [(ctx.words("calc.counted"), [said]), (ctx.words("calc.read_from"), [table.name])]
    if condition := tree.args.get("where"):
        told.append((ctx.words("calc.where"), list(_conditions(condition.this, table, ctx))))
    if group := tree.args.get("group"):
        names = [table.column(e.name) for e in group.expressions if isinstance(e, exp.Column)]
        if len(names) != len(group.expressions):
            return []
        told.append((ctx.words("calc.by"), names))
    return told


@dataclass(frozen=True)
class _Table:
    """The one table of a query: an entity's agreed values, or a dataset."""

    definition: Definition
    name: Markup
    ctx: PageContext

    @classmethod
    def of(cls, node: exp.Expression, ctx: PageContext) -> _Table | None:
        path = ".".join(part for part in (node.text("db"), node.text("this")) if part)
        for urn in (f"entity:{path}", f"dataset:{path}"):
            found = ctx.visible.get(urn)
            if isinstance(found, Entity):
                return cls(found, ctx.words("calc.golden", entity=ctx.link(urn)), ctx)
            if isinstance(found, Dataset):
                source = ctx.link(f"source:{found.source}")
                return cls(found, source + Markup(" › ") + ctx.link(urn), ctx)
        return None

    def meant(self, column: str) -> Definition | None:
        """The attribute or field a column of it stands for, where it may be shown."""
        kind = "attribute" if isinstance(self.definition, Entity) else "field"
        return self.ctx.visible.get(f"{kind}:{self.definition.path}.{column}")

    def column(self, name: str) -> Markup:
        found = self.meant(name)
        return self.ctx.link(found.urn) if found else Markup("<code>{}</code>").format(name)

    def value(self, column: str, code: str) -> Markup:
        found = self.meant(column)
        attribute = self._attribute(found) if isinstance(found, Field) else found
        if isinstance(attribute, Attribute) and attribute.values:
            return self.ctx.code_label(attribute, code)
        return Markup("<code>{}</code>").format(code)

    def _attribute(self, field: Field) -> Definition | None:
        """The one attribute that reads a field, whose labels then name its codes."""
        down = self.ctx.links.down.get(field.urn, ())
        reading = [urn for urn in down if urn.startswith("attribute:")]
        return self.ctx.visible[reading[0]] if len(reading) == 1 else None


def _aggregate(node: exp.Expression, table: _Table, ctx: PageContext) -> Markup | None:
    from sqlglot import exp

    inner = node.this
    if isinstance(node, exp.Count):
        if isinstance(inner, exp.Star):
            return ctx.words("calc.count", things=ctx.sentences.things_in(table.definition))
        if isinstance(inner, exp.Distinct) and len(inner.expressions) == 1:
            inner, key = inner.expressions[0], "calc.different"
        else:
            key = "calc.given"
    else:
        kinds: dict[type[exp.Expression], str] = {
            exp.Sum: "sum",
            exp.Avg: "avg",
            exp.Min: "min",
            exp.Max: "max",
        }
        key = f"calc.{kinds[type(node)]}" if type(node) in kinds else ""
    if not key or not isinstance(inner, exp.Column):
        return None
    return ctx.words(key, column=table.column(inner.name))


def _conditions(node: exp.Expression, table: _Table, ctx: PageContext) -> Iterator[Markup]:
    from sqlglot import exp

    parts = node.flatten() if isinstance(node, exp.And) else [node]
    for part in parts:
        sql = part.unnest().sql(dialect="duckdb")
        yield say_condition(sql.replace("$", ":"), ctx.words, table.column, table.value)


def tell_formula(formula: str, names: dict[str, Markup]) -> Markup | None:
    """A worksheet formula with the cells it names called by their names; None if one is unknown."""
    import re

    unknown = False

    def name(found: re.Match[str]) -> str:
        nonlocal unknown
        known = names.get(found[0].replace("$", "").upper())
        unknown = unknown or known is None
        return known or ""

    said = re.sub(r"\$?[A-Z]{1,3}\$?\d+\b(?!\()", name, str(escape(formula)).replace("&#39;", "'"))
    return None if unknown or "!" in said else Markup(said)  # noqa: S704
