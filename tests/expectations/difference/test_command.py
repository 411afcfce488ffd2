"""The command says what was found, in both languages and as JSON, and refuses what is no number."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from commands import Command, run_here
from jsonschema import validate
from workspaces import write_workspace

from catalog.loading.schema import printed_schema
from catalog.texts import read_texts

DEFINITIONS = """
entities: [{key: customer, name: Customer, name_tr: Müşteri}]
teams: [{key: t, name: Team}]
sources:
  - {key: crm, name: CRM, owner: t, location: data, datasets: [
      {key: people, path: crm.csv, entity: customer, id: k, population: "status <> 'prospect'",
       fields: [{key: k, type: code}, {key: status, type: code}, {key: mail, type: email}]}]}
attributes:
  - {key: customer.status, name: Status, name_tr: Durum, definition: x, owner: t, type: code,
     expires_on: 2030-01-01, claims: [{field: crm.people.status}]}
  - {key: customer.mail, name: Mail, definition: x, owner: t, expires_on: 2030-01-01, type: email,
     personal_data: contact, claims: [{field: crm.people.mail}]}
measures:
  - {key: active, name: Active customers, name_tr: Aktif müşteri, definition: x, owner: t,
     expires_on: 2030-01-01,
     calculation: "SELECT count(*) AS value FROM customer WHERE status = 'active'"}
reports:
  - {key: r, name: Monthly, name_tr: Aylık, definition: x, owner: t, expires_on: 2030-01-01,
     team: t, period: month, published: r.csv, cells: [
       {key: ours, name: Our customers, name_tr: Bizim müşteriler,
        calculation: "SELECT count(*) AS value FROM crm.people WHERE mail IS NOT NULL"}]}
"""
ROWS = [
    *({"k": f"c{n}", "status": "active", "mail": f"c{n}@x.tr"} for n in range(10)),
    *({"k": f"c{n}", "status": "active", "mail": f"c{n}@x.tr"} for n in range(3)),
    *({"k": f"d{n}", "status": "closed", "mail": f"d{n}@x.tr"} for n in range(4)),
    *({"k": f"p{n}", "status": "prospect", "mail": f"p{n}@x.tr"} for n in range(6)),
]
ENGLISH = """\
Monthly, Our customers says 25, Active customers says 10 for October 2026: 15 more.
Counted for the period, Monthly, Our customers gives 23 and Active customers gives 10.
Why, counted from Active customers:
  (1) crm.people also holds rows outside its population (Status: all but prospect), and they are counted: +6
  (2) Filter on Status. Monthly: all; Active customers: active: +4
  (3) crm.people holds several rows of one customer, and each is counted: +3
All together they make +13.
+2 remain unexplained.
Examples:
"""
TURKISH = """\
Ekim 2026 için Aylık, Bizim müşteriler 25, Aktif müşteri 10 diyor: 15 fazla.
Dönem için sayıldığında Aylık, Bizim müşteriler 23, Aktif müşteri 10 veriyor.
Nedenleri (Aktif müşteri esas alınarak):
  (1) crm.people kapsam dışındaki satırları da tutuyor (kapsam: Durum: prospect hariç) ve bunlar sayılıyor: +6
  (2) Durum süzgeci. Aylık: hepsi; Aktif müşteri: active: +4
  (3) crm.people bir müşteri için birden çok satır tutuyor ve her biri sayılıyor: +3
Hepsi birlikte: +13.
+2 açıklanamıyor.
Örnekler:
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = {"cell": "ours", "period": "2026-10", "value": "25", "version": "1",
            "published_at": "2026-11-03"}  # fmt: skip
    made = tmp_path_factory.mktemp("command")
    return write_workspace(made, DEFINITIONS, {"data/crm.csv": ROWS, "r.csv": [said]})


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.mark.parametrize(("language", "told"), [("en", ENGLISH), ("tr", TURKISH)])
def test_it_reads_like_an_answer(folder: Path, command: Command, language: str, told: str) -> None:
    ended = command(
        "explain", "difference", "r/ours", "active", "--as-of", "2026-11-20",
        "--language", language, cwd=folder,
    )  # fmt: skip
    assert ended.status == 0
    assert ended.out.startswith(told)
    examples = ended.out.removeprefix(told)
    assert "crm.people.mail p…r" in examples
    assert "@" not in examples
    assert "(2)" not in examples  # four rows are fewer than may be shown
    assert "(3)" not in examples


def test_what_remains_within_the_tolerance_is_told_as_such(
    tmp_path: Path, command: Command
) -> None:
    text = DEFINITIONS.replace("key: ours,", "key: ours, tolerance: {absolute: 2},")
    said = {"cell": "ours", "period": "2026-10", "value": "25", "version": "1",
            "published_at": "2026-11-03"}  # fmt: skip
    folder = write_workspace(tmp_path, text, {"data/crm.csv": ROWS, "r.csv": [said]})
    ended = command(
        "explain", "difference", "r/ours", "active", "--as-of", "2026-11-20", cwd=folder
    )
    assert "+2 remain, which is within the tolerance of the two." in ended.out


def test_its_json_is_as_the_schema_says(folder: Path, command: Command) -> None:
    ended = command(
        "explain", "difference", "cell:r/ours", "measure:active", "--as-of", "2026-11-20",
        "--period", "2026-10", "--format", "json", "--show-values", cwd=folder,
    )  # fmt: skip
    document = json.loads(ended.out)
    validate(document, printed_schema("difference"))
    assert document["schema_version"] == "1.0"
    assert {c["cause"]: Decimal(c["share"]) for c in document["causes"]} == {
        "population": -6, "filter": -4, "duplicates": -3,
    }  # fmt: skip
    assert Decimal(document["remainder"]) == -2
    assert any(e["row"]["crm.people.mail"].endswith("@x.tr") for e in document["examples"])


def test_what_is_no_number_or_period_is_refused(folder: Path, command: Command) -> None:
    ended = command("explain", "difference", "r/our", "active", cwd=folder)
    assert ended.status == 64
    assert "did you mean 'cell:r/ours'" in ended.err
    ended = command("explain", "difference", "r/ours", "active", "--period", "then", cwd=folder)
    assert ended.status == 64
    assert "--period: 'then' is not a period" in ended.err


def test_an_entity_that_is_called_difference_is_still_explained(
    tmp_path: Path, command: Command
) -> None:
    text = DEFINITIONS.replace("customer.", "difference.").replace(
        "key: customer", "key: difference"
    )
    text = text.replace("entity: customer", "entity: difference").replace(
        "FROM customer", "FROM difference"
    )
    folder = write_workspace(tmp_path, text, {"data/crm.csv": ROWS})
    ended = command("explain", "entity", "difference", "c1", "status", cwd=folder)
    assert ended.status == 0
    assert "active" in ended.out
    ended = command("explain", "difference", "r/ours", "active", cwd=folder)
    assert "an entity is explained by `explain entity difference`" in ended.err


def test_every_cause_has_its_words_in_both_languages() -> None:
    for english, turkish in read_texts("expectations.difference").values():
        assert english
        assert turkish
        assert english.count("{") == turkish.count("{")
