"""Gathers what a run of a plan takes in beside the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.model import Catalog
from catalog.store.runs import RunStore
from catalog.workspace import Workspace
from expectations.corrections.promise import with_corrections
from expectations.engine.knowing import Known
from expectations.golden.work import warn_of
from expectations.knowledge import known_of
from expectations.numbers import read_published
from expectations.past import Past, recall
from expectations.plan import Plan
from expectations.published import Feed


@dataclass(frozen=True)
class Beside:
    """Numbers that were published, those of earlier runs, and what is known of entities."""

    feeds: Mapping[str, Feed]
    past: Past
    known: Known


@contextmanager
def gathered(
    workspace: Workspace, catalog: Catalog, plan: Plan, store: RunStore
) -> Iterator[Beside]:
    """All of it for a plan's day; what is known lies in files, there while the block runs."""
    with known_of(workspace, catalog, plan.as_of) as known:
        warn_of(known)
        feeds = read_published(workspace, catalog, plan)
        past = with_corrections(recall(plan, feeds, store), plan, workspace.state_url)
        yield Beside(feeds, past, known)
