"""Checks on the golden record in runs: carried over, unknown where they must be, masked, cheap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from resolving import write_rows
from truth_workspaces import definitions, written
from workspaces import TODAY, by_key, change, fixed_clock, run, write_workspace

from catalog.durations import Duration
from catalog.results import Result, RunRecord
from catalog.settings import ExpirySettings, Settings
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.compiler.whole import compile_plan
from expectations.engine.judging import judged_columns
from expectations.engine.knowing import Known
from expectations.runner import plan_checks, run_checks

LETTERS = (
    "{key: letters, name: Letters, owner: letters@bank.example, purpose: notice, "
    "reads: {customer.mail: core.people.mail}, against_golden: 0.9}"
)
ALL: Mapping[str, Any] = {
    "states": {
        "valid_for": "100d",
        "required": 0.9,
        "current": {"target": 0.9, "in": {"30d": 0.9}},
        "contested": 0.1,
        "shared": 1,
        "against_golden": 0.9,
    },
    "touchpoints": [LETTERS],
    "core": ["1,P,a@b.co,,2026-11-01", "2,P,a@b.co,,2026-08-01", "3,P,c@b.co,,2026-11-01"],
    "crm": ["1,P,z@b.co,,2026-10-01", "3,P,c@b.co,,2026-10-01"],
}
KINDS = ("required", "current", "current_in", "contested", "shared", "against_golden", "reads")


def told(record: RunRecord) -> dict[str, Result]:
    return {key: one for key, one in by_key(record).items() if one.kind in KINDS}


def check(folder: Path, past: Sequence[RunRecord] = ()) -> RunRecord:
    workspace, catalog = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(TODAY))
    plan = plan_checks(workspace, catalog, TODAY, None)
    return run_checks(workspace, catalog, plan, carry_from=past)


def figures(results: Mapping[str, Result]) -> dict[str, tuple[object, ...]]:
    return {
        k: (r.verdict, r.violations, r.samples, r.message, r.only_left) for k, r in results.items()
    }


@pytest.mark.long
def test_what_nothing_changed_is_carried_over_with_its_words(tmp_path: Path) -> None:
    folder = written(tmp_path, ALL)
    first = check(folder)
    again = check(folder, [first])
    assert len(told(first)) == 10
    assert all(one.carried_from == first.run for one in told(again).values())
    assert figures(told(again)) == figures(told(first))


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "counted"),
    [
        ("accepts: [current, stale]", "accepts: [current]", {"reads"}),
        ("shared: 1", "shared: 2", {"shared"}),
        ("contested: 0.1", "contested: 0.2", {"contested"}),
        ("compare: [lower]", "compare: [fold]", {"contested", "shared", "against_golden", "reads"}),
        ("valid_for: \"100d\"", "valid_for: \"200d\"", {"current", "current_in", "required", "reads"}),
        ("reads: {customer.mail: core.people.mail}", "reads: {customer.mail: crm.people.copied}", {"reads"}),
    ],
)  # fmt: skip
def test_what_means_something_else_is_counted_anew(
    tmp_path: Path, old: str, new: str, counted: set[str]
) -> None:
    folder = written(tmp_path, ALL)
    first = check(folder)
    change(folder, old, new)
    second = told(check(folder, [first]))
    anew = {one.kind for one in second.values() if one.carried_from is None}
    assert counted <= anew
    assert figures(second) == figures(told(check(folder)))


@pytest.mark.long
def test_another_attribute_of_the_group_is_part_of_what_a_check_means(tmp_path: Path) -> None:
    text = definitions({"states": {"group": "mail", "contested": 0.5}})
    text = text.replace("type: code\n    claims: [{field: core.people.kind}]", GROUPED)
    files = {f"data/{key}.csv": HEADED for key in ("core", "crm", "web")}
    folder = write_workspace(tmp_path, text, files)
    first = check(folder)
    change(folder, "survive: most_recent", "survive: oldest")
    second = told(check(folder, [first]))["attribute:customer.mail/contested"]
    assert second.carried_from is None


GROUPED = """type: code
    group: mail
    survive: most_recent
    claims: [{field: core.people.kind}, {field: crm.people.kind}]"""
HEADED = "id,kind,mail,copied,at\n1,P,a@b.co,,2026-11-01\n"


@pytest.mark.long
def test_a_source_that_cannot_be_read_makes_the_checks_that_rest_on_it_unknown(
    tmp_path: Path,
) -> None:
    folder = written(tmp_path, ALL)
    (folder / "data/crm.csv").unlink()
    found = told(run(folder))
    assert {one.verdict for one in found.values()} == {"unknown"}
    assert all("crm.people cannot be read" in one.message for one in found.values())


@pytest.mark.long
def test_records_that_were_never_matched_leave_every_check_unknown(tmp_path: Path) -> None:
    text = definitions(ALL).replace("id: id", "record: id")
    text = text.replace("""subtypes: {person: "kind = 'P'"}""", MATCHED)
    rows = "id,kind,mail,copied,at\n1,P,a@b.co,,2026-11-01\n"
    folder = write_workspace(
        tmp_path, text, {f"data/{key}.csv": rows for key in ("core", "crm", "web")}
    )
    found = told(run(folder))
    assert len(found) == 10
    assert {one.verdict for one in found.values()} == {"unknown"}
    assert all("never matched" in one.message for one in found.values())


MATCHED = "match: {keys: [{attribute: customer.mail}]}"


@pytest.mark.long
def test_ids_that_are_personal_are_masked_in_the_samples_of_touchpoints_too(
    tmp_path: Path,
) -> None:
    case = {**ALL, "core": ["10000000146,P,a@b.co,,2026-11-01"], "crm": ["10000000146,P,z@b.co,,2026-11-02"],
            "states": {"survive": "most_recent", "contested": 0.1}}  # fmt: skip
    text = definitions(case).replace("{key: id, type: code}", "{key: id, type: national_id}")
    folder = written(tmp_path, case)
    (folder / "catalog/definitions.yml").write_text(text, "utf-8")
    found = told(run(folder))
    assert found["touchpoint:letters/reads:customer.mail"].samples == ("1…6",)
    assert found["attribute:customer.mail/contested"].samples == ("1…6",)


def test_nothing_is_computed_that_nobody_asks_for(tmp_path: Path) -> None:
    _, catalog = open_valid(written(tmp_path, {"states": {"required": 0.9, "valid_for": "1y"}}))
    plan = compile_plan(catalog, TODAY, Settings())
    assert plan.outlooks == ()
    assert judged_columns(one.figure for one in plan.checks) == {}


def test_the_setting_says_for_which_days_it_is_told_what_will_be_current(tmp_path: Path) -> None:
    case = {"states": {"valid_for": "1y", "current": {"target": 0.5, "in": {"2w": 0.4}}}}
    _, catalog = open_valid(written(tmp_path, case))
    settings = Settings(expiry=ExpirySettings(ahead=(Duration(1, "mo"), Duration(2, "w"))))
    checks = compile_plan(catalog, TODAY, settings).checks
    ahead = [(one.key.rpartition(":")[2], one.severity, one.target.target) for one in checks if one.kind == "current_in"]  # fmt: skip
    assert ahead == [("2w", "critical", 0.4), ("1mo", "info", 0.0)]
    none = Settings(expiry=ExpirySettings(ahead=()))
    kinds = [one.key for one in compile_plan(catalog, TODAY, none).checks if one.kind == "current_in"]  # fmt: skip
    assert kinds == ["attribute:customer.mail/current_in:2w"]


MATCHING = """
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
        fields: [{key: row, type: code}, {key: mail, type: email}, {key: at, type: date}]
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: mail, type: email}]
attributes:
  - key: customer.mail
    name: E-mail
    definition: Where the customer is reached.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    valid_for: 100d
    claims: [{field: crm.people.mail}, {field: core.customers.mail}]
    current: {target: 0.1, in: {90d: 0.1}}
    contested: 0.1
    shared: 1
    against_golden: 0.9
