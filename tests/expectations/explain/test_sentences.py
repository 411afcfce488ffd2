"""What a bank clerk reads of an explanation, case by case, in both languages."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from inspect import getsource
from pathlib import Path
from typing import Any

import pytest
from explained import explained, overriding, told, write_bank
from resolving import write_rows
from ruamel.yaml import YAML
from workspaces import TODAY

from catalog.corrections import Vote
from catalog.explanations import DECIDED, LOST
from catalog.measured_trust import measure_trust
from catalog.model.definition import Language
from catalog.model.survival import STRATEGIES
from catalog.settings import TrustSettings
from expectations.engine import dropping, resolving, telling
from expectations.engine.knowing import Known
from lineage.pages.words import texts

HERE = Path(__file__).parent
CASES: dict[str, dict[str, Any]] = YAML(typ="safe").load(HERE / "cases.yml")
SOURCES = ("core", "crm", "web")
LANGUAGES: tuple[Language, ...] = ("en", "tr")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: dict[str, list[dict[str, str]]] = {source: [] for source in SOURCES}
    for number, case in enumerate(CASES.values(), start=1):
        for source in SOURCES:
            if source in case:
                row = {key: str(value) for key, value in case[source].items()}
                rows[source].append({"id": str(number), **row})
    return write_bank(tmp_path_factory.mktemp("bank"), HERE / "bank.yml", rows)


@pytest.mark.parametrize("name", CASES)
def test_the_sentences_are_those_of_the_snapshot(name: str, bank: Path, tmp_path: Path) -> None:
    case, number = CASES[name], str([*CASES].index(name) + 1)
    known = None
    if "override" in case:
        attribute = f"customer.{case['of']}"
        known = overriding(
            tmp_path, [{"entity_id": number, "attribute": attribute, **case["override"]}]
        )
    known = replace(known or Known(), **_more(case, number, tmp_path))
    said = [
        told(bank, explained(bank, number, case["of"], language=language, known=known))
        for language in LANGUAGES
    ]
    found = "\n".join(said)
    file = HERE / "snapshots" / f"{name}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")


def _more(case: dict[str, Any], number: str, folder: Path) -> dict[str, Any]:
    """What is known of sources, and what the golden record was, where the case says so."""
    found: dict[str, Any] = {}
    attribute = f"customer.{case['of']}"
    if "evidence" in case:
        votes = [
            Vote(fact=f"{n}", source=source, attribute=attribute, right=n < said["right"], on=TODAY)
            for source, said in case["evidence"].items()
            for n in range(said["right"] + said["wrong"])
        ]
        found["trust"] = tuple(measure_trust(votes, TODAY, TrustSettings()))
    if "incumbent" in case:
        row = {"entity_id": number, "attribute": attribute, "record_id": number}
        columns = ("entity_id", "attribute", "dataset", "record_id", "value")
        rows = [{**row, **case["incumbent"]}]
        file = write_rows(folder / "incumbents.parquet", rows, dict.fromkeys(columns, "text"))
        found["incumbents"] = {"customer": file}
    return found


@pytest.mark.parametrize(("section", "codes"), [("decided", DECIDED), ("lost", LOST)])
def test_every_code_has_its_sentence(section: str, codes: tuple[str, ...]) -> None:
    missing = [code for code in codes if f"{section}.{code}" not in texts()]
    assert not missing
    told_closer = {"blank", "later", "copy_agrees"} if section == "lost" else set()
    spoken = {key.partition(".")[2] for key in texts() if key.startswith(f"{section}.")}
    assert spoken == {*codes, *told_closer}


def test_no_code_of_the_engine_is_unknown() -> None:
    written = getsource(telling) + getsource(dropping) + getsource(resolving)
    codes = set(re.findall(r"(?:THEN '|ELSE '|Drop\(\")([a-z_]+)['\"]", written))
    states = {"deleted", "invalid", "missing", "current", "stale"}
    assert {"group", "override", "only_value", "all_agree", "spelling", "fallback"} <= codes
    assert codes | set(STRATEGIES) <= {*DECIDED, *LOST, *states}


def test_the_whole_record_comes_briefly_with_the_disputed_first(bank: Path) -> None:
    number = str([*CASES].index("letters_read_another_street") + 1)
    document = explained(bank, number)
    assert document.attributes[0].attribute == "customer.street"
    text = told(bank, document, whole=False)
    assert "1 of 11 attributes are disputed." in text
    assert "Letters reads core.people.street and finds “Gül Sokak 1”: another value." in text


def test_a_deputy_answers_for_one_who_left(bank: Path) -> None:
    number = str([*CASES].index("current_beats_stale") + 1)
    (mail,) = explained(bank, number, "mail").attributes
    assert [one.owner for one in mail.corrections] == ["core_head", "web@bank.example"]
    number = str([*CASES].index("set_by_a_steward") + 1)
    override = {"entity_id": number, "attribute": "customer.street", "value": "Çınar Yolu 3"}
    known = overriding(bank, [{**override, "until": date(2026, 12, 31)}])
    (street,) = explained(bank, number, "street", known=known).attributes
    assert [(one.ask, one.left) for one in street.corrections] == [
        ("ali@bank.example", None),
        ("ayse@bank.example", date(2026, 11, 1)),
    ]


def test_personal_values_are_masked_everywhere_unless_they_are_asked_for(bank: Path) -> None:
    number = str([*CASES].index("current_beats_stale") + 1)
    masked = explained(bank, number, "mail", show_values=False)
    assert "bank.example" not in masked.attributes[0].model_dump_json(
        exclude={"corrections": {"__all__": {"owner", "ask", "holder", "deputy", "name"}}}
    ).replace("ali@bank.example", "").replace("web@bank.example", "")
    assert "n…e" in told(bank, masked)
