"""What was decided, as it bears on a day: what is kept apart, barred, accepted, and what ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalog.consolidations import Decided, TakenDecision
from catalog.model import Catalog, ConsolidationDecision


@dataclass(frozen=True)
class Decisions:
    """The decisions of a catalog, seen on one day."""

    made: Sequence[ConsolidationDecision]
    today: date

    @classmethod
    def of(cls, catalog: Catalog, today: date) -> Decisions:
        """Those of a catalog, by their keys."""
        made = sorted(catalog.consolidations.values(), key=lambda one: one.key)
        return cls(made, today)

    @property
    def kept_apart(self) -> list[frozenset[str]]:
        """Cells that are different numbers, whatever they look like."""
        return [one.about for one in self._holding("keep_apart")]

    @property
    def accepted(self) -> list[tuple[str, ...]]:
        """Cells of which one is to stand for all; without that one none stands for another."""
        holding = self._holding("accept")
        return [tuple(sorted(one.about)) for one in holding if one.surviving]

    @property
    def rejected(self) -> list[frozenset[str]]:
        """Cells that stay as they are, though they are one number."""
        return [one.about for one in self._holding("reject") if one.cells]

    @property
    def barred(self) -> list[str]:
        """The keys of reports that stay."""
        return [one.report for one in self._holding("reject") if one.report]

    @property
    def bound(self) -> list[str]:
        """The keys of reports in which a cell is to survive."""
        surviving = (one.surviving for one in self._holding("accept"))
        return [path.partition("/")[0] for path in surviving if path]

    def surviving(self, cells: Iterable[str]) -> ConsolidationDecision | None:
        """The decision that names the surviving one among some cells."""
        mine = frozenset(cells)
        stated = (one for one in self._holding("accept") if one.surviving and one.about <= mine)
        return max(stated, key=lambda one: (len(one.cells), one.on), default=None)

    def on_cells(self, cells: Sequence[str]) -> Decided | None:
        """What was decided on a cluster: what holds first, then what speaks of most of it."""
        mine = frozenset(cells)
        about = [one for one in self.made if one.cells and self._is_about(one, mine)]
        if not about:
            return None
        one = max(about, key=lambda d: (d.holds(self.today), len(d.about & mine), d.on))
        unnamed = () if len(mine) == 1 else tuple(sorted(mine - one.about))
        return Decided(**self._told(one), unnamed=unnamed)

    def on_report(self, key: str) -> Decided | None:
        """What was decided on a report: what holds first, then the latest."""
        about = [one for one in self.made if one.report == key]
        one = max(about, key=lambda d: (d.holds(self.today), d.on), default=None)
        return Decided(**self._told(one)) if one else None

    def taken(self) -> tuple[TakenDecision, ...]:
        """All of them."""
        return tuple(
            TakenDecision(**self._told(one), about=tuple(sorted(one.about))) for one in self.made
        )

    def _is_about(self, one: ConsolidationDecision, cells: frozenset[str]) -> bool:
        """Whether a decision speaks of a cluster; what keeps cells apart speaks of each of them."""
        if one.decision == "keep_apart" and one.holds(self.today):
            return len(cells) == 1 and bool(one.about & cells)
        return len(one.about & cells) > 1

    def _holding(self, decision: str) -> list[ConsolidationDecision]:
        return [one for one in self.made if one.decision == decision and one.holds(self.today)]

    def _told(self, one: ConsolidationDecision) -> dict[str, Any]:
        return {
            "key": one.key,
            "decision": one.decision,
            "by": one.by,
            "on": one.on,
            "reason": one.reason,
            "until": one.until,
            "holds": one.holds(self.today),
            "surviving": f"cell:{one.surviving}" if one.surviving else None,
        }
