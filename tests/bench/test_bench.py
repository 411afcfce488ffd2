"""The bench compares like with like: at every size the command counts what the floor counts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent


def bench(folder: Path, *options: str, code: Path = BENCH) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(code / "bench.py"), "--rows", "2000", "--rounds", "1"]
    return subprocess.run(
        [*command, "--folder", str(folder), *options], capture_output=True, text=True, check=False
    )


@pytest.mark.long
def test_the_command_does_the_work_of_the_floor_and_the_bench_says_what_it_took(
    tmp_path: Path,
) -> None:
    """The task that holds the others; what they add is that each is measured on its own."""
    ended = bench(tmp_path, "--tasks", "all")
    assert ended.returncode == 0, ended.stderr
    told = ended.stdout
    assert "\nfloor all" in told
    assert "\ncheck all" in told
    assert "Where the time of all goes" in told
    for lap in ("import Great Expectations", "compile the plan", "join", "keep the run", "judge"):
        assert f"\n{lap} " in told
    assert "read and project core_banking.customers" in told
    assert "Judging 130 checks" in told
    results = json.loads((tmp_path / "2000" / "results.json").read_text(encoding="utf-8"))
    (checked,), (unchanged,) = (
        results["rounds"][name] for name in ("check all", "check all, unchanged")
    )
    assert 0 < checked["below"] < checked["cpu"]
    assert unchanged["below"] == 0, "the engine was started for data that did not change"
    found = {one["check"]: one for one in json.loads(checked["output"])["results"]}
    counts = json.loads(results["rounds"]["floor all"][0]["output"])["counts"]
    assert sum(1 for count in counts.values() if count) > 60
    agreement = found["attribute:customer.email/agree:crm.customers.email~web.customers.email"]
    assert agreement["rows_available"] == counts["both/crm/web"]
    one_sided = agreement["only_left"] + agreement["only_right"]
    assert one_sided == counts["one_sided/crm/web/email"]


@pytest.mark.long
def test_the_bench_gives_no_figures_for_work_that_is_not_the_same(tmp_path: Path) -> None:
    code = tmp_path / "bench"
    shutil.copytree(BENCH, code)
    floor = code / "floor.py"
    text = floor.read_text(encoding="utf-8")
    floor.write_text(text.replace('"phone IS NULL"', '"phone IS NOT NULL"'), encoding="utf-8")
    ended = bench(tmp_path, "--tasks", "A", code=code)
    assert ended.returncode == 1
    assert "A is not the same work" in ended.stderr
    assert "rule:r09:core_banking.customers.phone" in ended.stderr
    assert "floor A" not in ended.stdout


@pytest.mark.long
def test_golden_records_are_those_of_the_floor(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH / "golden.py"), "--rows", "2000", "--rounds", "1"]
    ended = subprocess.run(
        [*command, "--folder", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "ratio to the floor" in ended.stdout


@pytest.mark.long
def test_matching_by_keys_is_measured_and_brings_no_two_customers_together(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH / "identity_keys.py"), "--rows", "2000", "--rounds", "1"]
    ended = subprocess.run(
        [*command, "--folder", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "0 entities of several customer numbers" in ended.stderr
    assert "median CPU s" in ended.stdout


@pytest.mark.long
def test_workbooks_are_measured_beside_openpyxl(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH / "workbooks.py"), "--formulas", "500", "--rounds", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    for shape in ("copied", "shared", "distinct"):
        assert f"\n{shape:10} openpyxl " in ended.stdout
        assert f"\n{shape:10} cells " in ended.stdout
