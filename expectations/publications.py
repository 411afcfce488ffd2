"""Everything reports have published: by feeds or in workbooks, with what earlier runs had seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from catalog.model import Catalog
from catalog.periods import Period
from catalog.publications import Look, Sighting
from catalog.results import RunRecord
from catalog.settings import Settings
from catalog.workspace import Workspace
from expectations.books import publication, read_books
from expectations.published import MOST_PERIODS, Feed, Publication, Spot, read_feeds
from expectations.publishing import has_workbooks, publishes


@dataclass(frozen=True)
class History:
    """What earlier runs had seen: numbers by report, and what workbooks said when last read.

    `kept` says whether any history was asked; without one, restatements cannot be told.
    """

    sightings: Mapping[str, tuple[Sighting, ...]] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)
    kept: bool = False


def recall_publications(url: str, catalog: Catalog) -> History:
    """What the history at an address holds of a catalog's reports; nothing is made or changed."""
    reports = [report.key for report in catalog.reports.values() if publishes(report)]
    if not reports:
        return History(kept=True)
    from catalog.store.publications import PublicationStore

    store = PublicationStore(url, reading=True)
    found: dict[str, list[Sighting]] = {}
    for one in store.seen(reports):
        found.setdefault(one.cell.partition("/")[0], []).append(one)
    asks_books = any(has_workbooks(catalog.reports[key]) for key in reports)
    looks = store.looks() if asks_books else {}
    return History({key: tuple(of) for key, of in found.items()}, looks, kept=True)


def read_publications(
    root: Path,
    catalog: Catalog,
    today: date,
    history: History = History(),
    settings: Settings | None = None,
) -> dict[str, Feed]:
    """By report: the numbers it has published, by cell and period, versions in rising order.

    Where a report states a feed, that is what was published, and its workbooks are held against it
    (`Feed.shown`). Else its workbooks are: what they show now is the latest version, what earlier
    runs had seen in them comes before. Nothing can have been published after `today`. Nothing is
    raised for what is wrong with a file: all problems are in the feed.
    """
    settings = settings or Settings()
    feeds = {
        key: _with_history(feed, history.sightings.get(key, ()))
        for key, feed in read_feeds(root, catalog, today).items()
    }
    for key, books in read_books(root, catalog, today, history.looks, settings).items():
        fed = feeds.get(key)
        past = history.sightings.get(key, ())
        feeds[key] = books.beside(fed) if fed else books.alone(past, kept=history.kept)
    return feeds


def published_of(workspace: Workspace, catalog: Catalog, today: date) -> dict[str, Feed]:
    """What every report of a workspace has published, with what its history knows of it."""
    history = recall_publications(workspace.state_url, catalog)
    return read_publications(workspace.root, catalog, today, history, workspace.settings)


def keep_publications(url: str, feeds: Iterable[Feed], record: RunRecord) -> None:
    """Keep what a run of every check saw for the first time; other runs keep nothing, since they
    may be of a branch that is never merged.
    """
    read = list(feeds)
    if record.selection is not None or not read:
        return
    from catalog.store.publications import PublicationStore

    store = PublicationStore(url)
    store.keep([one for feed in read for one in feed.seen], run=record.run, at=record.started)
    looks = {look.file: look for feed in read for look in feed.looks}
    if looks:
        store.keep_looks(list(looks.values()), {name for feed in read for name in feed.files})


def _with_history(feed: Feed, past: Sequence[Sighting]) -> Feed:
    """A feed with what it had stated before: a version once published neither changes nor goes."""
    stated = [one for one in past if one.origin == "feed"]
    seen = tuple(_seen(spot, one) for spot, of in feed.versions.items() for one in of)
    if feed.missing or not stated:
        return replace(feed, seen=seen)
    versions = {spot: {one.version: one for one in of} for spot, of in feed.versions.items()}
    newest = sorted({one.period for one in stated}, key=_start, reverse=True)[:MOST_PERIODS]
    spoilt, problems = set(feed.spoilt), list(feed.problems)
    for one in stated:
        spot = (one.cell, Period.parse(one.period))
        present = versions.setdefault(spot, {}).get(one.version)
        if one.period not in newest or (present is None and spot in feed.spoilt):
            continue
        if said := _changed(one, present):
            problems.append(said)
        if present is None:
            versions[spot][one.version] = publication(one, one.version, one.value)
        elif present.value != one.value and one.version == max(versions[spot]):
            spoilt.add(spot)
    ordered = {
        spot: tuple(one for _, one in sorted(of.items())) for spot, of in versions.items() if of
    }
    return replace(
        feed, versions=ordered, spoilt=frozenset(spoilt), problems=tuple(problems), seen=seen
    )


def _changed(one: Sighting, present: Publication | None) -> str | None:
    """What to say where a feed no longer states a version as it did."""
    place = (present.place if present and present.place else one.place).rpartition(":")
    file = place[0] or one.place
    first = f"{one.value:f} on {one.published_on}"
    where = f"{present.place if present else file} "
    named = f"version {one.version} of {one.cell} for {one.period}"
    if present is None:
        now = "is not there any more"
    elif (present.value, present.published_on) != (one.value, one.published_on):
        now = f"says {present.value:f} on {present.published_on} now"
    else:
        return None
    known = f", first read on {one.seen:%Y-%m-%d}" if one.seen else ""
    advice = "what is published stays: put it back, and number a restatement higher"
    return f"{where}{named}: it said {first}{known}, and {now}; {advice}"


def _start(label: str) -> date:
    return Period.parse(label).start


def _seen(spot: Spot, one: Publication) -> Sighting:
    cell, period = spot
    return Sighting(
        cell, period.label, "feed", one.version, one.value, one.published_on, one.place or ""
    )
