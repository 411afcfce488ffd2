"""What of a run's selection may be told: nothing that names what may not be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import write_workspace

from catalog.selections import told_selection
from catalog.visibility import visible_to
from catalog.workspace import open_workspace

DEFINITIONS = """
entities: [{key: customer, name: Customer}]
roles: [{key: boss, name: Boss, holder: boss@bank.example}]
sources:
  - key: core
    name: Core
    owner: boss
    datasets: [{key: t, path: t.csv, entity: customer, id: a,
      fields: [{key: a}, {key: wage, visibility: restricted}]}]
attributes:
  - {key: customer.city, name: City, definition: D, owner: boss, expires_on: 2027-06-30,
     claims: [{field: core.t.a}]}
  - {key: customer.risk_class, name: Risk, definition: D, owner: boss, expires_on: 2027-06-30,
     visibility: restricted, claims: [{field: core.t.a}]}
"""


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        ("attribute:customer.city", "attribute:customer.city"),
        ("customer.city", "customer.city"),
        ("attribute:customer.city/agree*", "attribute:customer.city/agree*"),
        ("attribute:*", "attribute:*"),
        ("attribute:customer.c", "attribute:customer.c"),
        ("required", "required"),
        ("period 2026-W40", "period 2026-W40"),
        ("changed since 1a2b", "changed since 1a2b"),
        ("attribute:customer.risk_class*", "(not shown)"),
        ("*risk*", "(not shown)"),
        ("attribute:customer.gone", "(not shown)"),
        ("attribute:customer.city/type:core.t.wage", "(not shown)"),
        ("customer.risk_class, customer.city", "(not shown), customer.city"),
        (None, None),
    ],
)
def test_what_names_nothing_hidden_is_told_as_it_was_asked(
    tmp_path: Path, selection: str | None, told: str | None
) -> None:
    catalog = open_workspace(write_workspace(tmp_path, DEFINITIONS)).load().catalog
    visible = visible_to(catalog)
    assert told_selection(selection, catalog, visible, ["required"]) == told
