"""A reference of a formula with what it takes, and where a formula stands."""

from __future__ import annotations

from typing import Literal, NamedTuple

from lineage.workbooks.areas import area_of
from lineage.workbooks.sources import Source

Outcome = Literal["resolved", "unresolved", "dynamic"]


class Reference(NamedTuple):
    """A reference of a formula as it is written, what it takes, or why that is not known.

    A dynamic one is a function (`INDIRECT`) whose cells are known only when it is computed; what it
    takes as arguments are references of their own. A name may stand for a number: it is resolved
    and takes no cells.
    """

    text: str
    outcome: Outcome
    sources: tuple[Source, ...] = ()
    reason: str = ""

    def moved(self, down: int, across: int) -> Reference:
        """As it is written in a formula so many cells further; `sources` see that by themselves."""
        if self.outcome == "resolved" or not (down or across):
            return self
        area = area_of(self.text)
        return self._replace(text=area.written(down, across)) if area else self


class Here(NamedTuple):
    """Where a formula stands."""

    sheet: str
    row: int
    column: int
