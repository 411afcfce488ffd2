"""Small catalogs of reports and cells, and what was published of them, for consolidation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from catalog.model import (
    Catalog,
    Cell,
    ConsolidationDecision,
    Measure,
    Report,
    Role,
    Team,
)
from catalog.periods import Period
from catalog.settings import Settings
from expectations.consolidation.evidence import Judged, Stated
from expectations.consolidation.histories import PublishedHistories
from expectations.consolidation.planning import Known
from expectations.published import Feed, Publication

TODAY = date(2026, 11, 20)


def cell(key: str, **stated: Any) -> Cell:
    """A cell that shows `active` unless something else is stated."""
    if "measure" not in stated and "calculation" not in stated:
        stated["measure"] = "active"
    return Cell(key=key, name=stated.pop("name", key), **stated)


def own(key: str, sql: str = "SELECT 1 AS value", **stated: Any) -> Cell:
    """A cell with a calculation of its own."""
    return cell(key, calculation=sql, **stated)


def report(key: str, *cells: Cell, **stated: Any) -> Report:
    """A monthly report of the team of its name, twelve hours each."""
    plain: dict[str, Any] = {
        "name": key,
        "definition": key,
        "owner": "head",
        "team": "retail",
        "period": "month",
        "effort": {"hours": 12},
    }
    return Report(key=key, cells=cells, **{**plain, **stated})


def catalog(
    *reports: Report, decisions: tuple[ConsolidationDecision, ...] = (), **measures: Any
) -> Catalog:
    """A catalog of these reports, with the measures `active` and `loans`, and those stated."""
    stated: dict[str, Any] = {"active": {}, "loans": {}, **measures}
    return Catalog(
        teams={
            key: Team(key=key, name=key.title(), cost_per_hour=100 + 50 * at, reporting_people=2)
            for at, key in enumerate(("retail", "risk", "finance"))
        },
        roles={
            "head": Role(key="head", name="Head of retail", team="retail", holder="h@b.example")
        },
        measures={key: measure(key, **values) for key, values in stated.items()},
        reports={one.key: one for one in reports},
        consolidations={one.key: one for one in decisions},
    )


def measure(key: str, **stated: Any) -> Measure:
    """A measure called by its key."""
    plain = {"name": key, "definition": key, "owner": "head", "calculation": "SELECT 1 AS value"}
    return Measure(key=key, **{**plain, **stated})


def decided(key: str, decision: str, **stated: Any) -> ConsolidationDecision:
    """A decision of the day before yesterday."""
    plain = {"by": "h@b.example", "on": TODAY - timedelta(days=2), "reason": "Agreed."}
    return ConsolidationDecision.model_validate(
        {"key": key, "decision": decision, **plain, **stated}
    )


def feeds(
    numbers: Mapping[str, Mapping[str, str]], days: Mapping[str, int] | None = None
) -> dict[str, Feed]:
    """What was published: by cell, by period; each so many days after its end."""
    found: dict[str, dict[Any, tuple[Publication, ...]]] = {}
    for path, by_period in numbers.items():
        for label, value in by_period.items():
            period = Period.parse(label)
            on = period.end + timedelta(days=(days or {}).get(path, 3))
            made = (Publication(Decimal(value), 1, on),)
            found.setdefault(path.partition("/")[0], {})[path, period] = made
    return {key: Feed(versions) for key, versions in found.items()}


def known(
    made: Catalog,
    *judged: Judged,
    published: Mapping[str, Mapping[str, str]] | None = None,
    days: Mapping[str, int] | None = None,
    **more: Any,
) -> Known:
    """What a plan is made from, with judgements and published numbers stated by hand."""
    histories = PublishedHistories(made, feeds(published or {}, days))
    return Known(made, Settings(), TODAY, Stated.of(*judged), histories, **more)


def judged(left: str, right: str, equality: str | None, **more: Any) -> Judged:
    """A judgement on two cells, by their paths, or on `measure:…` and a cell."""
    urns = [one if ":" in one else f"cell:{one}" for one in (left, right)]
    return Judged(*sorted(urns), equality, **more)  # type: ignore[arg-type]
