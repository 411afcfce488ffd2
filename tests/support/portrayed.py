"""A small bank in which systems disagree, resolved by the command, for what pages show of it."""

from __future__ import annotations

from pathlib import Path

from workspaces import write_workspace

from catalog.portraits import AttributePortrait, Portrait
from catalog.store.portraits import read_portrait
from catalog.store.snapshots import SnapshotStore
from catalog.workspace import Workspace

DEFINITIONS = """
roles:
  - {key: crm_owner, name: Head of CRM, name_tr: CRM yöneticisi, holder: crm@bank.example, phone: ext. 9}
entities:
  - {key: customer, name: Customer, name_tr: Müşteri}
sources:
  - key: core
    name: Core banking
    name_tr: Temel bankacılık
    location: data
    owner: core@bank.example
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: "no"
        confirmed_at: {field: at, means: confirmed}
        fields: [{key: "no", type: code}, {key: mail, type: email}, {key: segment}, {key: note}, {key: at, type: timestamp}]
  - key: crm
    name: CRM
    location: data
    owner: crm_owner
    datasets:
      - key: customers
        path: crm.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: mail, type: email}, {key: segment}, {key: note}]
  - key: web
    name: Web
    location: data
    owner: web@bank.example
    datasets:
      - key: users
        path: web.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: mail, type: email}]
attributes:
  - key: customer.mail
    name: E-mail
    name_tr: E-posta
    definition: Where the customer is reached.
    owner: crm_owner
    expires_on: 2030-01-01
    type: email
    cleanse: [trim, lower]
    personal_data: contact
    valid_for: 90y
    claims: [{field: core.customers.mail}, {field: crm.customers.mail}, {field: web.users.mail}]
  - key: customer.segment
    name: Segment
    definition: Which bank serves the customer.
    owner: crm_owner
    expires_on: 2030-01-01
    values: {A: Affluent, M: Mass}
    claims: [{field: core.customers.segment}, {field: crm.customers.segment}]
  - key: customer.note
    name: Note
    definition: What was noted.
    owner: crm_owner
    expires_on: 2030-01-01
    claims: [{field: core.customers.note}, {field: crm.customers.note}]
touchpoints:
  - {key: letters, name: Letters, name_tr: Mektuplar, owner: core@bank.example, reads: {customer.mail: crm.customers.mail}}
"""
CUSTOMERS = range(1001, 1031)
"""Thirty customers: on the first ten CRM holds another address, on the eleventh and twelfth the
web does too, and these two alone are told as they are.
"""


def mail(system: str, number: int) -> str:
    """What a system holds as a customer's address."""
    if system == "core":
        return f"Core.{number}@Secret.example"
    differs = number <= 1012 if system == "crm" else number in (1011, 1012)
    return f"{system}.{number}@secret.example" if differs else f"core.{number}@secret.example"


def write_bank(folder: Path, settings: str = "") -> Path:
    """The bank, not resolved yet; every value of a person holds `secret`."""
    core = [
        f"{n},{mail('core', n)},{'A' if n % 2 else 'M'},secret note {n},2026-11-0{1 + n % 9}T08:15:42"
        for n in CUSTOMERS
    ]
    crm = [f"{n},{mail('crm', n)},A,secret note {n // 2}" for n in CUSTOMERS]
    web = [f"{n},{mail('web', n)}" for n in CUSTOMERS]
    files = {
        "data/core.csv": "\n".join(["no,mail,segment,note,at", *core]),
        "data/crm.csv": "\n".join(["no,mail,segment,note", *crm]),
        "data/web.csv": "\n".join(["no,mail", *web]),
    }
    return write_workspace(folder, DEFINITIONS, files, settings)


def portrait_of(workspace: Workspace) -> Portrait | None:
    """What was kept of the customers' truth."""
    return read_portrait(SnapshotStore(workspace.state_url, reading=True), "customer")


def of(portrait: Portrait | None, attribute: str) -> AttributePortrait:
    """What it says of one attribute."""
    assert portrait
    return next(one for one in portrait.attributes if one.attribute == attribute)
