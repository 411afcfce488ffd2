"""Where records were matched, an entity may have several of one dataset: the best one speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commands import Command, run_here
from resolving import job_of, read_rows, resolved, write_rows
from workspaces import TODAY, by_key, run, write_workspace

from catalog.store.snapshots import SnapshotStore
from expectations.engine.knowing import Known
from expectations.golden.summary import resolve_golden
from expectations.identity.keeping import read_kept

DEFINITIONS = """
entities:
  - {key: customer, name: Customer, match: {keys: [{attribute: customer.mail}]}}
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        record: row
        confirmed_at: {field: at, means: confirmed}
        fields: [{key: row, type: code}, {key: mail, type: email}, {key: street}, {key: city}, {key: at, type: date}]
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: mail, type: email}, {key: street}, {key: city}]
attributes:
"""
ATTRIBUTE = """\
  - key: customer.{key}
    name: Something
    definition: Said by somebody.
    owner: owner@bank.example
    expires_on: 2030-01-01
    valid_for: 100d
    type: {type}
    claims: [{{field: crm.people.{field}}}, {{field: core.customers.{field}}}]
{more}
"""
ATTRIBUTES = (
    ATTRIBUTE.format(key="mail", type="email", field="mail", more="")
    + ATTRIBUTE.format(key="longest", type="email", field="mail", more="    survive: longest")
    + ATTRIBUTE.format(key="street", type="text", field="street", more="    group: address")
    + ATTRIBUTE.format(key="city", type="text", field="city", more="    group: address")
)
CRM = """\
row,mail,street,city,at
1,old@b.co,Gül Sk.,Van,2026-01-01
2,new@b.co,,İzmir,2026-11-01
3,newer.but@broken,Lale Cd.,,2026-11-10
4,alone@b.co,Gül Sk.,Van,2026-11-01
5,one@b.co,,,2026-11-01
6,two@b.co,,,2026-11-01
7,future.mail@b.co,,,2026-12-01
"""
CORE = """\
no,mail,street,city
1,a.much.longer.one@b.co,Lale Cd.,Bursa
"""
MAP = {"1": "A", "2": "A", "3": "A", "5": "B", "6": "B", "7": "B"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_workspace(
        tmp_path, DEFINITIONS + ATTRIBUTES, {"data/crm.csv": CRM, "data/core.csv": CORE}
    )


def known(folder: Path, entities: Mapping[str, str] = MAP) -> Known:
    lines = [
        {"source": "crm", "dataset": "crm.people", "record_id": record, "entity_id": entity,
         "merged_by": "key", "score": None}
        for record, entity in entities.items()
    ]  # fmt: skip
    lines.append(
        {"source": "core", "dataset": "core.customers", "record_id": "1", "entity_id": "A"}
    )
    names = ("source", "dataset", "record_id", "entity_id", "merged_by")
    columns = {**dict.fromkeys(names, "text"), "score": "number"}
    return Known(matches={"customer": write_rows(folder / "match.parquet", lines, columns)})


def test_of_several_records_the_usable_current_and_best_one_speaks(folder: Path) -> None:
    found = resolved(folder, known=known(folder))
    told = {key: (one["value"], one["state"], one["record_id"]) for key, one in found.items()}
    assert told["A", "customer.mail"] == ("new@b.co", "current", "2")
    assert told["A", "customer.longest"] == ("new@b.co", "current", "2")
    # an address is taken whole from one record: the street leads, and its record has no city
    assert told["A", "customer.street"] == ("Lale Cd.", "current", "3")
    assert told["A", "customer.city"] == (None, "missing", None)
    # of two alike the smaller record id; what is confirmed later is not known yet
    assert told["B", "customer.mail"] == ("one@b.co", "current", "5")


GUARDED = """\
entities:
  - {key: customer, name: Customer, match: {keys: [{attribute: customer.kind}]}}
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        record: row
        confirmed_at: {field: at, means: confirmed}
        fields: [{key: row, type: code}, {key: kind}, {key: mobile}, {key: office}, {key: at, type: date}]
