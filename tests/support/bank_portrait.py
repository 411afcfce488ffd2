"""What a resolving of the pages' small bank could have kept, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bank_pages import PAGES_DAY

from catalog.explanations import ExplainedAttribute, Reading, Said
from catalog.portraits import TRUTH, AttributePortrait, Pattern, Portrait
from catalog.store.portraits import write_portrait
from catalog.store.snapshots import Content, SnapshotStore
from catalog.workspace import Workspace


def keep_portrait(workspace: Workspace, scratch: Path) -> None:
    """Keep it in a workspace's history."""
    email = workspace.load().catalog.attributes["customer.email"]
    file = write_portrait(portrait(email.rule_version), scratch / "portrait.json")
    instant = datetime(2026, 11, 21, 6, tzinfo=UTC)
    store = SnapshotStore(workspace.state_url)
    store.save_all([Content(TRUTH, "customer", file)], as_of=PAGES_DAY, created=instant)


def portrait(version: str) -> Portrait:
    """Four thousand customers, of whom 279 have two addresses."""
    email = AttributePortrait(
        attribute="customer.email", version=version, entities=4000, contested=279,
        states={"current": 3000, "stale": 900, "missing": 60, "invalid": 40},
        sources={"core": 3500, "crm": 400}, claims={1: 3500, 2: 400},
        reasons={"all_agree": 3621, "priority": 279}, lasting={30: 2900, 60: 2800, 90: 2700},
        patterns=(
            Pattern(
                winner="core.customers.email", loser="crm.customers.email", reason="priority",
                count=279,
            ),
        ),
        cases=(case(),),
    )  # fmt: skip
    return Portrait(
        entity="customer", as_of=PAGES_DAY, records=4000, unmatched=0, attributes=(email,)
    )


def case() -> ExplainedAttribute:
    """Core banking says A, CRM says B."""
    return ExplainedAttribute(
        attribute="customer.email", name="E-mail address", masked=True, applies=True, value="A",
        state="current", source="core", dataset="core.customers", record_id=None,
        reason="priority", rule="priority/1@x", chain=("priority",), confirmed_at=None, means=None,
        valid_until=None, spoke=2, disagree=1, unread=(), uses=(), override=None,
        says=(said(1, "core", "A", None), said(2, "crm", "B", "priority")),
        reads=(
            Reading(
                touchpoint="letters", name="Letters", field="crm.customers.email", value="B",
                agrees=False, accepts=None, unread=None,
            ),
        ),
        corrections=(),
    )  # fmt: skip


def said(claim: int, source: str, letter: str, reason: str | None) -> Said:
    """What one claim says."""
    return Said(
        claim=claim, source=source, dataset=f"{source}.customers", field="email", record_id=None,
        raw=f"{letter}′", cleansed=letter, state="current", at=None, means=None, valid_until=None,
        winner=reason is None, agrees=reason is None, reason=reason, closer=None, copy_of=None,
        trust=None,
    )  # fmt: skip
