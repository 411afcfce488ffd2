"""Finds what a wrong figure may come from: what failed in the last run, or expired, upstream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from catalog.model import Catalog
from catalog.results import WORST_FIRST, Result, RunRecord, worst_first
from lineage.graph import Lineage
from lineage.impact import FINE, causes
from lineage.origins import Dependency
from lineage.reviews import expired_marks

EXPIRED = "expired"
_EXPIRY_KIND = "expiry"


@dataclass(frozen=True)
class Finding:
    """A definition that is not well: why, and the way from it down to what was asked for.

    `verdict` is the worst of its checks in the last run, or `expired`.
    """

    urn: str
    verdict: str
    path: tuple[str, ...]
    dependency: Dependency
    checks: tuple[Result, ...]
    expired_on: date | None

    @property
    def distance(self) -> int:
        """How many steps lie between it and what was asked for."""
        return len(self.path) - 1


@dataclass(frozen=True)
class Diagnosis:
    """What may have spoiled a definition, the nearest first; `run` is None without a history."""

    urn: str
    run: str | None
    as_of: date | None
    own: Finding | None
    causes: tuple[Finding, ...]


def diagnose(
    lineage: Lineage, catalog: Catalog, urn: str, run: RunRecord | None, today: date
) -> Diagnosis:
    """Everything upstream that failed, could not be told, warned, or is past its review date.

    Raises KeyError when the definition is not in the lineage.
    """
    lineage.kind(urn)
    found = _by_urn(run.results if run else ())
    expired = expired_marks(catalog, today)
    verdicts = dict.fromkeys(expired, EXPIRED) | {
        one: min((r.verdict for r in results), key=WORST_FIRST.index)
        for one, results in found.items()
    }
    above = tuple(
        Finding(
            cause.urn,
            cause.verdict,
            cause.path,
            cause.dependency,
            tuple(worst_first(found.get(cause.urn, ()))),
            expired.get(cause.urn),
        )
        for cause in causes(lineage, urn, verdicts)
    )
    own = None
    if urn in verdicts:
        results = tuple(worst_first(found.get(urn, ())))
        own = Finding(urn, verdicts[urn], (urn,), "value", results, expired.get(urn))
    return Diagnosis(urn, run.run if run else None, run.as_of if run else None, own, above)


def _by_urn(results: Iterable[Result]) -> dict[str, list[Result]]:
    """What was found wrong, by definition; review dates are told by the day that is today."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.verdict not in FINE and result.kind != _EXPIRY_KIND:
            found.setdefault(result.urn, []).append(result)
    return found
