"""A customer tells the call centre a new address: from the sources' files to the work list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from story import BANK, NEW, OLD
from workspaces import fixed_clock, write_workspace

from catalog.arrivals import parties
from catalog.corrections import Party
from catalog.model import Catalog
from catalog.store.corrections import CorrectionStore
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.corrections.by_hand import Asked as ByHand
from expectations.corrections.by_hand import correct
from expectations.corrections.recording import Recorded
from expectations.engine.contest import Asked
from expectations.explain.explaining import Question, explain_entity
from expectations.explain.narrowing import EXPLAINED
from expectations.golden.observing import observing
from expectations.golden.summary import resolve_and_ask, resolve_golden
from expectations.golden.work import Job
from expectations.knowledge import known_of

D1, D2, D5, D9 = (date(2026, 11, day) for day in (1, 2, 5, 9))
MOVED = "2026-11-02"
DEFINITIONS = BANK.replace(
    "{key: contacts, path: calls.csv, entity: customer, id: no, fields: [{key: no}, {key: adres}]}",
    "{key: contacts, path: calls.csv, entity: customer, id: no, confirmed_at: {field: at, means: confirmed},"
    " fields: [{key: no}, {key: adres}, {key: at, type: date}]}",
).replace(
    "    corrections: {within: 10d}\n",
    "    corrections: {within: 10d}\n    valid_for: 365d\n    purposes: [notices, campaigns]\n",
)
DEFINITIONS = (
    DEFINITIONS.replace("name: Letters,", "name: Letters, purpose: notices,")
    + """
purposes:
  - {key: notices, name: Legal notices, definition: x, owner: retail, accepts: [current, stale]}
  - {key: campaigns, name: Campaigns, definition: x, owner: retail, accepts: [current]}
"""
)


@dataclass(frozen=True)
class Bank:
    """A bank of three systems with one customer, 4711."""

    folder: Path

    def say(self, calls: str, core: str, web: str, copied: str, at: str = "2026-01-10") -> None:
        rows: Mapping[str, str] = {
            "calls": f'no,adres,at\n4711,"{calls}",{at}\n',
            "core": f'no,address\n4711,"{core}"\n',
            "web": f'no,addr,copied\n4711,"{web}","{copied}"\n',
        }
        for name, text in rows.items():
            (self.folder / f"{name}.csv").write_text(text, encoding="utf-8")

    def opened(self, day: date) -> tuple[Workspace, Catalog]:
        opened, catalog = open_valid(self.folder)
        return Workspace(opened.root, opened.settings, fixed_clock(day)), catalog

    def golden(self, day: date) -> dict[str, object]:
        """The golden address on a day, with how it came about."""
        import pyarrow.parquet

        opened, catalog = self.opened(day)
        target = self.folder / "golden.parquet"
        with known_of(opened, catalog, day) as known:
            job = Job(opened, catalog, day, ("customer",), Asked(told=True), known)
            resolve_golden(job, output=target)
        (row,) = pyarrow.parquet.read_table(target).to_pylist()
        return dict(row)

    def explained(self, day: date) -> str:
        """The address in a paragraph."""
        opened, catalog = self.opened(day)
        with known_of(opened, catalog, day) as known:
            job = Job(opened, catalog, day, ("customer",), EXPLAINED, known)
            question = Question("customer", "4711", "address", show_values=True)
            (told,) = explain_entity(job, question).attributes
        return " ".join(told.paragraph)

    def observe(self, day: date) -> Recorded:
        opened, catalog = self.opened(day)
        with known_of(opened, catalog, day) as known:
            job = Job(opened, catalog, day, ("customer",), Asked(told=True, contested=True), known)
            now = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
            with observing(job) as watching:
                resolve_and_ask(job, watching.steps, writable=[watching.folder])
                return watching.record(now)["customer"]

    def parties(self, day: date) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
        """Who has taken the only correction over, and who has not."""
        opened, catalog = self.opened(day)
        (one,) = CorrectionStore(opened.state_url).listed()
        return parties(one, catalog, day)


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(write_workspace(tmp_path / "w", DEFINITIONS))


def told(found: tuple[Party, ...]) -> list[tuple[str | None, str | None, int]]:
    return [(one.source or one.touchpoint, one.owner, one.days) for one in found]


def test_the_address_reaches_everybody_or_is_on_their_list(bank: Bank) -> None:
    bank.say(OLD, OLD, OLD, OLD)
    assert bank.observe(D1).suspected == 0
    assert bank.golden(D1)["value"] == OLD

    bank.say(NEW, OLD, OLD, OLD, at=MOVED)
    heard = bank.observe(D2)
    assert (heard.suspected, heard.verified, heard.taken_over) == (1, 1, 0)
    golden = bank.golden(D2)
    assert (golden["value"], golden["state"], golden["source"]) == (NEW, "current", "call_centre")
    assert golden["disagree"] == 2
    assert told(bank.parties(D5)[1]) == [
        ("core", "core_owner", 3),
        ("web", "web@bank.example", 3),
        ("letters", "retail", 3),
    ]

    story = bank.explained(D5)
    assert f"holds “{NEW}” as Postal address. It comes from Call centre" in story
    assert "confirmed by the customer on 2 Nov 2026" in story
    assert f"Letters reads core.customers.address and finds “{OLD}”: another value." in story
    assert f"To be put right in core.customers.address, where “{OLD}” stands: Head of core" in story
    assert f"To be put right in web.users.addr, where “{OLD}” stands: web@bank.example" in story

    bank.say(NEW, NEW.upper(), OLD, NEW, at=MOVED)
    bank.observe(D5)
    assert told(bank.parties(D9)[1]) == [("web", "web@bank.example", 7)]

    bank.say(NEW, NEW, NEW, NEW, at=MOVED)
    assert bank.observe(D9).taken_over == 1
    assert bank.parties(D9)[1] == ()


def test_an_old_address_is_still_there_for_a_notice_and_not_for_a_campaign(bank: Bank) -> None:
    bank.say(NEW, "", "", "", at=MOVED)
    assert bank.golden(date(2027, 11, 2))["state"] == "current"
    late = bank.golden(date(2027, 11, 3))
    assert (late["value"], late["state"]) == (NEW, "stale")
    story = bank.explained(date(2027, 11, 3))
    assert "It may still be used for: Legal notices. It may not be used for: Campaigns." in story
    assert "may" not in bank.explained(date(2027, 11, 2))


def test_observing_the_same_day_again_changes_nothing(bank: Bank) -> None:
    bank.say(OLD, OLD, OLD, OLD)
    bank.observe(D1)
    bank.say(NEW, OLD, OLD, OLD, at=MOVED)
    bank.observe(D2)
    before = bank.parties(D2)
    again = bank.observe(D2)
    assert (again.suspected, again.verified) == (0, 0)
    assert bank.parties(D2) == before


def test_a_value_set_by_hand_wins_until_its_end(bank: Bank) -> None:
    bank.say(OLD, OLD, OLD, OLD)
    bank.observe(D1)
    opened, catalog = bank.opened(D2)
    asked = ByHand(
        "4711", "customer.address", NEW, "by letter", "s@bank.example", until="2026-11-05"
    )
    correct(opened, catalog, asked, datetime(2026, 11, 2, 8, tzinfo=UTC))
    assert bank.golden(D1)["value"] == OLD
    for day in (D2, D5):
        golden = bank.golden(day)
        assert (golden["value"], golden["source"], golden["reason"]) == (
            NEW,
            "override",
            "override",
        )
    assert bank.golden(D9)["value"] == OLD
