"""A new number that equals or contradicts one there is is told of, by setting refused."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from catalog.commands import validate
from catalog.loading.loader import load_catalog
from catalog.model import Catalog
from catalog.settings import Settings
from catalog.validation.problems import Problem
from catalog.validation.rules import Context
from lineage.canonical.duplicates import duplicates

TEXT = (Path(__file__).parent / "small" / "all.yml").read_text(encoding="utf-8")
NEW = """
  - key: third
    name: Third
    definition: d
    owner: head_of_b
    team: b
    period: month
    cells:
"""
ACTIVE = "FROM customer WHERE NOT status <> 'active'"
CELLS = {
    "equal": f'{{key: n, name: Those who count, calculation: "SELECT count(*) AS value {ACTIVE}"}}',
    "against": "{key: n, name: Faal müşteriler, unit: customers, calculation: SELECT count(*) AS value FROM core.customers WHERE status = 'live'}",
    "measure": "{key: n, name: Something of its own, measure: everybody}",
    "own": "{key: n, name: Something of its own, calculation: SELECT min(balance) AS value FROM core.accounts}",
}


def loaded(folder: Path, text: str) -> Catalog:
    (folder / "catalog").mkdir(parents=True)
    (folder / "catalog" / "all.yml").write_text(text, encoding="utf-8")
    found = load_catalog(folder)
    assert [str(p) for p in found.problems] == []
    return found.catalog


def told(folder: Path, cell: str, more: str = "", **duplicate: str) -> list[Problem]:
    before = loaded(folder / "before", TEXT)
    after = loaded(folder / "after", f"{TEXT}{NEW}      - {CELLS[cell]}\n{more}")
    settings = Settings.model_validate({"consolidation": duplicate})
    return list(duplicates(after, Context(settings, date(2026, 5, 1), before=before)))


def test_an_equal_one_is_named_with_its_owner_and_page(tmp_path: Path) -> None:
    (found,) = told(tmp_path, "equal")
    assert (found.code, found.level, found.urn) == ("TD062", "warning", "cell:third/n")
    assert (
        "equals measure:active (Active customers; owner o; page d/measure-active" in found.message
    )
    assert "and 2 more" in found.message
    assert found.place is not None


def test_one_called_the_same_and_calculated_otherwise_is_named(tmp_path: Path) -> None:
    (found,) = told(tmp_path, "against")
    assert (found.code, found.urn) == ("TD063", "cell:third/n")
    assert "is called like measure:active" in found.message


def test_who_equals_one_of_its_own_name_is_not_blamed_for_others_of_that_name(
    tmp_path: Path,
) -> None:
    old = f"{TEXT}{NEW}      - {CELLS['against']}\n"
    cell = CELLS["equal"].replace("Those who count", "Faal müşteriler, unit: customers")
    new = f"{NEW.replace('third', 'fourth')}      - {cell}\n"
    before, after = loaded(tmp_path / "before", old), loaded(tmp_path / "after", old + new)
    found = list(duplicates(after, Context(Settings(), date(2026, 5, 1), before=before)))
    assert [one.code for one in found] == ["TD062"]


@pytest.mark.parametrize("cell", ["measure", "own"])
def test_a_cell_that_shows_a_measure_or_is_alone_is_as_it_should_be(
    tmp_path: Path, cell: str
) -> None:
    assert told(tmp_path, cell) == []


def test_by_setting_it_is_refused_or_nothing_is_said(tmp_path: Path) -> None:
    (found,) = told(tmp_path / "refuse", "equal", duplicates="refuse")
    assert found.level == "error"
    assert told(tmp_path / "ignore", "equal", duplicates="ignore") == []


def test_nothing_is_new_without_a_past_or_in_the_same_catalog(tmp_path: Path) -> None:
    catalog = loaded(tmp_path, TEXT)
    assert list(duplicates(catalog, Context())) == []
    assert list(duplicates(catalog, Context(before=catalog))) == []


def test_what_was_decided_to_stay_apart_is_respected_until_it_ends(tmp_path: Path) -> None:
    for until, known in (("2026-12-31", 2), ("2026-04-30", 3)):
        decision = f"""
consolidations:
  - {{key: apart, cells: [third/n, first/active], decision: keep_apart, reason: r, by: a@b.example,
     on: 2026-01-01, until: {until}}}
"""
        (found,) = told(tmp_path / until, "equal", decision)
        assert f"and {known - 1} more" in found.message


def git(folder: Path, *arguments: str) -> None:
    name = ["-c", "user.name=T", "-c", "user.email=t@b.example"]
    subprocess.run(["git", "-C", str(folder), *name, *arguments], check=True, capture_output=True)


def test_validate_tells_of_what_is_new_since_a_revision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a revision nothing is new; `check` asks the same of the same past."""
    file = tmp_path / "catalog" / "all.yml"
    file.parent.mkdir()
    (tmp_path / "tekdogru.toml").write_text("", encoding="utf-8")
    file.write_text(TEXT, encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "before")
    file.write_text(f"{TEXT}{NEW}      - {CELLS['equal']}\n", encoding="utf-8")
    validate(tmp_path, changed_since="HEAD")
    told = [line for line in capsys.readouterr().out.splitlines() if "TD062" in line]
    assert len(told) == 1
    assert "catalog/all.yml:" in told[0]
    assert "cell:third/n: equals measure:active" in told[0]
    validate(tmp_path)
    assert "TD06" not in capsys.readouterr().out
