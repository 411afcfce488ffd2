"""What is counted on golden records: whether they are there, and whether they are current."""

from __future__ import annotations

from dataclasses import dataclass

from expectations.columns import GoldenColumn


@dataclass(frozen=True)
class RequiredFigure:
    """Entities, of the subtype where one is named, without a golden value."""

    golden: GoldenColumn
    subtype: str | None = None


@dataclass(frozen=True)
class CurrentFigure:
    """Golden values that are no longer current."""

    golden: GoldenColumn


GoldenFigure = RequiredFigure | CurrentFigure