attributes:
  - {key: customer.kind, name: Kind, definition: Said., owner: owner@bank.example,
     expires_on: 2030-01-01, claims: [{field: crm.people.kind}]}
  - {key: customer.kept, name: Kept, definition: Said., owner: owner@bank.example,
     expires_on: 2030-01-01, survive: most_recent, claims: [{field: crm.people.mobile, protect: true}]}
  - key: customer.phone
    name: Phone
    definition: Said.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims:
      - {field: crm.people.mobile, where: "kind = 'I'"}
      - {field: crm.people.office, where: "kind = 'C'"}
"""
GUARDED_ROWS = """\
row,kind,mobile,office,at
1,I,0531,,2026-10-01
2,I,,0212,2026-11-01
3,C,0532,,2026-11-10
4,C,,0216,2026-11-01
5,C,0535,,2026-10-01
"""


def guarded(folder: Path, kept: str) -> dict[tuple[str, str], tuple[object, object]]:
    """What survives of two entities where record 5 was the last source of the protected one."""
    write_workspace(folder, GUARDED, {"data/crm.csv": GUARDED_ROWS})
    lines = [
        {"dataset": "crm.people", "record_id": record, "entity_id": entity}
        for record, entity in zip("12345", "PPFFF", strict=True)
    ]
    matches = write_rows(folder / "m.parquet", lines, dict.fromkeys(lines[0], "text"))
    incumbent = {
        "entity_id": "F", "attribute": "customer.kept", "dataset": "crm.people",
        "record_id": "5", "value": kept,
    }  # fmt: skip
    before = write_rows(folder / "i.parquet", [incumbent], dict.fromkeys(incumbent, "text"))
    known = Known(matches={"customer": matches}, incumbents={"customer": before})
    found = resolved(folder, known=known)
    return {key: (one["value"], one["record_id"]) for key, one in found.items()}


def test_of_several_records_the_one_a_protected_value_was_taken_from_speaks(tmp_path: Path) -> None:
    kept, changed = guarded(tmp_path, "0535"), guarded(tmp_path, "0599")
    assert kept["F", "customer.kept"] == ("0535", "5")
    assert changed["F", "customer.kept"] == ("0532", "3"), "record 5 says something else by now"


def test_a_claim_for_some_entities_alone_chooses_a_record_of_its_own(tmp_path: Path) -> None:
    found = guarded(tmp_path, "0535")
    assert found["P", "customer.phone"] == ("0531", "1")
    assert found["F", "customer.phone"] == ("0216", "4")


def test_a_record_that_the_map_lacks_stands_alone_and_is_counted(folder: Path) -> None:
    found = resolved(folder, known=known(folder))
    assert found["crm.people#4", "customer.mail"]["value"] == "alone@b.co"
    document = resolve_golden(job_of(folder, known=known(folder)))
    assert (document.entities[0].records, document.entities[0].unmatched) == (3, 1)


def test_matching_all_anew_moves_records_without_losing_any(folder: Path) -> None:
    found = resolved(folder, known=known(folder, dict.fromkeys("1234567", "Z")))
    assert {entity for entity, _ in found} == {"A", "Z"}
    assert found["A", "customer.mail"]["source"] == "core"
    assert found["A", "customer.mail"]["state"] == "stale"


CHECKED = ATTRIBUTE.format(key="mail", type="email", field="mail", more="    required: true")


def test_until_records_were_matched_checks_that_need_it_are_unknown_and_nothing_is_resolved(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = {"data/crm.csv": CRM, "data/core.csv": CORE}
    folder = write_workspace(tmp_path, DEFINITIONS + CHECKED, files)
    tekdogru = run_here(capfd)
    required = by_key(run(folder))["attribute:customer.mail/required"]
    assert (required.verdict, "run `tekdogru match`" in required.message) == ("unknown", True)
    assert by_key(run(folder))["attribute:customer.mail/type:crm.people.mail"].rows_compared == 7
    ended = tekdogru("resolve", "-w", folder)
    assert (ended.status, "run `tekdogru match` first" in ended.err) == (3, True)


def test_the_map_that_is_kept_is_read_by_check_and_resolve_alike(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = {"data/crm.csv": CRM, "data/core.csv": CORE}
    folder = write_workspace(tmp_path, DEFINITIONS + CHECKED, files)
    tekdogru = run_here(capfd)
    store = SnapshotStore(f"sqlite:///{folder}/.tekdogru/state.db")
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    kept = known(folder).matches["customer"]
    store.save("match", "customer", kept, as_of=TODAY, created=noon)
    where = ("-w", folder, "--as-of", TODAY.isoformat())
    told = json.loads(tekdogru("check", *where, "--format", "json").out)["results"]
    required = next(one for one in told if one["check"] == "attribute:customer.mail/required")
    assert (required["rows_compared"], required["violations"]) == (3, 0)
    ids = next(one for one in told if one["check"] == "dataset:core.customers/id")
    assert (ids["rows_compared"], ids["violations"]) == (1, 0)
    lines = tekdogru("resolve", *where).out.splitlines()
    assert lines[:2] == [
        "3 golden customers as of 2026-11-20",
        "  1 records are not in the match map and stand alone; run `tekdogru match`",
    ]
    anew = known(folder, dict.fromkeys("1234567", "Z")).matches["customer"]
    store.save("match", "customer", anew, as_of=TODAY, created=noon)
    told = json.loads(tekdogru("check", *where, "--format", "json").out)["results"]
    required = next(one for one in told if one["check"] == "attribute:customer.mail/required")
    assert required["rows_compared"] == 2, "a figure was carried over though the map has changed"


def test_an_entity_is_resolved_alone_while_another_was_never_matched(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shop = """
  - key: shop
    name: Shop
    location: data
    owner: o@b.example
    datasets: [{key: branches, path: shops.csv, entity: branch, id: no, fields: [{key: no}, {key: town}]}]
