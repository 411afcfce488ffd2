"""Checks on the golden record, case by case, as the page about them shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from truth_workspaces import written
from workspaces import by_key, run

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "site" / "pages" / "truth_checks.md"
CASES: list[dict[str, Any]] = YAML(typ="safe").load(HERE / "truth_cases.yml")


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
