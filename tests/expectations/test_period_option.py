"""`check --period`: another period than the last, kept as a part and never as a whole run."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from commands import Command, run_here
from workspaces import write_workspace

DEFINITIONS = """
teams: [{key: t, name: T}]
entities: [{key: customer, name: Customer}]
sources:
  - key: core
    name: Core
    owner: t
    kind: files
    location: .
    datasets:
      - {key: customers, path: core.csv, fields: [{key: since, type: date}]}
measures:
  - key: m
    name: M
    definition: d
    owner: t
    expires_on: 2027-01-01
    calculation: SELECT count(*) AS value FROM core.customers WHERE since <= :period_end
  - key: q
    name: Q
    definition: d
    owner: t
    expires_on: 2027-01-01
    period: quarter
    calculation: SELECT date_diff('day', :period_start, :period_end) + 1 AS value
  - key: n
    name: N
    definition: d
    owner: t
    expires_on: 2027-01-01
    as_of: now
    calculation: SELECT date_diff('day', DATE '2026-01-01', :as_of) AS value
"""
ROWS = [{"since": "2026-08-01"}, {"since": "2026-10-01"}]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path, DEFINITIONS, {"core.csv": ROWS})


@pytest.fixture
def check(workspace: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    """The check of the workspace on one day."""
    return partial(run_here(capfd), "check", "-w", workspace, "--as-of", "2026-11-20")


def figures(check: Command, *more: str) -> dict[str, tuple[str | None, int]]:
    document = json.loads(check("--format", "json", *more).out)
    return {
        key: (values[0]["period"], values[0]["value"])
        for key, values in document["measures"].items()
    }


def test_without_it_every_measure_speaks_of_its_last_closed_period(check: Command) -> None:
    assert figures(check) == {"m": ("2026-10", 2), "q": ("2026-Q3", 92), "n": (None, 323)}


def test_measures_of_that_unit_take_the_period_and_others_their_last_within_it(
    check: Command,
) -> None:
    assert figures(check, "--period", "2026-08") == {
        "m": ("2026-08", 1),
        "q": ("2026-Q2", 91),
        "n": (None, 323),
    }
    assert figures(check, "--period", "2026-Q1")["q"] == ("2026-Q1", 90)


def test_such_a_run_is_kept_with_its_period(check: Command) -> None:
    said = check("--period", "2026-08")
    assert said.status == 0
    assert "Only period 2026-08" in said.out


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("October", "--period: 'October' is not a period; write one of 2026-10-31 (a day)"),
        ("2026-13", "--period: there is no month '2026-13'"),
        (
            "2026-11",
            "--period 2026-11 is not over on 2026-11-20; the last month that is, is 2026-10",
        ),
    ],
)
def test_what_is_no_period_or_not_over_is_wrong_usage(
    check: Command, period: str, said: str
) -> None:
    ended = check("--period", period)
    assert ended.status == 64
    assert said in ended.err
