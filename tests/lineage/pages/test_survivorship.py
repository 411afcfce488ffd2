"""How the golden value is chosen, in words: every strategy and guard, in both languages."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from bank_pages import PAGES_DAY
from ruamel.yaml import YAML

from catalog.model import Attribute, Catalog, Claim
from catalog.model.definition import Language
from catalog.model.survival import STRATEGIES
from catalog.settings import Settings
from catalog.workspace import open_workspace
from lineage.graph import build_lineage
from lineage.pages.context import PageContext
from lineage.pages.render import render_pages

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).parent / "survivorship_cases.yml"
)
UNSAID = {"field"}


def catalog_of(folder: Path, case: dict[str, Any], hidden: str | None = None) -> Catalog:
    """One source with four fields, and two attributes, of which the first states the case."""
    visibility = {"visibility": "restricted"}
    fields = [{"key": key, **(visibility if key == hidden else {})} for key in ("no", "a", "b")]
    fields.append({"key": "ends", "type": "date"})
    dataset = {
        "key": "t", "path": "t.csv", "entity": "customer", "id": "no", "fields": fields,
        "rows": "many" if "row" in case.get("claim", {}) else "one",
    }  # fmt: skip
    common = {"definition": "D", "owner": "o@bank.example", "expires_on": "2030-01-01"}
    claim = {"field": "s.t.a", **case.get("claim", {})}
    states = case.get("states", {})
    group = {"group": states["group"]} if "group" in states else {}
    one = {"key": "customer.one", "name": "One", **common, "claims": [claim], **states}
    other = {
        "key": "customer.other",
        "name": "Other",
        **common,
        "claims": [{"field": "s.t.b"}],
        **group,
    }
    document = {
        "entities": [{"key": "customer", "name": "Customer"}],
        "sources": [{"key": "s", "name": "S", "owner": "o@bank.example", "datasets": [dataset]}],
        "attributes": [one, other],
    }
    (folder / "catalog").mkdir()
    (folder / "tekdogru.toml").write_text("")
    YAML().dump(document, folder / "catalog" / "definitions.yml")
    loaded = open_workspace(folder).load()
    assert not [problem for problem in loaded.problems if problem.level == "error"]
    return loaded.catalog


def page_of(catalog: Catalog, language: Language) -> str:
    ctx = PageContext(catalog, build_lineage(catalog), None, {}, Settings(), language, PAGES_DAY)
    address = "d/attribute-customer.one/index.html"
    html = next(page.html for page in render_pages(ctx) if page.address == address)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    return re.sub(r" ([.,;:)])", r"\1", text.replace("( ", "("))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.get("states", case.get("claim"))))
def test_a_page_says_it_in_both_languages(case: dict[str, Any], tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, case)
    assert case["en"] in page_of(catalog, "en")
    assert case["tr"] in page_of(catalog, "tr").replace(' en " ', '" ')


def test_every_strategy_and_guard_is_said() -> None:
    """Of a claim every key but the field itself; of an attribute all that decides what survives."""
    claimed = {key for case in CASES for key in case.get("claim", {})}
    names = {field.alias or name for name, field in Claim.model_fields.items()}
    assert claimed == names - UNSAID
    stated = [case["states"] for case in CASES if "states" in case]
    chains = [one["survive"] for one in stated if "survive" in one]
    assert {chain for chain in chains if isinstance(chain, str)} == set(STRATEGIES)
    keys = {"survive", "group", "valid_for", "valid_until", "valid_while", "fallback"}
    assert {key for one in stated for key in one} == keys
    assert keys <= set(Attribute.model_fields)


@pytest.mark.parametrize(
    "case",
    [
        {"claim": {"valid_if": "b = 'x'"}},
        {"claim": {"deleted": "b = 'x'"}},
        {"claim": {"downgrade": {"by": 5, "if": "b = 'x'"}}},
        {"states": {"valid_while": "b = 'x'"}},
        {"states": {"survive": [{"rank": "b || 'x'"}]}},
    ],
)
def test_a_condition_on_what_is_restricted_is_not_told(
    case: dict[str, Any], tmp_path: Path
) -> None:
    told = page_of(catalog_of(tmp_path, case, hidden="b"), "en")
    assert "'x'" not in told
    assert "a condition that is not shown here" in told
