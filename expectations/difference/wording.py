"""Says what a cause is, in English and Turkish."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.texts import read_texts
from expectations.difference.changes import Change
from expectations.difference.numbers import Number
from expectations.difference.plainly import NotPlain, Plainly
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

    def day(self, day: date) -> str:
        """A day as the language writes it."""
        return self.page.day(day)

    def digits(self, digits: object) -> str:
        """To how many digits something is rounded."""
        if not isinstance(digits, int):
            return self("digits.all")
        if digits == 0:
            return self("digits.whole")
        if digits > 0:
            return self("digits.decimals", n=digits)
        return self("digits.tens", n=self.number(10**-digits))


def short_name(catalog: Catalog, urn: str, other: str, language: Language) -> str:
    """What a number is called beside another: a cell by its report, unless both are in that."""
    kind, _, key = urn.partition(":")
    if kind == "measure":
        return catalog.measures[key].named(language)
    cell = catalog.cells[key]
    same = (
        other.startswith("cell:") and catalog.cells[other.partition(":")[2]].report == cell.report
    )
    return (cell if same else catalog.reports[cell.report]).named(language)


def name_of(catalog: Catalog, urn: str, language: Language) -> str:
    """What a cell, with its report, or a measure is called."""
    kind, _, key = urn.partition(":")
    if kind == "measure":
        return catalog.measures[key].named(language)
    cell = catalog.cells[key]
    return f"{catalog.reports[cell.report].named(language)}, {cell.named(language)}"


@dataclass(frozen=True)
class Wording:
    """What is said of the causes of one pair; `subject` gives the fact a column speaks of."""

    catalog: Catalog
    left: Number
    right: Number
    language: Language
    subject: Callable[[str], str] = str

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
            only = change.about[0] if len(change.about) == 1 else None
            left, right = (self._taken(one, only) for one in (change.left, change.right))
            about = ", ".join(map(self._name, change.about))
            key = (
                "cause.cut_off_of"
                if change.cause == "cut_off" and only
                else f"cause.{change.cause}"
            )
            return self.words(key, about=about, left=left, right=right, **self._sides)
        if change.about and kind.endswith(":total"):
            sides = {"left": self._sql(change.left), "right": self._sql(change.right)}
            return self.words("cause.total", **sides, **self._sides)
        if change.about:
            return self._told(change)
        return self._rows(change, share)

    def _rows(self, change: Change, share: Decimal) -> str:
        """Rows that one side alone has."""
        left, right = (str(one).split(", ") for one in (change.left, change.right))
        if left == right and change.cause == "duplicates":
            return self.words("cause.duplicates_counted")
        table = self._holder(change.cause, [*left, *right] if share <= 0 else [*right, *left])
        entity = self._entity(table)
        return self.words(
            f"cause.{change.cause}",
            table=self._table(table),
            left=self._tables(left),
            right=self._tables(right),
            entity=self._lowered(entity),
            population=self._population(table),
        )

    def _lowered(self, name: str) -> str:
        """A name within a sentence."""
        turkish = name.replace("İ", "i").replace("I", "ı")
        return (turkish if self.language == "tr" else name).lower()

    def _population(self, table: str) -> str:
        """The rows that count of a dataset, in words."""
        dataset = self.catalog.datasets.get(table)
        stated = (dataset.population if dataset else None) or ""
        names = {f.key for f in dataset.fields} if dataset else set[str]()

        def fact(column: str) -> str:
            return self.subject(f"{table}.{column}") if column in names else column

        return self._said_plainly(stated, None, fact) or stated

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
            return self.words("cause.values", about=about, **sides, **self._sides)
        field = left if left.rpartition(".")[0] in self.catalog.datasets else right
        return self.words(
            f"cause.{change.cause}", about=about, table=self._table(field.rpartition(".")[0])
        )

    def _arithmetic(self, change: Change) -> str:
        shown = dict(change.shown)
        side = shown.pop("side", "left")
        mine, other = (self.right, self.left) if side == "right" else (self.left, self.right)
        key = change.said
        if key == "unit":
            key = "unit_more" if shown.pop("more") else "unit_less"
        values = {name: self._value(name, value) for name, value in shown.items()}
        values["of"] = self._called(str(shown.get("of") or other.urn))
        named = {**self._sides, **values, "name": self._called(mine.urn)}
        return self.words(f"cause.{key}", **named)

    @cached_property
    def _sides(self) -> dict[str, str]:
        """What both numbers are called beside each other."""
        left, right = self.left.urn, self.right.urn
        return {
            "one": short_name(self.catalog, left, right, self.language),
            "other": short_name(self.catalog, right, left, self.language),
        }

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

    def _taken(self, text: str | None, only: str | None) -> str:
        """Which rows a condition takes, in words where there are any; else as it is written."""
        if text is None:
            return self.words("cause.no_condition")
        return self._said_plainly(text, only, str) or self._sql(text)

    def _said_plainly(self, text: str, only: str | None, fact: Callable[[str], str]) -> str | None:
        plainly = Plainly(
            self.words,
            lambda column: self._name(fact(column)),
            lambda column, code: self._label(fact(column), code),
        )
        try:
            return plainly.say(text, only)
        except NotPlain:
            return None

    def _label(self, subject: str, code: str) -> str:
        """What a code of an attribute is called."""
        attribute = self.catalog.attributes.get(subject)
        if attribute is None:
            return code
        own = attribute.values_tr if self.language == "tr" else attribute.values_en
        return own.get(code) or (attribute.values or {}).get(code) or code

    def _sql(self, text: str | None) -> str:
        """A condition as it is written: facts by their names, days as days."""
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
        return attribute.named(self.language) if attribute else self._column(subject)

    def _column(self, address: str) -> str:
        """A column of a dataset by its own name and the dataset's; of golden records by theirs."""
        table, _, column = address.rpartition(".")
        dataset = self.catalog.datasets.get(table)
        if dataset is None:
            return self._table(table) if table else address
        found = next((f for f in dataset.fields if f.key == column), None)
        name = found.named(self.language) if found else column
        return self.words("place.field", field=name, table=self._table(table))

    def _table(self, table: str) -> str:
        """A dataset by its name, where it has one; golden records as such."""
        dataset = self.catalog.datasets.get(table)
        if dataset is not None:
            named = dataset.named(self.language)
            return table if named == dataset.key else named
        return self.words("place.golden", entity=self._entity(table))

    def _entity(self, table: str) -> str:
        dataset = self.catalog.datasets.get(table)
        entity = self.catalog.entities.get((dataset.entity if dataset else table) or "")
        return entity.named(self.language) if entity else table
