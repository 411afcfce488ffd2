"""Measures, and the reports whose cells publish them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from catalog.durations import Duration
from catalog.filling import Filling, filling_of
from catalog.formulas import column_of, letters_of, plain_sheet, read_address
from catalog.model.definition import Definition, Governed, Key, Language, Model, Severity
from catalog.periods import PeriodUnit

Where = dict[str, str | int | float | bool]


def is_query(calculation: str) -> bool:
    """Whether a calculation is SQL over data, rather than an expression or a formula."""
    return re.match(r"[(\s]*(SELECT|WITH)\b", calculation, re.IGNORECASE) is not None


def is_formula(calculation: str | None) -> bool:
    """Whether a cell's calculation is a formula rather than SQL."""
    return calculation is not None and calculation.lstrip().startswith("=")


class CurrencyUnit(Model):
    """Money: which currency, in ones or thousands, at which rate."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    scale: int = Field(1, ge=1)
    rate: str | None = None


class Tolerance(Model):
    """How far two figures may lie apart and still be one number."""

    absolute: float = Field(0, ge=0)
    relative: float = Field(0, ge=0)


class Bounds(Model):
    """Between which numbers each value of a measure must lie, both ends allowed."""

    min: float | None = Field(None, allow_inf_nan=False)
    max: float | None = Field(None, allow_inf_nan=False)
    where: Where = Field(default={}, description="Only the values of these dimensions.")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict | Bounds) else value


OneOrMore = Annotated[
    tuple[Bounds, ...],
    BeforeValidator(_listed, json_schema_input_type=Bounds | tuple[Bounds, ...]),
]


class Change(Model):
    """How far a measure may move from one run, or one period, to the next.

    Where both limits are stated the wider one counts, so that a small segment may move by more than
    a share of it.
    """

    relative: float | None = Field(None, ge=0, allow_inf_nan=False)
    absolute: float | None = Field(None, ge=0, allow_inf_nan=False)
    per: Literal["run", "period"] = "run"
    severity: Severity = Field(
        "warning", description="Of its check; a move is a question before it is a fault."
    )


class Measure(Governed):
    """One number the institution defines once."""

    kind: ClassVar[str] = "measure"

    unit: str | CurrencyUnit | None = None
    unit_en: str | None = None
    unit_tr: str | None = None
    grain: str | None = None
    dimensions: tuple[Key, ...] = ()
    period: PeriodUnit = Field("month", description="The span its number speaks of.")
    as_of: Literal["period_end", "now"] = "period_end"
    calculation: str = Field(description="SQL with a column `value`, or an expression of measures.")
    additive: bool = Field(False, description="Whether its values may be summed to a total.")
    tolerance: Tolerance = Tolerance()
    bounds: OneOrMore = ()
    change: Change | None = None
    rounding: int | None = Field(None, ge=-6, le=12)
    severity: Severity = "critical"

    @property
    def is_query(self) -> bool:
        """Whether it is SQL over data, rather than an expression over other measures."""
        return is_query(self.calculation)


class Find(Model):
    """Where a cell stands, by its headings rather than its address."""

    row: str
    column: str
    sheet: str | None = None


class InputBlock(Model):
    """Cells of the workbook that hold what came from a dataset or a query, as it was pasted.

    `columns` says which field or column each letter holds. Without it those of a query that is as
    wide as the block are taken in their order; lineage that goes into the workbook itself also
    knows columns by their headings.
    """

    at: str = Field(description="Its range: Veri!A1:G82, the row of headings included.")
    dataset: str | None = Field(None, description="The dataset it was taken from: core.customers.")
    calculation: str | None = Field(None, description="The SELECT it is the answer of.")
    columns: dict[str, str] = Field(default={}, description="By letter: the field or column.")

    @model_validator(mode="after")
    def _one_origin(self) -> InputBlock:
        if (self.dataset is None) == (self.calculation is None):
            raise ValueError("either `dataset` or `calculation`, which say where it came from")
        return self


class Cell(Definition):
    """One number in a report: it shows a measure, or carries a calculation of its own."""

    kind: ClassVar[str] = "cell"

    name: str = ""
    label: str | None = None
    at: str | None = Field(None, description="Its address: Summary!C5")
    find: Find | None = None
    unit: str | CurrencyUnit | None = None
    unit_en: str | None = None
    unit_tr: str | None = None
    measure: str | None = None
    where: Where = Field(default={})
    calculation: str | None = None
    tolerance: Tolerance | None = Field(None, description="In its own unit; else the measure's.")
    rounding: int | None = Field(None, ge=-6, le=12, description="Else the measure's.")
    format: str | None = Field(None, description="Its number format in the workbook: 0.0%.")
    unsure: tuple[str, ...] = Field(
        (), description="What an import could not tell; take out what you have looked at."
    )

    @property
    def path(self) -> str:
        """Report and cell: `retail_monthly/active_retail`."""
        return f"{self.whole}/{self.key}" if self.whole else self.key

    def named(self, language: Language) -> str:
        """Its name in that language, else its label in the report, else its key."""
        own = self.name_tr if language == "tr" else self.name_en
        return own or self.name or self.label or self.key

    @property
    def report(self) -> str:
        """The key of the report it stands in."""
        return self._parent


class Line(Model):
    """A row or a column of a block of cells, and what all its cells have in common."""

    key: Key | None = Field(None, description="Its part of the cells' keys.")
    label: str | None = Field(None, description="Its part of the cells' labels.")
    find: str | None = Field(None, description="Its heading in the workbook, if not the label.")
    name: str | None = None
    name_en: str | None = None
    name_tr: str | None = None
    unit: str | CurrencyUnit | None = None
    measure: str | None = None
    where: Where = Field(default={})
    rounding: int | None = Field(None, ge=-6, le=12)
    format: str | None = None


MOST_BLOCK_CELLS = 250_000
LONGEST_KEY = 100


class Block(Model):
    """A rectangle of like cells, written once; a plain cell comes of each when it is read.

    A cell's key is that of its row and that of its column, joined; so is its label. `calculation`
    is the formula of the first cell and is filled into the others as Excel does it. What a row says
    counts before what its column says, and that before what the block says; `where` is all three.
    """

    key: Key
    at: str = Field(description="Its range: Özet!C5:E9, without headings.")
    rows: tuple[Line, ...] = Field(min_length=1, description="One for each row of the range.")
    columns: tuple[Line, ...] = Field((), description="One for each column; none if it has one.")
    calculation: str | None = Field(None, description="The formula of its first cell.")
    measure: str | None = None
    where: Where = Field(default={})
    unit: str | CurrencyUnit | None = None
    tolerance: Tolerance | None = None
    rounding: int | None = Field(None, ge=-6, le=12)
    format: str | None = None
    unsure: tuple[str, ...] = Field((), description="What an import could not tell of its cells.")

    @model_validator(mode="after")
    def _rectangle(self) -> Block:
        _, top, left, bottom, right = _corners(self.at)
        high, wide = bottom - top + 1, right - left + 1
        if len(self.rows) != high:
            raise ValueError(f"{self.at} has {high} rows, and `rows` names {len(self.rows)}")
        if len(self.columns or (Line(),)) != wide:
            raise ValueError(
                f"{self.at} has {wide} columns, and `columns` names {len(self.columns)}"
            )
        if high * wide > MOST_BLOCK_CELLS:
            raise ValueError(f"{self.at} has more than {MOST_BLOCK_CELLS:,} cells")
        if self.calculation is not None and not is_formula(self.calculation):
            raise ValueError("the `calculation` of a block is a formula, such as =C5/C9")
        keys = [
            [line.key or "" for line in lines] for lines in (self.rows, self.columns or [Line()])
        ]
        if not all(keys[0]) and not all(keys[1]):
            raise ValueError("each cell needs the `key` of its row or of its column")
        if sum(max(map(len, some)) for some in keys) >= LONGEST_KEY:
            raise ValueError(f"the keys of row and column together are longer than {LONGEST_KEY}")
        return self

    def cells(self) -> Iterator[Cell]:
        """Its cells, row by row, as they would be written one by one."""
        sheet, top, left, *_ = _corners(self.at)
        filling = filling_of(self.calculation) if self.calculation else None
        for down, row in enumerate(self.rows):
            for across, column in enumerate(self.columns or (Line(),)):
                at = f"{sheet}!{letters_of(left + across)}{top + down}"
                yield Cell(**self._values(row, column), at=at, **_filled(filling, down, across))

    def _values(self, row: Line, column: Line) -> dict[str, Any]:
        """What its cell in that row and column says, but for where it stands."""
        values: dict[str, Any] = {
            "key": "_".join(key for key in (row.key, column.key) if key),
            "label": _both(row.label, column.label),
            "where": {**self.where, **column.where, **row.where},
            "tolerance": self.tolerance,
            "unsure": self.unsure,
        }
        for name in ("unit", "measure", "rounding", "format"):
            said = (getattr(one, name) for one in (row, column, self))
            values[name] = next((one for one in said if one is not None), None)
        for name in ("name", "name_en", "name_tr"):
            parts = (getattr(row, name), getattr(column, name))
            if any(parts):
                values[name] = _both(parts[0] or row.label, parts[1] or column.label)
        headings = (row.find or row.label, column.find or column.label)
        if any(headings):
            sheet = plain_sheet(_corners(self.at)[0])
            values["find"] = Find(row=headings[0] or "", column=headings[1] or "", sheet=sheet)
        return values


def _corners(at: str) -> tuple[str, int, int, int, int]:
    """Sheet as written, top, left, bottom and right of a range; ValueError where it is none."""
    sheet, mark, _ = at.rpartition("!")
    first, _, last = at.rpartition("!")[2].partition(":")
    start, end = read_address(first), read_address(last or first)
    if not mark or not sheet or start is None or end is None:
        raise ValueError(f"'{at}' is not a range; write sheet and corners, as in Summary!C5:E9")
    rows = sorted((start.row, end.row))
    columns = sorted((column_of(start.column), column_of(end.column)))
    return sheet, rows[0], columns[0], rows[1], columns[1]


def _both(row: str | None, column: str | None) -> str | None:
    return " · ".join(part for part in (row, column) if part) or None


def _filled(filling: Filling | None, down: int, across: int) -> Mapping[str, str]:
    return {"calculation": filling.moved(down, across)} if filling else {}


class Effort(Model):
    """The working hours a report costs, each issue or each month."""

    hours: float = Field(ge=0)
    per: Literal["issue", "day", "week", "month", "quarter", "year"] = "issue"


class Audience(Model):
    """Who reads a report, and what they decide by it."""

    who: str
    who_en: str | None = None
    who_tr: str | None = None
    decision: str | None = None
    decision_en: str | None = None
    decision_tr: str | None = None


class Report(Governed):
    """A published report, who makes it, for whom, and the numbers in it."""

    kind: ClassVar[str] = "report"

    team: str
    purpose: str | None = Field(None, description="What it decides.")
    purpose_en: str | None = None
    purpose_tr: str | None = None
    audience: tuple[Audience, ...] = ()
    period: PeriodUnit | None = None
    due: Duration | None = None
    published: str | None = Field(
        None, description="A CSV file of published numbers, in the workspace; may hold {period}."
    )
    workbook: str | None = Field(None, description="A file pattern with {period}.")
    location: str | None = None
    effort: Effort | None = None
    obligation: str = Field("none", description="The authority it is owed to, or none.")
    severity: Severity = "critical"
    inputs: tuple[InputBlock, ...] = Field(
        (), description="Blocks of its workbook, and their origin."
    )
    unsure: tuple[str, ...] = Field((), description="What an import could not tell.")
    cells: tuple[Cell, ...] = ()
    blocks: tuple[Block, ...] = Field((), description="Like cells, written once.")

    _written: int = PrivateAttr(0)
    _of_blocks: tuple[int, ...] = PrivateAttr(())

    def model_post_init(self, context: Any) -> None:
        """Take in the cells of the blocks, and give all cells their full paths."""
        self._written = len(self.cells)
        spread = [(index, c) for index, block in enumerate(self.blocks) for c in block.cells()]
        self._of_blocks = tuple(index for index, _ in spread)
        if spread:
            self.__dict__["cells"] = (*self.cells, *(cell for _, cell in spread))
        self.adopt(*self.cells)

    def written_as(self, index: int) -> tuple[str | int, ...]:
        """Where the cell of that index is written: by itself, or in which of the blocks."""
        if index < self._written:
            return ("cells", index)
        return ("blocks", self._of_blocks[index - self._written])
