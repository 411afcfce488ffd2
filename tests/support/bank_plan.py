"""What a consolidation of the pages' small bank could have found, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from bank_pages import PAGES_DAY

from catalog.consolidations import (
    Cause,
    Cluster,
    Consolidation,
    CoveredReport,
    Decided,
    Difference,
    PublishedNumber,
    TakenDecision,
    Together,
)
from catalog.store.consolidations import write_consolidation
from catalog.store.snapshots import SnapshotStore
from catalog.workspace import Workspace

A, B, C = (f"cell:monthly/{key}" for key in "abc")


def keep_plan(workspace: Workspace) -> None:
    """Keep it in a workspace's history."""
    store = SnapshotStore(workspace.state_url)
    write_consolidation(store, plan(), datetime(2026, 11, 21, 6, tzinfo=UTC))


def plan() -> Consolidation:
    """Two cells that contradict each other, one that could not be compared, a report decided on."""
    taken = {"decision": "reject", "by": "ayse@bank.example", "on": PAGES_DAY, "reason": "Needed."}
    covered = CoveredReport(
        urn="report:monthly", team="retail", covered="wholly", hours=Decimal("12.5"),
        frees=Decimal("12.5"), by=("report:monthly",), proposed=True, decided=Decided(**taken),
        reason="Others publish it.", reason_tr="Başkaları yayımlıyor.",
    )  # fmt: skip
    return Consolidation(
        as_of=PAGES_DAY,
        clusters=(contradiction(),),
        reports=(covered,),
        hours_freed={"retail": Decimal("12.5")},
        unknown={B: "its calculation cannot be read"},
        period="2026-10",
        decisions=(TakenDecision(key="stays", about=("report:monthly",), **taken),),
    )


def contradiction() -> Cluster:
    """Two cells of one heading, apart for a cause with a long key, and by a few nobody explained.

    Both of its differences are of the same cells, for two periods.
    """
    pairs = [("2026-10", "1234567.5"), ("2026-09", "1234000"), ("2026-08", "1230000.25")]
    numbers = [
        PublishedNumber(cell=cell, period=period, value=Decimal(value) + add)
        for cell, add in ((A, 0), (C, 310))
        for period, value in pairs
    ]
    return Cluster(
        key="active",
        name="Active",
        verdict="contradictory",
        equality="different",
        because="calculation",
        cells=(A, C),
        measure="measure:active",
        surviving=A,
        owner="head",
        reason="It shows the measure.",
        reason_tr="Ölçüyü gösteriyor.",
        equals={C: ("measure:ratio",)},
        published=tuple(numbers),
        differences=(difference("2026-10"), difference("2026-09")),
    )


def difference(period: str) -> Difference:
    """Why both numbers differ in a period."""
    key = "core_banking_customers.last_confirmation_of_the_contact_details_in_writing"
    causes = [
        Cause(
            key=f"filter:{at}", cause="filter", share=Decimal(share),
            says=f"Filter on {key}", says_tr=f"Süzgeç: {key}",
        )
        for at, share in enumerate(("1300.5", "-988"))
    ]  # fmt: skip
    together = Together(
        causes=("filter:0", "filter:1"), share=Decimal("313.5"), interaction=Decimal(1)
    )
    return Difference(
        left=A, right=C, period=period, apart=Decimal(310), causes=tuple(causes),
        together=(together,), remainder=Decimal("-3.5"), unknown=("Its past is not known.",),
    )  # fmt: skip
