"""When what is defined must be reviewed, its foundations included, and what rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from catalog.expiry import Review, Standing, expired_on, review_of
from catalog.model import Catalog, Definition
from catalog.ownership import Answerable, who_answers
from catalog.results import Reach
from catalog.settings import Settings
from lineage.graph import Lineage
from lineage.impact import reaches

COUNTED = frozenset(("attribute", "measure", "cell"))


@dataclass(frozen=True)
class Effective:
    """The day by which a definition must be reviewed in effect, and whose review date that is."""

    on: date
    because_of: str


@dataclass(frozen=True)
class Expiring:
    """A definition whose review is due: since or until when, who answers, what rests on it.

    `effective` is earlier than its own date where something it rests on must be reviewed before.
    """

    definition: Definition
    review: Review
    standing: Standing
    days: int
    answerable: Answerable
    reach: Reach
    effective: Effective


def effective_reviews(
    lineage: Lineage, catalog: Catalog, settings: Settings
) -> Mapping[str, Effective]:
    """For each attribute, measure, cell and report the earliest review date of its own and of the
    attributes and measures it rests on; those without any are left out.
    """
    dated = {
        urn: review.on
        for urn, definition in catalog.definitions.items()
        if definition.kind in COUNTED and (review := review_of(definition, settings))
    }
    found: dict[str, Effective] = {}
    for urn, on in sorted(dated.items(), key=lambda item: (item[1], item[0])):
        found.setdefault(urn, Effective(on, urn))
        if urn in lineage:
            for below in lineage.down(urn):
                if below.partition(":")[0] in (*COUNTED, "report"):
                    found.setdefault(below, Effective(on, urn))
    return _with_reports(found, catalog, settings)


def _with_reports(
    found: dict[str, Effective], catalog: Catalog, settings: Settings
) -> dict[str, Effective]:
    """A report's own date counts for the report alone: its cells may stand elsewhere too."""
    for report in catalog.reports.values():
        review = review_of(report, settings)
        if review and (report.urn not in found or review.on < found[report.urn].on):
            found[report.urn] = Effective(review.on, report.urn)
    return found


def effective_review(
    lineage: Lineage, catalog: Catalog, settings: Settings, urn: str
) -> Effective | None:
    """The same for one definition; None where neither it nor what it rests on has a date."""
    above = lineage.up(urn) if urn in lineage else ()
    counted = [urn, *(one for one in above if one.partition(":")[0] in COUNTED)]
    dated = [
        (review.on, one)
        for one in counted
        if (review := review_of(catalog.definitions[one], settings))
    ]
    return Effective(*min(dated)) if dated else None


def expiring(
    lineage: Lineage,
    catalog: Catalog,
    settings: Settings,
    today: date,
    until: date,
    effective: Mapping[str, Effective],
) -> list[Expiring]:
    """Every definition whose own review date lies before `until` or on it, the earliest first.

    `effective` are the dates that `effective_reviews` finds.
    """
    found = []
    for urn, definition in catalog.definitions.items():
        review = review_of(definition, settings)
        if review is None or review.on > until:
            continue
        found.append(
            Expiring(
                definition,
                review,
                review.standing(today),
                (review.on - today).days,
                who_answers(catalog, urn, today),
                reaches(lineage, urn),
                effective.get(urn, Effective(review.on, urn)),
            )
        )
    return sorted(found, key=lambda one: (one.review.on, one.definition.urn))


def expired_marks(catalog: Catalog, today: date) -> Mapping[str, date]:
    """The review date of every definition that is expired today, by URN."""
    dates = ((urn, expired_on(one, today)) for urn, one in catalog.definitions.items())
    return {urn: on for urn, on in dates if on}


def expired_lines(expired: Mapping[str, date], shown: Iterable[str]) -> list[str]:
    """What of the shown definitions is expired, in lines to put below a listing; none without."""
    found = sorted({urn for urn in shown if urn in expired})
    lines = [f"  {urn}, since {expired[urn].isoformat()}" for urn in found]
    return ["", "Expired among these; what rests on them is tainted:", *lines] if found else []
