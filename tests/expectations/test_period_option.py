"""`check --period`: another period than the last, kept as a part and never as a whole run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from workspaces import write_workspace

PROGRAM = Path(sys.executable).with_name("tekdogru")
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


def check(workspace: Path, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = ["check", "-w", str(workspace), "--as-of", "2026-11-20", *more]
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def figures(workspace: Path, *more: str) -> dict[str, tuple[str | None, int]]:
    document = json.loads(check(workspace, "--format", "json", *more).stdout)
    return {
        key: (values[0]["period"], values[0]["value"])
        for key, values in document["measures"].items()
    }


def test_without_it_every_measure_speaks_of_its_last_closed_period(workspace: Path) -> None:
    assert figures(workspace) == {"m": ("2026-10", 2), "q": ("2026-Q3", 92), "n": (None, 323)}


def test_measures_of_that_unit_take_the_period_and_others_their_last_within_it(
    workspace: Path,
) -> None:
    assert figures(workspace, "--period", "2026-08") == {
        "m": ("2026-08", 1),
        "q": ("2026-Q2", 91),
        "n": (None, 323),
    }
    assert figures(workspace, "--period", "2026-Q1")["q"] == ("2026-Q1", 90)


def test_such_a_run_is_kept_with_its_period(workspace: Path) -> None:
    said = check(workspace, "--period", "2026-08")
    assert said.returncode == 0
    assert "Only period 2026-08" in said.stdout


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
    workspace: Path, period: str, said: str
) -> None:
    ended = check(workspace, "--period", period)
    assert ended.returncode == 64
    assert said in ended.stderr
