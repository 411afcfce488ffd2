"""Says what a cause is, in English and Turkish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.texts import read_texts
from expectations.difference.changes import Change
from expectations.difference.numbers import Number
from lineage.pages.words import Words as PageWords

_NAME = re.compile(r'"([^"]+)"')
_DAY = re.compile(r"\(?DATE '([0-9-]{10})'\)?")
_SPAN = re.compile(r"([+-]) INTERVAL '([0-9]+)' ([A-Z]+)")
_CAST = re.compile(r"CAST\(([\w.]+|\"[^\"]+\") AS (?:DATE|TIMESTAMP)\)")


@dataclass(frozen=True)
class Words:
    """Speaks one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of that key with its values; KeyError when there is no such text."""
        text = read_texts("expectations.difference")[key][self.language == "tr"]
        return text.format(**values) if values else text

    @cached_property
    def page(self) -> PageWords:
        """How numbers, days and periods are written."""
        return PageWords(self.language)

    def number(self, value: Decimal | int) -> str:
        """A number as the language writes it, no digit lost."""
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        return text.translate(str.maketrans(",.", ".,")) if self.language == "tr" else text

    def signed(self, value: Decimal) -> str:
        """A number with its sign."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.number(abs(value))}"

    def digits(self, digits: object) -> str:
        """To how many digits something is rounded."""
        if not isinstance(digits, int):
            return self("digits.all")
        if digits == 0:
            return self("digits.whole")
        if digits > 0:
            return self("digits.decimals", n=digits)
        return self("digits.tens", n=self.number(10**-digits))


def name_of(catalog: Catalog, urn: str, language: Language) -> str:
    """What a cell, with its report, or a measure is called."""
    kind, _, key = urn.partition(":")
    if kind == "measure":
        return catalog.measures[key].named(language)
    cell = catalog.cells[key]
    return f"{catalog.reports[cell.report].named(language)}, {cell.named(language)}"


@dataclass(frozen=True)
class Wording:
    """What is said of the causes of one pair."""

    catalog: Catalog
    left: Number
    right: Number
    language: Language

    @cached_property
    def words(self) -> Words:
        """The texts of the language."""
        return Words(self.language)

    def cause(self, change: Change, share: Decimal) -> str:
        """What a cause is; its share says which side has what the other has not."""
        said = self._bare(change, share)
        return (
            self.words("cause.in_input", input=self._called(change.of), said=said)
            if change.of
            else said
        )

    def _bare(self, change: Change, share: Decimal) -> str:
        kind = change.key.rpartition("/")[2] if change.of else change.key
        if change.said:
            return self._arithmetic(change)
        if change.cause in ("filter", "cut_off"):
            sides = {"left": self._sql(change.left), "right": self._sql(change.right)}
            about = ", ".join(map(self._name, change.about))
            return self.words(f"cause.{change.cause}", about=about, **sides)
        if change.about and kind.endswith(":total"):
            sides = {"left": self._sql(change.left), "right": self._sql(change.right)}
            return self.words("cause.total", **sides)
        if change.about:
            return self._told(change)
        return self._rows(change, share)

    def _rows(self, change: Change, share: Decimal) -> str:
        """Rows that one side alone has."""
        left, right = (str(one).split(", ") for one in (change.left, change.right))
        if left == right and change.cause == "duplicates":
            return self.words("cause.duplicates_counted")
        table = self._holder(change.cause, [*left, *right] if share <= 0 else [*right, *left])
        dataset = self.catalog.datasets.get(table)
        entity = self._entity(table)
        return self.words(
            f"cause.{change.cause}",
            table=table,
            left=self._tables(left),
            right=self._tables(right),
            entity=entity.lower() if self.language == "en" else entity,
            population=(dataset.population if dataset else None) or "",
        )

    def _holder(self, cause: str, tables: list[str]) -> str:
        """The first of the tables that can hold such rows: golden records are one row each."""
        datasets = [one for one in tables if one in self.catalog.datasets]
        if cause == "population":
            datasets = [one for one in datasets if self.catalog.datasets[one].population]
        return (datasets or tables)[0]

    def _tables(self, tables: list[str]) -> str:
        return " + ".join(map(self._table, tables))

    def _told(self, change: Change) -> str:
        """A fact that both sides tell."""
        about = ", ".join(map(self._name, change.about))
        left, right = str(change.left), str(change.right)
        if change.cause == "source":
            sides = {"left": self._column(left), "right": self._column(right)}
            return self.words("cause.values", about=about, **sides)
        field = left if left.rpartition(".")[0] in self.catalog.datasets else right
        return self.words(f"cause.{change.cause}", about=about, table=field)

    def _arithmetic(self, change: Change) -> str:
        shown = dict(change.shown)
        side = shown.pop("side", "left")
        mine, other = (self.right, self.left) if side == "right" else (self.left, self.right)
        key = change.said
        if key == "unit":
            key = "unit_more" if shown.pop("more") else "unit_less"
        values = {name: self._value(name, value) for name, value in shown.items()}
        values["of"] = self._called(str(shown.get("of") or other.urn))
        return self.words(f"cause.{key}", **{**values, "name": self._called(mine.urn)})

    def _called(self, urn: str) -> str:
        return name_of(self.catalog, urn, self.language)

    def _value(self, name: str, value: object) -> object:
        if name in ("digits", "left", "right"):
            return self.words.digits(value)
        if isinstance(value, date):
            return self.words.page.day(value)
        if isinstance(value, Decimal):
            return self.words.number(value.normalize() + 0)
        return self.words.page.period(str(value)) if name == "period" else value

    def _sql(self, text: str | None) -> str:
        """A condition as readers see it: facts by their names, days as days."""
        if text is None:
            return self.words("cause.no_condition")
        text = _DAY.sub(lambda found: found[1], _CAST.sub(lambda found: found[1], text))
        text = _SPAN.sub(lambda found: f"{found[1]} {found[2]} {self._unit(found[3])}", text)
        return f"«{_NAME.sub(lambda found: self._name(found[1]), text)}»"

    def _unit(self, unit: str) -> str:
        key = f"unit.{unit.lower().removesuffix('s')}"
        return self.words(key) if key in read_texts("expectations.difference") else unit.lower()

    def _name(self, subject: str) -> str:
        """What a fact is called."""
        attribute = self.catalog.attributes.get(subject)
        return attribute.named(self.language) if attribute else subject

    def _column(self, address: str) -> str:
        table = address.rpartition(".")[0]
        return address if table in self.catalog.datasets else self._table(table)

    def _table(self, table: str) -> str:
        if table in self.catalog.datasets:
            return table
        golden = {"en": "the golden record of {}", "tr": "{} altın kaydı"}[self.language]
        return golden.format(self._entity(table))

    def _entity(self, table: str) -> str:
        dataset = self.catalog.datasets.get(table)
        entity = self.catalog.entities.get((dataset.entity if dataset else table) or "")
        return entity.named(self.language) if entity else table
