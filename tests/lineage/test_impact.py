"""Facts about what a change reaches and what a wrong figure may come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from traced import traced

from catalog.model import Catalog
from lineage.graph import Lineage
from lineage.impact import Reach, causes, impact, reaches

BANK = """
teams: [{key: retail, name: Retail}, {key: risk, name: Risk}]
sources:
  - key: core
    name: Core
    owner: o
    datasets: [{key: customers, entity: customer, id: number, fields: [{key: number}, {key: mail}]}]
  - key: old
    name: Old
    owner: o
    datasets: [{key: customers, fields: [{key: mail}]}]
attributes:
  - key: customer.email
    name: E-mail
    definition: d
    owner: o
    claims: [{field: core.customers.mail}, {field: old.customers.mail}]
measures:
  - key: reachable
    name: Reachable
    definition: d
    owner: o
    calculation: SELECT count(email) AS value FROM customer
reports:
  - key: monthly
    name: Monthly
    definition: d
    owner: o
    team: retail
    cells:
      - {key: reachable, label: Reachable customers, at: S!C5, measure: reachable}
      - {key: double, at: S!C6, calculation: "=2*C5"}
  - key: risks
    name: Risks
    definition: d
    owner: o
    team: risk
    cells: [{key: fixed, calculation: SELECT count(mail) AS value FROM old.customers}]
touchpoints:
  - {key: letters, name: Letters, reads: {customer.email: old.customers.mail}}
"""


@pytest.fixture
def bank(tmp_path: Path) -> tuple[Lineage, Catalog]:
    return traced(tmp_path, BANK)


def test_impact_names_cells_reports_teams_and_touchpoints_nearest_first(bank):
    found = impact(*bank, "attribute:customer.email")
    assert [(r.urn, r.name) for r in found.cells] == [
        ("cell:monthly/reachable", "Reachable customers"),
        ("cell:monthly/double", "double"),
    ]
    assert [r.urn for r in found.reports] == ["report:monthly"]
    assert [r.urn for r in found.teams] == ["team:retail"]
    assert [r.urn for r in found.touchpoints] == ["touchpoint:letters"]


def test_impact_gives_the_way_to_each(bank):
    found = impact(*bank, "field:core.customers.mail")
    assert found.cells[1].path == (
        "field:core.customers.mail",
        "attribute:customer.email",
        "measure:reachable",
        "cell:monthly/reachable",
        "cell:monthly/double",
    )


def test_a_definition_nobody_uses_reaches_nothing(bank):
    assert not impact(*bank, "team:retail")
    assert impact(*bank, "cell:risks/fixed").cells == ()


def test_an_unknown_definition_is_an_error_for_impact_and_reaches_nothing(bank):
    with pytest.raises(KeyError):
        impact(*bank, "measure:nobody")
    assert reaches(bank[0], "measure:nobody") == Reach()


def test_reaches_agrees_with_impact_for_every_definition(bank):
    lineage, catalog = bank
    for urn in lineage.graph:
        slow = impact(lineage, catalog, urn)
        quick = reaches(lineage, urn)
        for name in ("cells", "reports", "teams", "touchpoints"):
            assert set(getattr(quick, name)) == {r.urn for r in getattr(slow, name)}


def test_causes_are_the_failing_and_expired_things_upstream_nearest_first(bank):
    verdicts = {
        "field:old.customers.mail": "fail",
        "measure:reachable": "expired",
        "attribute:customer.email": "pass",
        "dataset:core.customers": "unknown",
        "touchpoint:letters": "fail",
    }
    found = causes(bank[0], "cell:monthly/double", verdicts)
    assert [(c.urn, c.verdict, c.distance) for c in found] == [
        ("measure:reachable", "expired", 2),
        ("field:old.customers.mail", "fail", 4),
        ("dataset:core.customers", "unknown", 5),
    ]
    assert found[0].path == (
        "measure:reachable",
        "cell:monthly/reachable",
        "cell:monthly/double",
    )


def test_a_circle_of_formulas_does_not_stop_impact(tmp_path):
    circle = (
        "{key: circle, at: S!C7, calculation: '=C8'}\n"
        "      - {key: circle2, at: S!C8, calculation: '=C7+C5'}\n"
        "      - {key: reachable, label"
    )
    text = BANK.replace("{key: reachable, label", circle)
    lineage, catalog = traced(tmp_path, text)
    cells = {r.urn for r in impact(lineage, catalog, "measure:reachable").cells}
    assert {"cell:monthly/circle", "cell:monthly/circle2"} < cells
    assert set(reaches(lineage, "measure:reachable").cells) == cells
    assert reaches(lineage, "cell:monthly/circle").cells == ("cell:monthly/circle2",)


def test_what_only_conditions_carry_is_told_as_a_condition_in_both_directions(tmp_path):
    text = """
sources:
  - {key: core, name: C, owner: o, datasets: [{key: a, fields: [{key: x}, {key: y}]}]}
measures:
  - {key: m, name: M, definition: d, owner: o,
     calculation: SELECT sum(x) AS value FROM core.a WHERE y = 'b'}
  - {key: n, name: N, definition: d, owner: o, calculation: SELECT max(y) AS value FROM core.a}
  - {key: both, name: B, definition: d, owner: o, calculation: m / n}
reports:
  - {key: r, name: R, definition: d, owner: o, team: t, cells: [
      {key: m, at: S!A1, measure: m}, {key: both, at: S!A2, measure: both}]}
teams: [{key: t, name: T}]
"""
    lineage, catalog = traced(tmp_path, text)
    found = impact(lineage, catalog, "field:core.a.y")
    assert {(r.urn, r.dependency) for r in found.cells} == {
        ("cell:r/m", "condition"),
        ("cell:r/both", "value"),
    }
    by_value = next(r for r in found.cells if r.urn == "cell:r/both")
    assert by_value.path == ("field:core.a.y", "measure:n", "measure:both", "cell:r/both")
    (cause,) = causes(lineage, "cell:r/m", {"field:core.a.y": "fail"})
    assert cause.dependency == "condition"
