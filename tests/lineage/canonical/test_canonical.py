"""The canonical form proves what is equal, and never what is not."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog.sql import check_query
from expectations.engine.sandbox import Limits
from expectations.equality.generated import Needed
from expectations.equality.running import Pair, Ran, Side, run_pairs
from lineage.canonical.proving import canonical, equality

HERE = Path(__file__).parent
LIMITS = Limits(threads=1)
ZONE = "Europe/Istanbul"
PROOFS = {"identical": "identical", "without_nulls": "equal_without_nulls"}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


TUNED = read("cases.yml")
HELD_OUT = {**TUNED, **read("held_out.yml")}
TABLES, KEYS = TUNED["tables"], TUNED["keys"]


def proof(case: dict[str, Any]) -> str | None:
    left, right = (
        canonical(check_query(case[side], TABLES).tree, TABLES, KEYS) for side in ("left", "right")
    )
    return equality(left, right)


def pair(left: str, right: str) -> Pair:
    checked = [check_query(sql, TABLES) for sql in (left, right)]
    used = checked[0].columns | checked[1].columns
    tables = {
        table: {
            column: kind
            for column, kind in TABLES[table].items()
            if f"{table}.{column}" in used or column in ("entity_id", "customer_no")
        }
        for table in sorted(checked[0].tables | checked[1].tables)
    }
    sides = [Side(one.tree, "month", Decimal(1)) for one in checked]
    return Pair(sides[0], sides[1], Needed(tables, KEYS))


@cache
def ran(file: str) -> dict[str, Ran]:
    cases = (TUNED if file == "cases.yml" else HELD_OUT)["cases"]
    pairs = {case["name"]: pair(case["left"], case["right"]) for case in cases}
    return run_pairs(pairs, LIMITS, ZONE, 60)


def names(file: dict[str, Any]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in file["cases"]]


@pytest.mark.parametrize("case", names(TUNED))
def test_a_pair_is_proved_to_be_what_it_is(case: dict[str, Any]) -> None:
    expected = PROOFS.get(case["is"]) if case.get("proved", True) else None
    assert proof(case) == expected


@pytest.mark.parametrize("case", names(HELD_OUT))
def test_of_a_pair_it_was_never_tuned_with_nothing_wrong_is_proved(case: dict[str, Any]) -> None:
    found = proof(case)
    assert found in (None, PROOFS.get(case["is"])) or (
        found == "equal_without_nulls" and case["is"] == "identical"
    )


def test_how_many_of_the_equal_pairs_it_was_never_tuned_with_are_proved() -> None:
    """As many as when it was measured: it may become more, never silently fewer."""
    cases = [case for case in HELD_OUT["cases"] if case["is"] in ("identical", "without_nulls")]
    proved = sum(proof(case) == PROOFS[case["is"]] for case in cases)
    assert proved >= HELD_OUT["proved"]


@pytest.mark.long
@pytest.mark.parametrize("file", ["cases.yml", "held_out.yml"])
def test_generated_data_agree_with_what_each_pair_is(file: str) -> None:
    cases = (TUNED if file == "cases.yml" else HELD_OUT)["cases"]
    wrong = {}
    for case in cases:
        found = ran(file)[case["name"]]
        assert found.failed is None, (case["name"], found.failed)
        apart = [s for s in found.apart if s.is_plain]
        seen = "different" if apart else "without_nulls" if found.apart else "equal"
        said = {"identical": "equal"}.get(case["is"], case["is"])
        if seen != said:
            wrong[case["name"]] = (said, seen)
    assert not wrong


def test_the_cases_are_many_and_of_every_kind() -> None:
    counts = Counter(case["is"] for case in (*TUNED["cases"], *HELD_OUT["cases"]))
    assert sum(counts.values()) >= 120
    assert len(HELD_OUT["cases"]) >= 0.3 * sum(counts.values())
    assert min(counts["identical"], counts["without_nulls"], counts["different"]) >= 15
