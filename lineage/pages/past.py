"""What earlier runs found: the runs that are kept, verdicts over time, and values of measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from catalog.results import WORST_FIRST, MeasureValue, Verdict

if TYPE_CHECKING:
    from catalog.store.runs import RunStore, RunSummary

MOST_RUNS = 30
MOST_PERIODS = 6
Values = Mapping[str, tuple[MeasureValue, ...]]


@dataclass(frozen=True)
class Past:
    """The kept runs, newest first, and what each of them found.

    `verdicts` holds per check its verdict by run; a run that did not look at a check is missing
    there. `values` holds per run what it computed, by measure.
    """

    runs: tuple[RunSummary, ...] = ()
    verdicts: Mapping[str, Mapping[str, Verdict]] = field(default_factory=dict)
    values: Mapping[str, Values] = field(default_factory=dict)

    def strip(self, checks: Iterable[str]) -> list[tuple[date, Verdict]]:
        """The worst verdict of some checks in each run that looked at one, oldest first."""
        known = [found for check in checks if (found := self.verdicts.get(check))]
        strip: list[tuple[date, Verdict]] = []
        for run in reversed(self.runs) if known else ():
            said = [found[run.run] for found in known if run.run in found]
            if said:
                strip.append((run.as_of, min(said, key=WORST_FIRST.index)))
        return strip

    def verdict(self, check: str, run: str) -> Verdict | None:
        """What a run said about a check; None where it did not look."""
        return self.verdicts.get(check, {}).get(run)

    def figures(self, measure: str) -> list[tuple[str, Sequence[MeasureValue]]]:
        """A measure's values by what they speak of, a period or else a day; the latest first.

        Of several runs that speak of one period the newest is believed.
        """
        found: dict[str, Sequence[MeasureValue]] = {}
        for run in self.runs:
            by_label: dict[str, list[MeasureValue]] = {}
            for value in self.values.get(run.run, {}).get(measure, ()):
                label = value.period or run.as_of.isoformat()
                by_label.setdefault(label, []).append(value)
            for label, values in by_label.items():
                found.setdefault(label, values)
        return sorted(found.items(), reverse=True)[:MOST_PERIODS]


def read_past(store: RunStore, until: date) -> Past:
    """What the history holds of the latest runs for days up to `until`."""
    runs = tuple(run for run in store.recent(MOST_RUNS) if run.as_of <= until)
    ids = [run.run for run in runs]
    return Past(runs, store.verdicts_of(ids), store.measures_of(ids))