"""
    town = """
  - {key: branch.town, name: Town, definition: x, owner: o@b.example, expires_on: 2099-01-01,
     claims: [{field: shop.branches.town}]}
"""
    text = DEFINITIONS.replace("entities:", "entities:\n  - {key: branch, name: Branch}", 1)
    text = text.replace("sources:", f"sources:{shop.rstrip()}", 1) + CHECKED + town
    files = {"data/crm.csv": CRM, "data/core.csv": CORE, "data/shops.csv": "no,town\n7,Van\n"}
    folder = write_workspace(tmp_path, text, files)
    tekdogru, target = run_here(capfd), tmp_path / "wide.csv"
    wide = ("--wide", "--output", target, "-w", folder)
    assert tekdogru("resolve", "branch", *wide).status == 0
    assert target.read_text("utf-8") == "entity_id,town\n7,Van\n"
    assert "Van" in tekdogru("explain", "branch", "7", "town", "-w", folder).out
    assert tekdogru("conflicts", "--attribute", "branch.town", "-w", folder).status == 0
    several = tekdogru("resolve", *wide)
    assert (several.status, "never matched" in several.err) == (3, True)
    unknown = tekdogru("resolve", "brunch", "-w", folder)
    assert (unknown.status, "did you mean 'branch'" in unknown.err) == (64, True)


MERGED = """
entities:
  - {key: customer, name: Customer, match: {keys: [{attribute: customer.mail}]}}
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        record: row
        fields: [{key: row, type: code}, {key: mail, type: email}, {key: name}]
attributes:
  - {key: customer.mail, name: Mail, definition: M., owner: o@b.example, expires_on: 2099-01-01, type: email, claims: [{field: crm.people.mail}]}
  - {key: customer.name, name: Name, definition: N., owner: o@b.example, expires_on: 2099-01-01, claims: [{field: crm.people.name}]}
"""
DECIDED = """
matches:
  - {entity: customer, VERB: [crm.people/1, crm.people/2], by: ayse@bank.example, on: 2026-01-01, reason: called}
