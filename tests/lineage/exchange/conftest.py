"""A small catalog whose names try to break the forms it is written in."""

from __future__ import annotations

from pathlib import Path

import pytest
from traced import traced

from catalog.model import Catalog
from lineage.graph import Lineage

BANK = """
teams: [{key: retail, name: 'Bireysel "raporlama" <b>; end'}]
sources:
  - key: core
    name: "=cmd|' /C calc'!A0"
    owner: o@bank.example
    datasets:
      - {key: customers, entity: customer, id: number, fields: [{key: number}, {key: mail}]}
attributes:
  - key: customer.email
    name: "`Şube] --> x`\\u0007 #35;"
    definition: d
    owner: retail
    claims: [{field: core.customers.mail}]
measures:
  - key: reachable
    name: Reachable
    definition: d
    owner: retail
    calculation: SELECT count(email) AS value FROM customer WHERE mail = 'x' AND entity_id > '5'
  - {key: half, name: Half, definition: d, owner: retail, calculation: "-reachable / =2"}
reports:
  - key: monthly
    name: Monthly
    definition: d
    owner: retail
    team: retail
    cells:
      - {key: people, at: S!C5, measure: reachable}
      - {key: double, at: S!C6, calculation: "=2*C5+@Rate"}
"""


@pytest.fixture
def bank(tmp_path: Path) -> tuple[Lineage, Catalog]:
    return traced(tmp_path, BANK)
