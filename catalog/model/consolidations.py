"""What was decided on numbers that are one and on reports that others cover."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from catalog.model.definition import Key, Model

Choice = Literal["accept", "reject", "keep_apart"]


class ConsolidationDecision(Model):
    """Somebody's word on cells that consolidation put together, or on a report it would retire.

    `accept` agrees with what is proposed, `reject` leaves cells or report as they are, `keep_apart`
    says that the cells are different numbers, whatever they look like.
    """

    kind: ClassVar[str] = "consolidation"

    key: Key
    cells: tuple[str, ...] = Field((), description="The cells it speaks of: report/cell.")
    report: str | None = Field(None, description="The report it speaks of, by its key.")
    decision: Choice
    surviving: str | None = Field(
        None, description="Of an accepted choice of cells the one to be published from now on."
    )
    reason: str = Field(min_length=1, max_length=1000, description="What it rests on.")
    by: str = Field(min_length=1, description="E-mail address of who decided.")
    on: date
    until: date | None = Field(None, description="The last day on which it holds.")

    @model_validator(mode="after")
    def _speaks_of_one_thing(self) -> ConsolidationDecision:
        if bool(self.cells) == (self.report is not None):
            raise ValueError("either `cells` or `report`, which it speaks of")
        repeated = sorted({one for one in self.cells if self.cells.count(one) > 1})
        if self.cells and (repeated or len(self.cells) < 2):
            found = f"; {', '.join(repeated)} stands twice" if repeated else ""
            raise ValueError(f"a decision speaks of two different cells or more{found}")
        if self.report is not None and self.decision == "keep_apart":
            raise ValueError("`keep_apart` speaks of cells; of a report write `reject`")
        if self.surviving is not None and (
            self.decision != "accept" or self.surviving not in self.cells
        ):
            raise ValueError("`surviving` is one of the `cells` of a decision to `accept`")
        if self.until and self.until < self.on:
            raise ValueError("`until` lies before `on`, so it would never hold")
        return self

    @property
    def urn(self) -> str:
        """The stable name: `consolidation:loans_are_one`."""
        return f"consolidation:{self.key}"

    @property
    def about(self) -> frozenset[str]:
        """The URNs it speaks of."""
        if self.report is not None:
            return frozenset({f"report:{self.report}"})
        return frozenset(f"cell:{path}" for path in self.cells)

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.until is None or day <= self.until
