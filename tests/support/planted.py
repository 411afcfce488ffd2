"""The sample bank with faults planted for reports: some newly broken, one unknown, one waived."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from workspaces import TODAY, fixed_clock

from catalog.model import Catalog
from catalog.model.definition import Language
from catalog.results import RunRecord
from catalog.sample.bank import create_bank
from catalog.store.runs import RunStore
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.numbers import read_published
from expectations.past import recall
from expectations.plan import Plan
from expectations.reports.rendering import telling_of
from expectations.reports.telling import Telling
from expectations.runner import plan_checks, run_checks

BROKEN = 12
TYPE_CHECK = "attribute:customer.email/type:call_centre.contacts.eposta"
WAIVED_CHECK = "attribute:customer.email/agree:call_centre.contacts.eposta~crm.customers.email"
WAIVER = f"""
waivers:
  - key: call_centre_mail
    check: {WAIVED_CHECK}
    owner: customer_data_owner
    reason: The call centre's export is being mended.
    until: 2027-01-15
"""
# Demands on the golden record that the bank's data does not meet, one for each kind of check.
DEMANDS = """
attributes:
  - key: customer.reached_at
    name: Mail that reaches
    name_tr: Ulaşan e-posta
    definition: Where a message really arrives.
    owner: customer_data_owner
    review_every: 12mo
    approved_on: 2026-06-01
    type: email
    cleanse: [trim, lower]
    claims: [{field: crm.customers.email}, {field: core.customers.e_mail}, {field: web.users.mail}]
    valid_for: 365d
    required: 0.999
    current: {target: 0.99, in: {30d: 0.99}}
    contested: 0.001
    shared: {at_most: 1, on: sources}
    against_golden: {core.customers.e_mail: 0.999}
    personal_data: contact
    purposes: [contract, campaign]

touchpoints:
  - key: newsletter
    name: Newsletter
    name_tr: Bülten
    definition: Offers by e-mail.
    owner: head_digital
    purpose: campaign
    reads: {customer.reached_at: core.customers.e_mail}
    against_golden: 0.999
"""
# What is broken, and a few checks beside it.
SELECTED = (
    "attribute:customer.email/type",
    "attribute:customer.email/agree",
    "customer.email/required",
    "customer.email/expiry",
    "crm.customers/known_to:core.customers",
    "digital_active/expiry",
    "call_centre.calls",
    "cell:risk_monthly/identified/published",
    "customer.reached_at/required",
    "customer.reached_at/current",
    "customer.reached_at/current_in:30d",
    "customer.reached_at/contested",
    "customer.reached_at/shared",
    "attribute:customer.reached_at/against_golden",
    "touchpoint:newsletter/reads",
)
_VOLATILE = (
    (re.compile(r"(\d{8}T\d{6})-[0-9a-f]{8}"), r"\1-00000000"),
    (re.compile(r'time="[\d.]+"'), 'time="0.000"'),
    (re.compile(r'("semanticVersion": )"[^"]+"'), r'\1"0.0.0"'),
)


@dataclass(frozen=True)
class PlantedBank:
    """A bank of 400 customers in a repository's folder `bank`, and its history."""

    root: Path
    store: RunStore

    def telling(self, language: Language = "en", select: tuple[str, ...] = SELECTED) -> Telling:
        """Run the checks today and keep the run, with what the history knows of earlier ones."""
        workspace, catalog = self._opened(0)
        record = self._run(workspace, catalog, plan_checks(workspace, catalog, TODAY, select))
        self.store.save(record)
        return telling_of(record, catalog, self.store, workspace, language)

    def keep_run(self, days_ago: int) -> None:
        """Run the checks as of an earlier day, and keep the run."""
        workspace, catalog = self._opened(days_ago)
        day = TODAY - timedelta(days=days_ago)
        plan = plan_checks(workspace, catalog, day, SELECTED)
        self.store.save(self._run(workspace, catalog, plan))

    def _run(self, workspace: Workspace, catalog: Catalog, plan: Plan) -> RunRecord:
        past = recall(plan, read_published(workspace, catalog, plan), self.store)
        return run_checks(workspace, catalog, plan, past=past)

    def _opened(self, days_ago: int) -> tuple[Workspace, Catalog]:
        workspace, catalog = open_valid(self.root)
        clock = fixed_clock(TODAY - timedelta(days=days_ago))
        return Workspace(workspace.root, workspace.settings, clock), catalog


def plant(folder: Path) -> PlantedBank:
    """Make the bank below `folder`, keep a run of two days ago, then break what is to be found."""
    (folder / ".git").mkdir(parents=True)
    root = folder / "bank"
    create_bank(root, customers=400, as_of=TODAY)
    planted = PlantedBank(root, RunStore(f"sqlite:///{folder}/history.db"))
    (root / "catalog/demands.yml").write_text(DEMANDS, encoding="utf-8")
    planted.keep_run(2)
    (root / "catalog/planted.yml").write_text(WAIVER, encoding="utf-8")
    _break_mails(root / "data/call_centre/irtibat.csv")
    (root / "data/call_centre/cagrilar.csv").unlink()
    return planted


def same_each_time(report: str) -> str:
    """A report without what differs from run to run: ids, seconds, the version."""
    for pattern, fixed in _VOLATILE:
        report = pattern.sub(fixed, report)
    return report + "\n"


def _break_mails(file: Path) -> None:
    """The first addresses become what an agent writes for those who have none."""
    lines = file.read_text(encoding="windows-1254").splitlines()
    position = lines[0].split(";").index("eposta")
    broken = 0
    for number, line in enumerate(lines[1:], start=1):
        cells = line.split(";")
        if broken < BROKEN and "@" in cells[position]:
            cells[position] = "yok"
            lines[number] = ";".join(cells)
            broken += 1
    assert broken == BROKEN
    file.write_text("\r\n".join([*lines, ""]), encoding="windows-1254", newline="")
