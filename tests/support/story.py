"""The story of an address: a bank of three systems, and what they say day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from observations import Seen, write_observed
from workspaces import write_workspace

from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.corrections.recording import Recorded, record_observations

OLD, NEW = "Eski Sok. 1 Kadıköy", "Yeni Cad. 2 Beşiktaş"
CALLS, CORE, WEB = "call_centre.contacts.adres", "core.customers.address", "web.users.addr"
COPIED = "web.users.copied"
BANK = """
teams:
  - {key: retail, name: Retail}
roles:
  - {key: core_owner, name: Head of core, holder: core@bank.example, deputy: d@bank.example}
entities:
  - {key: customer, name: Customer}
sources:
  - key: call_centre
    name: Call centre
    owner: calls@bank.example
    datasets:
      - {key: contacts, path: calls.csv, entity: customer, id: no, fields: [{key: no}, {key: adres}]}
  - key: core
    name: Core banking
    owner: core_owner
    datasets:
      - {key: customers, path: core.csv, entity: customer, id: no, fields: [{key: no}, {key: address}]}
  - key: web
    name: Web
    owner: web@bank.example
    datasets:
      - key: users
        path: web.csv
        entity: customer
        id: no
        fields: [{key: no}, {key: addr}, {key: copied, copy_of: core.customers.address}]
attributes:
  - key: customer.address
    name: Postal address
    definition: Where letters reach the customer.
    owner: retail
    expires_on: 2030-01-01
    personal_data: contact
    cleanse: [trim]
    compare: [lower]
    corrections: {within: 10d}
    claims:
      - {field: call_centre.contacts.adres}
      - {field: core.customers.address}
      - {field: web.users.addr}
      - {field: web.users.copied}
touchpoints:
  - {key: letters, name: Letters, owner: retail, reads: {customer.address: core.customers.address}}

"""


class Story:
    """A bank whose observations are told day by day."""

    def __init__(self, folder: Path, definitions: str = BANK, settings: str = "") -> None:
        self.folder = write_workspace(folder, definitions, settings=settings)
        self.opened, self.catalog = open_valid(self.folder)
        self._days = 0

    @property
    def workspace(self) -> Workspace:
        return self.opened

    def observe(self, day: date, *seen: Seen) -> Recorded:
        """Take in what records say on a day."""
        self._days += 1
        file = write_observed(self.folder / f"seen{self._days}.parquet", seen)
        now = datetime.combine(day, time(6), UTC)
        return record_observations(self.opened, self.catalog, "customer", file, day, now)
