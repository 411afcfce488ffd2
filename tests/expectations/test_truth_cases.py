"""Checks on the golden record, case by case, as the page about them shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from workspaces import by_key, run, write_workspace

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "site" / "pages" / "truth_checks.md"
CASES: list[dict[str, Any]] = YAML(typ="safe").load(HERE / "truth_cases.yml")
CLAIMS = ("{field: core.people.mail}", "{field: crm.people.mail}")
HEAD = """
entities:
  - {key: customer, name: Customer, subtypes: {person: "kind = 'P'"}}
purposes:
  - {key: campaign, name: Campaign}
  - {key: notice, name: Notice, accepts: [current, stale]}
sources:
"""
SOURCE = """\
  - key: NAMED
    name: NAMED
    location: data
    owner: NAMED@bank.example
    datasets:
      - key: people
        path: NAMED.csv
        entity: customer
        id: id
        confirmed_at: {field: at, means: MEANS}
        fields: [{key: id, type: code}, {key: kind, type: code}, {key: mail, type: email}, {key: copied, type: email COPY}, {key: at, type: date}]
"""
ATTRIBUTES = """\
attributes:
  - key: customer.kind
    name: Kind
    definition: Person or company.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: code
    claims: [{field: core.people.kind}]
  - key: customer.mail
    name: E-mail
    definition: Where the customer is reached.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    cleanse: [trim]
    compare: [lower]
"""


def definitions(case: Mapping[str, Any]) -> str:
    """The workspace of a case."""
    sources = "".join(_sources())
    claims = "\n".join(f"      - {claim}" for claim in case.get("claims", CLAIMS))
    states = "".join(f"    {k}: {json.dumps(v)}\n" for k, v in case["states"].items())
    touchpoints = [f"  - {one}\n" for one in case.get("touchpoints", ())]
    listed = f"touchpoints:\n{''.join(touchpoints)}" if touchpoints else ""
    return f"{HEAD}{sources}{ATTRIBUTES}    claims:\n{claims}\n{states}{listed}"


def _sources() -> Iterator[str]:
    for key in ("core", "crm", "web"):
        means = "loaded" if key == "web" else "confirmed"
        copy = ", copy_of: core.people.mail" if key == "crm" else ""
        yield SOURCE.replace("NAMED", key).replace("MEANS", means).replace(" COPY", copy)


def written(folder: Path, case: Mapping[str, Any]) -> Path:
    rows = {key: case.get(key, ()) for key in ("core", "crm", "web")}
    files = {
        f"data/{key}.csv": "\n".join(["id,kind,mail,copied,at", *lines, ""])
        for key, lines in rows.items()
    }
    return write_workspace(folder, definitions(case), files)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_check_on_the_golden_record_says_what_the_case_says(
    tmp_path: Path, case: dict[str, Any]
) -> None:
    found = by_key(run(written(tmp_path, case)))
    for key, (verdict, compared, samples, message) in case["says"].items():
        kind = "touchpoint" if case.get("touchpoints") else "attribute"
        one = found[f"{kind}:{key}"]
        assert one.message == message
        assert (one.verdict, one.rows_compared, list(one.samples)) == (verdict, compared, samples)
        assert one.owner == ("owner@bank.example" if kind == "attribute" else _owner(case))
        assert one.severity == ("info" if _is_measured(case, key) else "critical")


def _owner(case: Mapping[str, Any]) -> str:
    found = re.search(r"owner: (\S+?),", case["touchpoints"][0])
    assert found
    return found[1]


def _is_measured(case: Mapping[str, Any], key: str) -> bool:
    """Whether a check of days to come demands nothing."""
    current = case["states"].get("current")
    demanded = current.get("in", {}) if isinstance(current, dict) else {}
    return "/current_in:" in key and key.rpartition(":")[2] not in demanded


def test_the_page_names_every_case_and_no_other() -> None:
    named = re.findall(r"^\| `(\w+)` \| [A-Z]", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(case["case"] for case in CASES)
