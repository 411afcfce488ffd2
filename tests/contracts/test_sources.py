"""Every kind of source keeps one contract: the same rows give the same results of the same checks,
and whatever goes wrong with one of them costs its own checks alone.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from source_kinds import KINDS, Kind, address_of
from source_rows import (
    CORE,
    EXPECTED,
    assert_unknown,
    counted,
    definitions,
    results_of,
    write_two_sources,
)
from workspaces import by_key, run, write_workspace

from catalog.results import Result

MILLION = 1_000_000
LARGE = [kind for kind in KINDS if kind.many]
BOUND_MB = 280
"""A million rows of two short columns are 40 MB; held as Python objects they would be 200 more."""


def named(kind: Kind) -> str:
    return kind.name


@pytest.fixture(params=KINDS, ids=named)
def found(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, Result]:
    """The results of the run whose source under test is written through one connector."""
    (tmp_path / "data").mkdir()
    address = address_of(request.param, request)
    monkeypatch.setenv("TEST_CRM_URL", address)
    crm = request.param.rows(tmp_path, address)
    return by_key(run(write_workspace(tmp_path, definitions(crm), {"data/core.csv": CORE})))


def test_the_same_rows_give_the_same_figures(found: Mapping[str, Result]) -> None:
    """Types, empty texts and missing values, Turkish text, dates, zones, decimals, long texts."""
    assert counted(found) == EXPECTED
    assert {key: one.message for key, one in found.items() if one.verdict == "error"} == {}


@pytest.fixture(params=LARGE, ids=named)
def large(request: pytest.FixtureRequest) -> Kind:
    """A kind of source that can hold many rows."""
    assert isinstance(request.param, Kind)
    return request.param


def filled(kind: Kind, folder: Path, address: str, count: int, second: str = "name") -> Path:
    """A workspace whose source under test holds many rows."""
    (folder / "data").mkdir(exist_ok=True)
    assert kind.many
    return write_two_sources(folder, *kind.many(folder, address, count, second))


def test_a_source_that_breaks_half_way_costs_its_own_checks_alone(
    large: Kind, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row cut short, a page of a file lost, the connection ended by the server."""
    address = address_of(large, request)
    monkeypatch.setenv("TEST_CRM_URL", address)
    workspace = filled(large, tmp_path, address, 100_000)
    readable = results_of(workspace)["dataset:crm.people/id"]
    assert (readable.verdict, readable.rows_compared) == ("pass", 100_000), readable.message
    assert large.spoil
    large.spoil(tmp_path, address)
    assert_unknown(results_of(workspace))


def test_a_column_that_is_renamed_at_the_source_is_named_with_its_nearest(
    large: Kind, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_of(large, request)
    monkeypatch.setenv("TEST_CRM_URL", address)
    assert results_of(filled(large, tmp_path, address, 10))["dataset:crm.people/id"].verdict == (
        "pass"
    )
    found = results_of(filled(large, tmp_path, address, 10, second="nmae"))
    assert_unknown(found, "no column 'name'", "did you mean 'nmae'")


MEASURED = """
import resource, sys, threading, time
from pathlib import Path
from catalog.validation.opening import open_valid
from expectations.engine.child import resident_mb
from expectations.engine.port import Missing
from expectations.runner import read_sources, silent
import pyarrow.parquet, adbc_driver_manager.dbapi

root = Path(sys.argv[1])
workspace, catalog = open_valid(root)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read_sources(workspace, catalog, ["crm.people"], root, silent)["crm.people"]
assert not isinstance(found, Missing), found
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, children)
"""


@pytest.mark.long
def test_a_million_rows_are_read_in_bounded_memory(
    large: Kind, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them arrive; the connector holds a part of them only, its helper process too."""
    address = address_of(large, request)
    monkeypatch.setenv("TEST_CRM_URL", address)
    workspace = filled(large, tmp_path, address, MILLION)
    said = subprocess.run(
        [sys.executable, "-c", MEASURED, str(workspace)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    own, children = (int(one) / 1024 for one in said.stdout.split())
    assert own < 60, f"{own:.0f} MB more than before"
    assert children < BOUND_MB, f"{children:.0f} MB in the helper process"
    present = results_of(workspace)["dataset:crm.people/id"]
    assert (present.rows_compared, present.violations) == (MILLION, 0)
