"""`tekdogru cleanse` shows what steps do, and the page for stewards shows the same."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from commands import PROGRAM, Command, run_here
from workspaces import write_workspace

from catalog.model.cleansing import CLEANSE_STEPS, FOLD_STEPS
from expectations.cleansing import chain_of_steps, cleanse_values
from expectations.engine.child import Limits

PAGE = Path(__file__).parents[2] / "site" / "pages" / "cleansing.md"
ROW = re.compile(r"^\| (?:`(\w+)`)? ?\| ?(.*?) ?\| `(.*)` \| `(.*)` \|$", re.MULTILINE)
ATTRIBUTE = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: o@bank.example
    datasets: [{key: c, path: c.csv, entity: customer, id: no, fields: [{key: no}, {key: seg}]}]
attributes:
  - key: customer.segment
    name: Segment
    definition: A segment.
    owner: o@bank.example
    expires_on: 2030-01-01
    type: code
    cleanse: [trim, upper]
    compare: [fold]
    values: [GOLD, SILVER]
    claims: [{field: crm.c.seg}]
"""


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


def examples() -> list[tuple[str, str, str]]:
    """Step, before and after of each line of the page's tables."""
    found, step = [], ""
    for named, _, before, after in ROW.findall(PAGE.read_text("utf-8")):
        step = named or step
        found.append((step, before, after))
    return found


def test_the_page_shows_every_step_where_it_may_stand() -> None:
    parts = PAGE.read_text("utf-8").split("## Steps for `compare` alone")
    shown = [[named for named, *_ in ROW.findall(part) if named] for part in parts]
    assert shown == [list(CLEANSE_STEPS), list(FOLD_STEPS)]


def test_every_example_of_the_page_is_what_the_engine_does() -> None:
    listed = examples()
    assert len(listed) > 30
    wrong = []
    for step in dict.fromkeys(step for step, *_ in listed):
        pairs = [(before, after) for named, before, after in listed if named == step]
        found = cleanse_values(
            [before for before, _ in pairs], chain_of_steps([step]), Limits(), date(2026, 1, 1)
        )
        wrong += [
            (step, one.given, one.after[0], after)
            for one, (_, after) in zip(found, pairs, strict=True)
            if one.after[0] != after
        ]
    assert wrong == []


def test_each_step_is_shown_with_what_it_leaves_and_the_end_is_judged(command: Command) -> None:
    done = command("cleanse", "--as", "trim,phone", " 0532 123 45 67", "0532 123", "yok")
    assert done.status == 0
    assert done.out.splitlines() == [
        " 0532 123 45 67",
        "  trim   0532 123 45 67",
        "  phone  +905321234567",
        "  valid  yes (phone)",
        "0532 123",
        "  trim   0532 123",
        "  phone  0532123",
        "  valid  no (phone)",
        "yok",
        "  trim   yok",
        "  phone  (nothing left)",
    ]


def test_an_attribute_brings_its_steps_and_its_codes(command: Command, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, ATTRIBUTE, {"data/c.csv": "no,seg\n1,GOLD\n"})
    asked = ("cleanse", "--as", "customer.segment", "--format", "json", "--workspace", folder)
    done = command(*asked, " gold", "bronze")
    gold, bronze = json.loads(done.out)
    assert gold == {
        "given": " gold",
        "steps": [
            {"step": "trim", "value": "gold"},
            {"step": "upper", "value": "GOLD"},
            {"step": "fold", "value": "gold"},
        ],
        "value": "GOLD",
        "compared": "gold",
        "type": "code",
        "valid": True,
    }
    assert bronze["valid"] is False
    nearly = command("cleanse", "--as", "customer.segmen", "--workspace", folder, "x")
    assert (nearly.status, "customer.segment" in nearly.err) == (64, True)


def test_values_are_read_from_a_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "values.txt").write_text("\ufeff5 Ocak 2026\n\n31.2.2026\n", "utf-8")
    done = command("cleanse", "--as", "date", "-i", tmp_path / "values.txt", "--format", "json")
    assert [(one["value"], one["valid"]) for one in json.loads(done.out)] == [
        ("2026-01-05", True), (None, None), ("31.2.2026", False),
    ]  # fmt: skip
    (tmp_path / "values.txt").write_bytes("ş".encode("cp1254"))
    spoilt = command("cleanse", "--as", "date", "--input", tmp_path / "values.txt")
    assert (spoilt.status, "not UTF-8" in spoilt.err) == (64, True)
    assert "No such file" in command("cleanse", "--as", "date", "-i", "nowhere.txt").err


def test_a_step_that_is_none_names_those_there_are(command: Command) -> None:
    done = command("cleanse", "--as", "trim,fone", "x")
    assert done.status == 64
    assert "fone" in done.err
    assert "title_tr" in done.err
    assert command("cleanse", "--as", "trim").status == 64


@pytest.mark.long
def test_the_installed_command_cleanses_what_standard_input_says(tmp_path: Path) -> None:
    done = subprocess.run(
        [PROGRAM, "cleanse", "--as", "email", "--input", "-"],
        input="AYSE@Bank.example\nçağrı@örnek.tr\n",
        capture_output=True, cwd=tmp_path, timeout=120, check=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines()[1::3] == [
        "  email  ayse@bank.example",
        "  email  çağrı@örnek.tr",
    ]
