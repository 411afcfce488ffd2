"""Facts about input blocks: a formula over what was pasted derives from where it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.loading.loader import load_catalog
from catalog.model import Catalog
from catalog.validation.inputs import inputs
from catalog.validation.rules import Context
from catalog.validation.statements import statements
from lineage.edges import Edge, Unresolved, edges_of
from lineage.rules import formulas

SOURCES = """
sources:
  - key: core
    name: Core
    kind: files
    location: .
    owner: t
    datasets:
      - key: customers
        path: core.csv
        fields: [{key: no}, {key: town}, {key: opened}, {key: balance, type: decimal}]
reports:
  - key: r
    name: R
    definition: d
    owner: t
    team: t
    inputs: INPUTS
    cells:
      - {key: one, at: Özet!C5, calculation: 'FORMULA'}
"""
DATASET = "[{at: Veri!A1:C82, dataset: core.customers, columns: {A: town, B: balance}}]"
SQL = (
    "SELECT town AS il, sum(balance) AS tutar FROM core.customers "
    "WHERE opened <= :period_end GROUP BY town"
)
QUERY = f"[{{at: Veri!A1:B82, calculation: '{SQL}'}}]"


def load(folder: Path, formula: str, declared: str = DATASET) -> Catalog:
    (folder / "catalog").mkdir()
    text = SOURCES.replace("INPUTS", declared).replace("FORMULA", formula)
    (folder / "catalog" / "all.yml").write_text(text, encoding="utf-8")
    loaded = load_catalog(folder)
    assert loaded.problems == []
    return loaded.catalog


def derived(catalog: Catalog) -> set[tuple[str, str | None]]:
    found = [one for one in edges_of(catalog) if isinstance(one, Edge)]
    ours = [one for one in found if one.downstream == "cell:r/one"]
    return {(one.upstream.partition(":")[2], one.use) for one in ours if one.type == "derives"}


def lost(catalog: Catalog) -> dict[str, str]:
    return {one.text: one.reason for one in edges_of(catalog) if isinstance(one, Unresolved)}


BALANCE, TOWN = "core.customers.balance", "core.customers.town"


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("=SUM(Veri!B2:B82)", {(BALANCE, "aggregated")}),
        ("=SUM(veri!$B:$B)/1000", {(BALANCE, "aggregated")}),
        ("=Veri!B2", {(BALANCE, "direct")}),
        ("=Veri!B2*2", {(BALANCE, "computed")}),
        ('=SUMIF(Veri!A2:A82,"Ankara",Veri!B2:B82)', {(TOWN, "filter"), (BALANCE, "aggregated")}),
        ('=SUMIF(Veri!B2:B82,">5")', {(BALANCE, "filter"), (BALANCE, "aggregated")}),
        ('=SUMIF("a,b(",Veri!A2:A82,Veri!B2:B82)', {(TOWN, "filter"), (BALANCE, "aggregated")}),
        ('=SUMIFS(Veri!B:B,Veri!A:A,"(x)")', {(TOWN, "filter"), (BALANCE, "aggregated")}),
        ("=COUNTIF(Veri!A2:A82;1)", {(TOWN, "filter"), ("core.customers", "rows")}),
        ("=IF(Veri!A2=1,Veri!B2,0)", {(TOWN, "filter"), (BALANCE, "computed")}),
        ("=SUM(Veri!A2:B82)", {(TOWN, "aggregated"), (BALANCE, "aggregated")}),
        ("=SUM(Veri!B2:B300)", {(BALANCE, "aggregated")}),
    ],
)
def test_a_formula_over_a_pasted_dataset_derives_from_its_fields(tmp_path, formula, wanted):
    catalog = load(tmp_path, formula)
    assert derived(catalog) == wanted
    assert lost(catalog) == {}


def test_a_formula_over_a_pasted_query_derives_from_what_its_column_comes_from(tmp_path):
    catalog = load(tmp_path, "=SUM(Veri!B2:B82)", QUERY)
    assert derived(catalog) == {
        (BALANCE, "aggregated"),
        (TOWN, "group"),
        ("core.customers.opened", "filter"),
    }
    assert lost(catalog) == {}


def test_columns_of_a_query_may_be_stated_out_of_order(tmp_path):
    declared = QUERY.replace("calculation", "columns: {A: tutar, B: il}, calculation")
    assert (BALANCE, "aggregated") in derived(load(tmp_path, "=SUM(Veri!A2:A82)", declared))


def test_a_column_that_is_not_stated_leads_to_the_dataset_and_is_told(tmp_path):
    catalog = load(tmp_path, "=SUM(Veri!C2:C82)")
    assert derived(catalog) == {("core.customers", "aggregated")}
    assert "not stated" in lost(catalog)["column C of Veri!A1:C82"]


@pytest.mark.parametrize("formula", ["=SUM(Veri!B83:B90)", "=SUM(Veri!D2:D9)", "=Veri!B1"])
def test_what_lies_outside_a_block_or_is_its_heading_leads_nowhere_as_before(tmp_path, formula):
    catalog = load(tmp_path, formula)
    assert derived(catalog) == set()
    (found,) = formulas(catalog, Context())
    assert "no cell of this report is defined there" in found.message


def test_a_formula_over_a_block_is_no_warning(tmp_path):
    assert list(formulas(load(tmp_path, "=SUM(Veri!B2:B82)"), Context())) == []


REFUSED = {
    "no sheet": ("[{at: A1:C82, dataset: core.customers}]", "names no sheet"),
    "one cell": ("[{at: Veri!A1, dataset: core.customers}]", "is not a range of cells"),
    "one row": ("[{at: Veri!A1:C1, dataset: core.customers}]", "is one row"),
    "dataset": ("[{at: Veri!A1:C82, dataset: core.costumers}]", "did you mean 'core.customers'?"),
    "field": (DATASET.replace("balance", "balans"), "B: core.customers has no field 'balans'"),
    "letters": (DATASET.replace("B:", "B2:"), "'B2' is not the letters of a column"),
    "outside": (DATASET.replace("B:", "D:"), "column D lies outside the block, which has the"),
    "column": (
        QUERY.replace("calculation", "columns: {A: toplam}, calculation"),
        "A: the query has no column 'toplam'",
    ),
    "overlap": (
        "[{at: Veri!A1:C9, dataset: core.customers}, {at: veri!C9:D12, dataset: core.customers}]",
        "veri!C9:D12 overlaps Veri!A1:C9",
    ),
}


@pytest.mark.parametrize(("declared", "said"), REFUSED.values(), ids=REFUSED)
def test_a_block_that_leads_nowhere_is_an_error_at_its_place(tmp_path, declared, said):
    (found,) = inputs(load(tmp_path, "=Veri!A2", declared), Context())
    assert (found.code, found.level, found.urn) == ("TD061", "error", "report:r")
    assert said in found.message
    assert found.place is not None
    assert found.place.line == 18


def test_the_sql_of_a_block_is_held_to_what_is_allowed(tmp_path):
    declared = "[{at: Veri!A1:B9, calculation: \"SELECT read_csv('x') FROM core.customer\"}]"
    catalog = load(tmp_path, "=Veri!A2", declared)
    found = list(statements(catalog, Context()))
    assert {one.code for one in found} == {"TD020"}
    assert all("inputs 0 calculation" in one.message for one in found)
    assert list(inputs(catalog, Context())) == []
