"""How a dataset's fields are read: as they are where the source has the type, else as text."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.engine.expressions import (
    TEXTS,
    is_native,
    parse,
    read_field,
    typed,
    with_point,
    without_midnight,
)
from expectations.engine.functions import quote_name
from expectations.plan import DatasetPlan, FieldPlan
from expectations.sources.port import Extract


@dataclass(frozen=True)
class Reading:
    """The fields of a dataset as SQL over its extract; `zone` is the institution's time zone.

    With `only`, a condition on the fields, no other rows are read.
    """

    dataset: DatasetPlan
    extract: Extract
    zone: str
    only: str | None = None

    def select(self) -> str:
        """A SELECT of every field under its key."""
        columns = [
            f"{self._read(field)} AS {quote_name(field.key)}" for field in self.dataset.fields
        ]
        columns += [
            f"{quote_name(field.column)} AS {self.packed(field.key)}"
            for field in self.dataset.fields
            if self.is_packed(field.key)
        ]
        read = f"SELECT {', '.join(columns)} FROM {self.extract.relation}"
        return f"SELECT * FROM ({read}) WHERE {self.only}" if self.only else read

    def is_packed(self, key: str) -> bool:
        """Whether a text can be read as the source packs it, an empty one among them."""
        field = self.dataset.field(key)
        return not self._physical(field) and field.type in TEXTS

    def packed(self, key: str) -> str:
        """A text of `select` as the source packs it, so that repeated ones are looked at once."""
        return quote_name(f"packed {key}")

    def text(self, key: str) -> str:
        """A field of `select` as text."""
        name = quote_name(key)
        return f"CAST({name} AS VARCHAR)" if self.is_native(key) else name

    def typed(self, key: str) -> str:
        """A field of `select` as a value of its declared type, NULL where it is none."""
        field = self.dataset.field(key)
        if self.is_native(key):
            return typed(quote_name(key), field.type)
        return parse(quote_name(key), field.type, self.zone, self.format(key))

    def typed_fields(self) -> dict[str, str]:
        """Every field as stewards' SQL sees it."""
        return {field.key: self.typed(field.key) for field in self.dataset.fields}

    def format(self, key: str) -> str | None:
        """How the texts of a date field are written; a source's own dates are not texts."""
        field = self.dataset.field(key)
        return None if self._physical(field) else field.format

    def is_native(self, key: str) -> bool:
        """Whether the source already holds values of the declared type."""
        field = self.dataset.field(key)
        return is_native(field.type, self._physical(field))

    def _read(self, field: FieldPlan) -> str:
        physical = self._physical(field)
        read = read_field(quote_name(field.column), field.type, physical, self.zone)
        if field.type == "date" and not self.is_native(field.key) and not self.format(field.key):
            return without_midnight(read)
        if self.dataset.decimal == "," and field.type in ("decimal", "money") and not physical:
            return with_point(read)
        return read

    def _physical(self, field: FieldPlan) -> str:
        return self.extract.types.get(field.column, "")
