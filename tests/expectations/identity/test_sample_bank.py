"""The sample bank's applicants: two lists without a common number, and the people behind them."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from commands import run_quietly

from catalog.sample.bank import create_bank


@pytest.mark.long
def test_who_filled_in_the_form_twice_is_one_and_a_child_is_not_its_parent(tmp_path: Path) -> None:
    """A date of birth and a telephone tell people in the form apart, and are never mistyped."""
    create_bank(tmp_path / "bank", as_of=date(2026, 11, 21))
    ended = run_quietly(
        "match", "applicant", "-w", tmp_path / "bank", "-o", tmp_path / "map.parquet"
    )
    assert ended.status == 0, ended.err
    rows = pq.read_table(tmp_path / "map.parquet").to_pylist()
    entity = {row["record_id"]: row["entity_id"] for row in rows}
    with (tmp_path / "bank/data/applications/web_form.csv").open(encoding="utf-8") as stream:
        form = list(csv.DictReader(stream))
    people: dict[str, set[str]] = defaultdict(set)
    found: dict[str, set[str]] = defaultdict(set)
    for row in form:
        people[row["birth_date"]].add(entity[row["form_no"]])
        found[entity[row["form_no"]]].add(row["birth_date"])
    assert len(form) > len(people) > 200
    assert [days for days in found.values() if len(days) > 1] == []
    assert sum(1 for entities in people.values() if len(entities) > 1) <= 0.02 * len(people)