touchpoints:
  - {key: letters, name: Letters, owner: l@bank.example, reads: {customer.mail: core.customers.mail}, against_golden: 0.9}
  - {key: desk, name: Desk, owner: d@bank.example, reads: {customer.mail: crm.people.mail}, against_golden: 0.9}
"""


@pytest.mark.long
def test_of_matched_records_the_one_that_speaks_is_compared(tmp_path: Path) -> None:
    rows = {
        "data/crm.csv": "row,mail,at\n1,old@b.co,2026-01-01\n2,new@b.co,2026-11-01\n3,new@b.co,2026-11-01\n",
        "data/core.csv": "no,mail\n10,old@b.co\n30,NEW@b.co\n",
    }
    folder = write_workspace(tmp_path, MATCHING, rows)
    columns = dict.fromkeys(("source", "dataset", "record_id", "entity_id", "merged_by"), "text")
    lines = [("crm.people", "1", "A"), ("crm.people", "2", "A"), ("crm.people", "3", "B"), ("core.customers", "10", "A")]  # fmt: skip
    kept = [
        {"source": d.partition(".")[0], "dataset": d, "record_id": r, "entity_id": e, "merged_by": "key"}
        for d, r, e in lines
    ]  # fmt: skip
    known = Known(matches={"customer": write_rows(folder / "map.parquet", kept, columns)})
    workspace, catalog = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(TODAY))
    plan = plan_checks(workspace, catalog, TODAY, None)
    found = told(run_checks(workspace, catalog, plan, known=known))
    assert {key.partition("/")[2] if key.startswith("attr") else key: (one.rows_compared, one.samples) for key, one in found.items()} == {
        "current": (3, ("core.customers#30",)),
        "current_in:30d": (3, ("core.customers#30",)),
        "current_in:60d": (3, ("core.customers#30",)),
        "current_in:90d": (3, ("A", "B", "core.customers#30")),
        "contested": (1, ("A",)),
        "shared": (3, ("A", "B")),
        "against_golden:crm.people.mail": (2, ()),
        "against_golden:core.customers.mail": (2, ("A",)),
        "touchpoint:letters/reads:customer.mail": (2, ("A",)),
        "touchpoint:desk/reads:customer.mail": (2, ()),
    }  # fmt: skip
