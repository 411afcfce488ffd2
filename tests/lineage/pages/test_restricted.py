"""A site leaves no trace of what its readers may not see, whatever kind of thing it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bank_pages import bank_run, result
from workspaces import write_workspace

from catalog.panels import panel_makers
from catalog.results import MeasureValue, RunRecord
from catalog.settings import Settings
from catalog.store.runs import RunSummary
from catalog.workspace import open_workspace
from lineage.graph import build_lineage
from lineage.pages.context import PageContext
from lineage.pages.past import Past
from lineage.pages.render import render_pages
from lineage.pages.search import entries_of, write_texts, write_titles

HIDDEN = """
entities:
  - {key: customer, name: Customer}
  - {key: zkent, name: Zqentity, visibility: restricted}
teams: [{key: t, name: Team, head: boss}, {key: zkteam, name: Zqteam, visibility: restricted}]
roles:
  - {key: boss, name: Boss, holder: boss@bank.example}
  - {key: zkrole, name: Zqrole, visibility: restricted, holder: zq@bank.example, deputy: zqd@b.example}
purposes: [{key: zkpurpose, name: Zqpurpose, visibility: restricted}]
sources:
  - {key: zksource, name: Zqsource, owner: boss, visibility: restricted,
     datasets: [{key: t, path: t.csv, entity: customer, id: f, fields: [{key: f}]}]}
  - key: core
    name: Core
    owner: zkrole
    datasets:
      - key: zkset
        name: Zqset
        visibility: restricted
        path: z.csv
        fields: [{key: g}]
      - key: customers
        path: core.csv
        entity: customer
        id: no
        population: "zkfield = 1"
        known_to: {zksource.t: 0.9}
        fields: [{key: no, type: code}, {key: a}, {key: b, copy_of: zksource.t.f},
          {key: zkfield, name: Zqfield, visibility: restricted}]
attributes:
  - {key: customer.open, name: Open, definition: O, owner: zkrole, expires_on: 2027-06-30,
     purposes: [zkpurpose],
     claims: [{field: core.customers.a, when: "zkfield > 3"}, {field: zksource.t.f}],
     agree: 0.9}
  - {key: customer.zkattr, name: Zqattribute, definition: D, owner: boss, expires_on: 2027-06-30,
     visibility: restricted, values: {x: Zqlabel}, claims: [{field: core.customers.b}]}
  - {key: customer.old, name: Old, definition: D, owner: boss, expires_on: 2027-06-30,
     status: deprecated, replaced_by: customer.zkattr, claims: [{field: core.customers.b}]}
measures:
  - {key: zkmeasure, name: Zqmeasure, definition: D, owner: boss, expires_on: 2027-06-30,
     visibility: restricted, calculation: SELECT 1 AS value}
  - {key: seen, name: Seen, definition: D, owner: boss, expires_on: 2027-06-30,
     dimensions: [zkattr],
     calculation: "SELECT zkattr, count(*) AS value FROM customer GROUP BY zkattr"}
reports:
  - key: zkreport
    name: Zqreport
    definition: D
    team: zkteam
    owner: boss
    expires_on: 2027-06-30
    visibility: restricted
    cells: [{key: zc, label: Same, name: Zqcell, measure: seen}]
  - key: monthly
    name: Monthly
    definition: D
    team: zkteam
    owner: boss
    expires_on: 2027-06-30
    cells:
      - {key: a, at: "S!C5", label: Same, measure: zkmeasure}
      - {key: b, at: "S!C6", label: Own, calculation: "SELECT count(*) AS value FROM core.zkset"}
touchpoints:
  - {key: desk, name: Desk, owner: boss,
     reads: {customer.zkattr: core.customers.a, customer.open: core.zkset.g}}
  - {key: zktouch, name: Zqtouch, owner: boss, visibility: restricted,
     reads: {customer.open: core.customers.a}}
"""
RESULTS = (
    result("attribute:customer.zkattr/required", "fail", violations=90),
    result("attribute:customer.open/agree:core.customers.a~zksource.t.f", "fail", violations=90),
    result("dataset:core.customers/known_to:zksource.t", "fail", violations=90),
    result("measure:zkmeasure/computes", "error"),
    result("measure:seen/computes"),
    result("cell:monthly/a/same:zkreport/zc", "fail", urn="cell:monthly/a", kind="same",
           observed=12, expected=987321, period="2026-10", violations=1),
)  # fmt: skip


@pytest.fixture
def context(tmp_path: Path) -> PageContext:
    loaded = open_workspace(write_workspace(tmp_path, HIDDEN)).load()
    assert [p for p in loaded.problems if p.level == "error"] == []
    run: RunRecord = bank_run(RESULTS).model_copy(
        update={
            "measures": {
                "zkmeasure": (MeasureValue(value=987654),),
                "seen": (MeasureValue(dimensions={"zkattr": "x"}, value=55),),
            }
        }
    )
    catalog = loaded.catalog
    day = date(2026, 11, 21)
    return PageContext(catalog, build_lineage(catalog), run, {}, Settings(), "en", day)


def test_neither_pages_nor_search_name_what_is_restricted(context: PageContext) -> None:
    entries = list(entries_of(context))
    texts = {page.address: page.html for page in render_pages(context, panel_makers())}
    texts |= {"titles": write_titles(entries), "texts": write_texts(entries)}
    for address, text in texts.items():
        assert re.findall(r".{0,40}\bz[kq]\w+", text + address, re.IGNORECASE) == [], address


def test_what_a_run_was_asked_for_names_nothing_restricted(context: PageContext) -> None:
    asked = "attribute:customer.zkattr*, attribute:customer.open, period 2026-W40"
    assert context.run is not None
    summary = RunSummary("r1", context.run.started, context.today, asked, "fail", 1, {})
    run = context.run.model_copy(update={"selection": asked})
    context = replace(context, run=run, past=Past((summary,)))
    pages = {page.address: page.html for page in render_pages(context, panel_makers())}
    for address in ("all/runs/index.html", "all/run/index.html", "index.html"):
        assert "zkattr" not in pages[address]
        assert "checks of what is not shown here, attribute:customer.open" in pages[address]
        assert "for week 40 of 2026" in pages[address]


def test_the_number_of_a_restricted_measure_is_not_shown_by_a_cell(context: PageContext) -> None:
    pages = {page.address: page.html for page in render_pages(context, panel_makers())}
    assert all("987" not in html for html in pages.values())
    assert "not shown here" in pages["d/cell-monthly--a/index.html"]
    assert "55" in pages["d/measure-seen/index.html"]


def test_what_is_left_out_is_counted_where_numbers_are_compared(context: PageContext) -> None:
    pages = {page.address: page.html for page in render_pages(context, panel_makers())}
    said = "5 more checks speak of definitions that are not shown here"
    for address in ("index.html", "all/checks/index.html", "all/run/index.html"):
        assert said in pages[address], address