"""
PEOPLE = "row,mail,name\n1,one@b.co,Ali\n2,two@b.co,Ali\n3,three@b.co,Can\n"
FOR_EVER = ("--reason", "r", "--by", "a@b.example", "--until", "forever")


@pytest.fixture
def merged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> tuple[Path, Command, str, str]:
    """Two entities of which a steward said after a first match that they are one, with the id that
    was given up and the one that lives on.
    """
    folder = write_workspace(tmp_path, MERGED, {"data/crm.csv": PEOPLE})
    tekdogru = run_here(capfd)
    assert tekdogru("match", "-w", folder).status == 0
    before = ids_of(folder)
    assert before["1"] != before["2"]
    for one in ("1", "2"):
        set_ = ("correct", before[one], "customer.name", "--to", f"Set {one}", *FOR_EVER)
        assert tekdogru(*set_, "-w", folder).status == 0
    write_workspace(tmp_path, MERGED + DECIDED.replace("VERB", "same"))
    warned = tekdogru("resolve", "-w", folder).err
    assert "1 decision(s) on customers are newer than the last `tekdogru match`" in warned
    assert "the first at catalog/definitions.yml:" in warned
    assert "newer than the last" in tekdogru("check", "-w", folder).err
    assert tekdogru("match", "-w", folder).status == 0
    assert "newer than" not in tekdogru("resolve", "-w", folder).err
    after = ids_of(folder)
    (gone,) = {before["1"], before["2"]} - {after["1"]}
    assert after["1"] == after["2"]
    return folder, tekdogru, gone, after["1"]


def ids_of(folder: Path) -> dict[str, str]:
    kept = read_kept(f"sqlite:///{folder}/.tekdogru/state.db", "customer")
    return {row.record_id: row.entity_id for row in kept.map}


@pytest.mark.long
def test_an_id_that_was_merged_is_followed_and_it_is_said(
    merged: tuple[Path, Command, str, str],
) -> None:
    folder, tekdogru, gone, lives = merged
    told = tekdogru("explain", "customer", gone, "name", "-w", folder)
    assert told.status == 0, told.err
    assert f"{gone} was merged into {lives}, which is told here." in told.out
    turkish = tekdogru("explain", "customer", gone, "name", "--language", "tr", "-w", folder).out
    assert f"{gone}, {lives} ile birleştirildi; burada o anlatılıyor." in turkish
    as_json = ("-w", folder, "--format", "json")
    document = json.loads(tekdogru("explain", "customer", gone, *as_json).out)
    assert (document["entity_id"], document["former_id"]) == (lives, gone)
    assert json.loads(tekdogru("explain", "customer", lives, *as_json).out)["former_id"] is None
    assert "Set 2" in tekdogru("explain", "customer", lives, "name", "-w", folder).out, (
        "what was set last of either id is set of the one that lives on"
    )
    anew = ("correct", gone, "customer.name", "--to", "Set anew", *FOR_EVER)
    ended = tekdogru(*anew, "-w", folder)
    assert f"{gone} was merged into {lives}, whose value it is now" in ended.out
    assert "Set anew" in tekdogru("explain", "customer", lives, "name", "-w", folder).out


@pytest.mark.long
def test_a_person_is_forgotten_under_every_id(merged: tuple[Path, Command, str, str]) -> None:
    folder, tekdogru, gone, lives = merged
    ended = tekdogru("forget", gone, "--by", "dpo@bank.example", "-w", folder)
    assert "erased: the values of 2 correction(s)" in ended.out, ended.err
    left = tekdogru("corrections", "--format", "json", "-w", folder).out
    assert gone not in left
    assert lives not in left
    assert "Set" not in left


@pytest.mark.long
def test_a_decision_that_takes_records_apart_waits_for_a_match_too(
    merged: tuple[Path, Command, str, str],
) -> None:
    folder, tekdogru, _, _ = merged
    write_workspace(folder, MERGED + DECIDED.replace("VERB", "different"))
    assert "newer than the last" in tekdogru("resolve", "-w", folder).err
    unknown = DECIDED.replace("VERB", "different").replace("people/2", "people/99")
    write_workspace(folder, MERGED + unknown)
    assert "newer than the last" not in tekdogru("resolve", "-w", folder).err, "no such record"


@pytest.mark.long
def test_compile_writes_golden_views_by_the_map(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = {"data/crm.csv": CRM, "data/core.csv": CORE}
    folder = write_workspace(tmp_path, DEFINITIONS + CHECKED, files)
    tekdogru = run_here(capfd)
    ended = tekdogru("compile", "-w", folder)
    assert ended.status == 3
    assert "missing: golden.customer: its records were never matched" in ended.out
    kept = known(folder).matches["customer"]
    store = SnapshotStore(f"sqlite:///{folder}/.tekdogru/state.db")
    store.save("match", "customer", kept, as_of=TODAY, created=datetime(2026, 11, 20, tzinfo=UTC))
    where = ("-w", folder, "--as-of", TODAY.isoformat())
    assert tekdogru("compile", *where).status == 0
    (view,) = (folder / "build" / "expectations" / "views").glob("golden.customer*")
    assert {row["entity_id"] for row in read_rows(view)} == {"A", "B", "crm.people#4"}
