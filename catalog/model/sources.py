"""Source systems, their datasets and fields: where data comes from and how it is read."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator

from catalog.durations import Duration
from catalog.model.definition import Definition, Model, Severity

FieldType = Literal[
    "text",
    "email",
    "phone",
    "national_id",
    "tax_id",
    "iban",
    "date",
    "timestamp",
    "integer",
    "decimal",
    "money",
    "code",
    "boolean",
    "address",
]
Means = Literal["confirmed", "effective", "changed", "loaded"]


Delimiter = Annotated[
    str, StringConstraints(min_length=1, max_length=1, strip_whitespace=False, pattern=r"[^\r\n\"]")
]


class Confirmation(Model):
    """Which field says when a value was last confirmed, and what that moment means."""

    field: str
    means: Means = "changed"


class Field(Definition):
    """One column of a dataset; its type is the institution's, never guessed from the data."""

    kind: ClassVar[str] = "field"

    name: str = ""
    type: FieldType = "text"
    column: str | None = Setting(
        None, description="The column's name in the source, if not the key."
    )
    format: str | None = Setting(None, description="How dates are written, e.g. %d.%m.%Y.")
    confirmed_at: Confirmation | None = None
    copy_of: str | None = Setting(None, description="The field this one is filled from.")
    derived_from: tuple[str, ...] = Setting(
        (), description="The fields its value is computed from, where it is no plain copy."
    )

    @field_validator(
        "confirmed_at", mode="before", json_schema_input_type=Confirmation | str | None
    )
    @classmethod
    def _bare_field_name(cls, value: Any) -> Any:
        return {"field": value} if isinstance(value, str) else value

    @property
    def source_column(self) -> str:
        """The column's name in the source."""
        return self.column or self.key

    @property
    def dataset(self) -> str:
        """The path of the dataset it belongs to: `crm.customers`."""
        return self._parent


class Dataset(Definition):
    """A table or file of a source system."""

    kind: ClassVar[str] = "dataset"

    name: str = ""
    path_: str | None = Setting(
        None, alias="path", description="A file below the location, or a folder of Parquet."
    )
    table: str | None = Setting(None, description="A table of a database: name or schema.name.")
    sheet: str | None = Setting(None, description="The sheet of an Excel file.")
    header_row: int = Setting(1, ge=1, description="The row of an Excel sheet that holds headings.")
    delimiter: Delimiter | None = None
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    entity: str | None = None
    id: str | None = Setting(None, description="The field that identifies the entity.")
    record: str | None = Setting(
        None, description="The field that identifies the row, if that is not the id."
    )
    rows: Literal["one", "many"] = Setting("one", description="Rows per entity.")
    population: str | None = Setting(None, description="Which rows count: an SQL condition.")
    confirmed_at: Confirmation | None = None
    known_to: dict[str, float] = Setting({}, description="Share that another dataset must know.")
    refresh: Duration | None = Setting(None, description="Its own promise, if not its source's.")
    severity: Severity = "critical"
    derived_from: tuple[str, ...] = Setting((), description="The datasets it is made of.")
    fields: tuple[Field, ...] = ()

    @field_validator(
        "confirmed_at", mode="before", json_schema_input_type=Confirmation | str | None
    )
    @classmethod
    def _bare_field_name(cls, value: Any) -> Any:
        return {"field": value} if isinstance(value, str) else value

    @field_validator("known_to")
    @classmethod
    def _shares(cls, shares: dict[str, float]) -> dict[str, float]:
        for dataset, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(f"known_to {dataset}: {share} is not a share between 0 and 1")
        return shares

    @property
    def source(self) -> str:
        """The key of the source system it belongs to."""
        return self._parent

    def field(self, key: str) -> Field | None:
        """The field of that key, or None."""
        return next((field for field in self.fields if field.key == key), None)


class SourceSystem(Definition):
    """An operational system that holds data about entities."""

    kind: ClassVar[str] = "source"

    owner: str
    connector: str = Setting(
        "files",
        alias="kind",
        description="files, duckdb, sqlite, postgres, odbc, or a plug-in's.",
    )
    location: str = Setting(
        ".", description="A folder, or the file of a database, relative to the workspace."
    )
    url: str | None = Setting(
        None, description="A database address or connection string; secrets only as ${NAME}."
    )
    refresh: Duration | None = Setting(None, description="How often it promises to be renewed.")
    language: str | None = None
    unsure: tuple[str, ...] = Setting(
        (), description="What an import could not tell; take out what you have looked at."
    )
    datasets: tuple[Dataset, ...] = ()

    def model_post_init(self, context: Any) -> None:
        """Give datasets and fields their full paths."""
        self.adopt(*self.datasets)
        for dataset in self.datasets:
            dataset.adopt(*dataset.fields)
