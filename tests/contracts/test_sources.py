"""Every kind of source keeps one contract: the same rows give the same results of the same checks,
and whatever goes wrong with one of them costs its own checks alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import start_program
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
import json, os, resource, sys
from pathlib import Path
import adbc_driver_manager.dbapi, duckdb, pyarrow.parquet
from workspaces import by_key, run
import expectations.judge
import expectations.runner as runner

def used(who):
    return resource.getrusage(who).ru_maxrss / 1024

def measured(*arguments):
    before = used(resource.RUSAGE_SELF)
    found = read_sources(*arguments)
    figures["own"] = used(resource.RUSAGE_SELF) - before
    figures["children"] = used(resource.RUSAGE_CHILDREN)
    return found

figures, read_sources, runner.read_sources = {}, runner.read_sources, measured
for line in sys.stdin:
    workspace, os.environ["TEST_CRM_URL"] = json.loads(line)
    child = os.fork() if sys.argv[1] == "forking" else 0
    if not child:
        present = by_key(run(Path(workspace)))["dataset:crm.people/id"]
        print(json.dumps({**figures, "rows": present.rows_compared, "violations": present.violations}), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


@contextmanager
def measuring(how: str) -> Iterator[Callable[[Path, str], dict[str, float]]]:
    """Asks what a run takes: of a process `forking` one that has loaded what runs need for each
    run, or of one `alone`.
    """
    process = start_program(MEASURED, how)
    assert process.stdin
    assert process.stdout
    asking, telling = process.stdin, process.stdout

    def measured(workspace: Path, address: str) -> dict[str, float]:
        asking.write(json.dumps([str(workspace), address]) + "\n")
        asking.flush()
        told: dict[str, float] = json.loads(telling.readline())
        return told

    yield measured
    asking.close()
    assert process.wait(60) == 0
    telling.close()


@pytest.fixture(scope="module")
def forked() -> Iterator[Callable[[Path, str], dict[str, float]]]:
    with measuring("forking") as measure:
        yield measure


@pytest.mark.long
def test_a_million_rows_are_read_in_bounded_memory(
    large: Kind, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """All of them arrive; the connector holds a part of them only, its helper process too."""
    address = address_of(large, request)
    workspace = filled(large, tmp_path, address, MILLION)
    if large.needs:  # read in the process itself, whose memory is given back by a thread of it
        with measuring("alone") as alone:
            told = alone(workspace, address)
    else:
        told = request.getfixturevalue("forked")(workspace, address)
    assert told["own"] < 60, f"{told['own']:.0f} MB more than before"
    assert told["children"] < BOUND_MB, f"{told['children']:.0f} MB in the helper process"
    assert (told["rows"], told["violations"]) == (MILLION, 0)
