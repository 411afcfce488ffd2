"""A service that really listens, over a small workspace whose file has comments worth keeping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bank_pages import PAGES_DAY
from listening import listening
from workspaces import fixed_clock, write_workspace

from catalog.model.definition import Language
from catalog.store.tokens import Scope, TokenStore
from catalog.workspace import Workspace, open_workspace
from lineage.service_commands import make_service

FILE = "catalog/definitions.yml"
DEFINITIONS = """\
# The bank's truth. Whoever edits it, asks the owner first.
teams:
  - {key: retail, name: Retail reporting, name_tr: Bireysel raporlama, head: head}
roles:
  - {key: head, name: Head of reporting, name_tr: Raporlama müdürü, team: retail, holder: ayse@bank.example}
  - {key: data, name: Head of data, name_tr: Veri müdürü, team: retail, holder: can@bank.example}
entities:
  - {key: customer, name: Customer, name_tr: Müşteri}
sources:
  - key: core
    name: Core banking
    owner: head
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: email, type: email}, {key: city}, {key: score}]
  - key: hidden
    name: Hidden system
    owner: head
    visibility: restricted
    datasets: [{key: t, path: t.csv, fields: [{key: f}]}]
attributes:
  # One address per customer; see the minutes of March.
  - key: customer.email
    name: E-mail address            # as in the brochure
    name_tr: E-posta adresi
    definition: >-
      The address at which the customer agreed to be reached.
    owner: head                     # until the merger
    expires_on: 2027-06-30          # agreed with the board
    tags: [contact]
    synonyms: [mail, eposta]
    type: email
    claims:
      - {field: core.customers.email}   # the branch asks for it
  - key: customer.city
    name: İstanbul district
    name_tr: İstanbul ilçesi
    definition: Where the customer lives.
    owner: retail
    expires_on: 2026-11-01
    severity: warning
    claims: [{field: core.customers.city}]
  - key: customer.score
    name: Score
    definition: Known to few.
    owner: head
    expires_on: 2027-06-30
    visibility: restricted
    claims: [{field: core.customers.score}]
measures:
  - key: active
    name: Active customers
    name_tr: Aktif müşteri
    definition: Customers with a city.
    owner: head
    expires_on: 2027-06-30
    unit: customers
    calculation: SELECT count(*) AS value FROM customer WHERE city IS NOT NULL
reports:
  - key: monthly
    name: Monthly
    definition: The month.
    team: retail
    owner: head
    expires_on: 2027-06-30
    period: month
    due: 5bd
    cells:
      - {key: a, at: "Özet!C5", label: Active, measure: active}
"""


def service_workspace(folder: Path, settings: str = 'institution = "Çınar Bank"\n') -> Workspace:
    """The workspace, on the pages' day."""
    return replace(
        open_workspace(write_workspace(folder, DEFINITIONS, settings=settings)),
        clock=fixed_clock(PAGES_DAY),
    )


def token(workspace: Workspace, scope: Scope = "read", days: int = 30) -> str:
    """The secret of a new token."""
    now = workspace.clock.now()
    store = TokenStore(workspace.state_url)
    return store.issue(f"the {scope} test", scope, now, now + timedelta(days=days))[1]


@dataclass(frozen=True)
class Running:
    """A service that listens: where, over which workspace."""

    address: str
    workspace: Workspace

    @property
    def file(self) -> Path:
        """The definitions."""
        return self.workspace.root / FILE


@contextmanager
def running_service(workspace: Workspace, language: Language = "en") -> Iterator[Running]:
    """The service with its site, built and listening on a free port."""
    app, site = make_service(workspace, language, open_here=True)
    site.build(app.state.service.live.now())
    with listening(app) as port:
        yield Running(f"http://127.0.0.1:{port}", workspace)
