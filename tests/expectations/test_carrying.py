"""What has not changed is carried over: the same results, without looking at the data again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from workspaces import TODAY, by_key, change, fixed_clock, write_workspace

from catalog.results import Result, RunRecord
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.runner import plan_checks, run_checks, silent

DEFINITIONS = """
entities:
  - {key: customer, name: Customer, subtypes: {company: "kind = 'C'"}}
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    refresh: 5d
    datasets:
      - key: people
        path: core.csv
        entity: customer
        id: "no"
        population: "kind <> 'X'"
        confirmed_at: at
        fields:
          - {key: "no", type: code}
          - {key: kind, type: code}
          - {key: mail, type: email}
          - {key: amount, type: decimal}
          - {key: at, type: date}
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: "no"
        known_to: {core.people: 1.0}
        fields: [{key: "no", type: code}, {key: mail, type: email}]
attributes:
  - key: customer.kind
    name: Kind
    definition: Person or company.
    owner: owner@bank.example
    expires_on: 2026-11-25
    type: code
    values: {P: Person, C: Company}
    claims: [{field: core.people.kind}]
  - key: customer.mail
    name: Mail
    definition: An address.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    claims: [{field: core.people.mail}, {field: crm.people.mail}]
    required: true
    unique: true
    agree: {target: 0.9, by: 2026-11-22}
    valid_for: 30d
    current: 0.5
    rules:
      - {key: short, sql: "length(value) < 8", message: too long}
      - {key: recent, sql: "kind IS NULL OR :as_of > DATE '2026-01-01'"}
      - {key: none_new, expect: expect_column_values_to_match_regex, regex: "^[a-z@.]+$"}
  - key: customer.amount
    name: Amount
    definition: What is owed.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: decimal
    claims: [{field: core.people.amount}]
    apply_to: company
    required: true
    rules: [{key: mean, expect: expect_column_mean_to_be_between, max_value: 10}]
measures:
  - key: companies
    name: Companies
    definition: How many there are.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT count(*) AS value FROM customer WHERE kind = 'C'
  - key: owed
    name: Owed
    definition: All that is owed.
    owner: owner@bank.example
    expires_on: 2030-01-01
    calculation: SELECT sum(amount) AS value FROM core.people
    bounds: {max: 30}
"""
CORE = """no,kind,mail,amount,at
1,P,a@b.co,,2026-11-19
2,C,long@b.co,7.5,2026-11-18
3,C,a@b.co,x,2026-10-01
3,C,d@b.co,30,2026-11-18
4,Q,broken,,
5,,e@b.co,1,2026-11-18
"""
CRM = "no,mail\n1,a@b.co\n2,z@b.co\n3,\n9,y@b.co\n"
VOLATILE = {"seconds", "carried_from"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The workspace, its files old enough that their times tell whether they changed."""
    write_workspace(tmp_path, DEFINITIONS, {"data/core.csv": CORE, "data/crm.csv": CRM})
    return tmp_path


def check(
    folder: Path,
    *past: RunRecord,
    as_of: date = TODAY,
    select: str | None = None,
    progress: Callable[[str, int, int], None] = silent,
) -> RunRecord:
    """A run that may carry over from `past`, newest first."""
    workspace, catalog = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(as_of))
    plan = plan_checks(workspace, catalog, as_of, select)
    return run_checks(
        workspace, catalog, plan, selection=select, carry_from=past, progress=progress
    )


def told(record: RunRecord, *without: str) -> dict[str, object]:
    return {one.check: one.model_dump(exclude={*VOLATILE, *without}) for one in record.results}


def counted(record: RunRecord) -> set[str]:
    """The checks that were counted in this run, but for those of the calendar."""
    found = {one.check for one in record.results if one.carried_from is None}
    return {key for key in found if not key.endswith("/expiry")}


def test_a_run_on_unchanged_data_gives_the_same_results_and_says_whose_they_are(
    folder: Path,
) -> None:
    first = check(folder)
    second = check(folder, first)
    assert told(second) == told(first)
    assert counted(second) == set()
    assert {one.carried_from for one in second.results if one.kind != "expiry"} == {first.run}
    assert second.measures == first.measures
    assert second.measures["owed"][0].value == 38.5
    assert (second.verdict, second.exit_code) == (first.verdict, first.exit_code)
    assert second.run != first.run


def test_the_first_of_a_chain_of_runs_is_named(folder: Path) -> None:
    first = check(folder)
    second = check(folder, first)
    third = check(folder, second, first)
    assert {one.carried_from for one in third.results if one.kind != "expiry"} == {first.run}


def test_nothing_is_carried_where_no_run_is_given(folder: Path) -> None:
    check(folder)
    assert len(counted(check(folder))) > 20


def test_a_changed_file_has_its_own_checks_counted_anew(folder: Path) -> None:
    first = check(folder)
    change(folder, "2,z@b.co", "2,long@b.co", "data/crm.csv")
    second = check(folder, first)
    anew = by_key(second)
    reading = {one.check for one in second.results if "crm" in one.sources}
    assert counted(second) == reading
    assert anew["attribute:customer.mail/agree:core.people.mail~crm.people.mail"].verdict == "pass"
    assert told(second) == told(check(folder))


def test_a_file_that_was_only_touched_or_copied_is_the_same(folder: Path) -> None:
    first = check(folder)
    core = folder / "data/core.csv"
    shutil.copy(core, folder / "copy")
    core.unlink()
    (folder / "copy").rename(core)
    os.utime(folder / "data/crm.csv")
    assert counted(check(folder, first)) == set()


def test_other_content_of_the_same_size_and_time_is_another(folder: Path) -> None:
    core = folder / "data/core.csv"
    before = core.stat()
    first = check(folder)
    change(folder, "2,C,long@b.co,7.5", "2,C,long@b.co,9.5", "data/core.csv")
    os.utime(core, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (core.stat().st_size, core.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    second = check(folder, first)
    assert second.measures["owed"][0].value == 40.5


def test_a_file_is_not_read_again_while_the_system_says_that_it_did_not_change(
    folder: Path,
) -> None:
    time.sleep(2.1)
    first = check(folder)
    seen = {path: one.seen for path, one in first.fingerprints.items()}
    assert all(seen.values())
    second = check(folder, first)
    assert second.fingerprints == first.fingerprints
    change(folder, "4,Q", "4,P", "data/core.csv")
    third = check(folder, second)
    assert third.fingerprints["core.people"].content != first.fingerprints["core.people"].content
    assert third.fingerprints["crm.people"] == first.fingerprints["crm.people"]


MEANING: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "a rule": ("length(value) < 8", "length(value) < 9", ["attribute:customer.mail/rule:short"]),
    "a target": ("target: 0.9", "target: 0.8", ["attribute:customer.mail/agree:core.people.mail~crm.people.mail"]),
    "an argument": ("max_value: 10", "max_value: 20", ["attribute:customer.amount/rule:mean"]),
    "the values": ("C: Company", "C: Company, Q: Quite other", ["attribute:customer.kind/values:core.people.kind"]),
    "the population": ("kind <> 'X'", "kind <> 'Q'", ["dataset:core.people/id", "attribute:customer.mail/required"]),
    "a subtype": ("kind = 'C'", "kind = 'P'", ["attribute:customer.amount/required"]),
    "the order of claims": (
        "[{field: core.people.mail}, {field: crm.people.mail}]", "[{field: crm.people.mail}, {field: core.people.mail}]",
        ["attribute:customer.mail/required", "attribute:customer.mail/rule:none_new"],
    ),
    "a claim's condition": ("{field: crm.people.mail}]", '{field: crm.people.mail, when: "mail <> \'\'"}]', ["attribute:customer.mail/required"]),
    "a type": ("{key: amount, type: decimal}", "{key: amount}", ["attribute:customer.amount/type:core.people.amount"]),
    "how a file is read": ("path: crm.csv", "path: crm.csv\n        encoding: windows-1254", ["dataset:crm.people/id"]),
    "a calculation": ("kind = 'C'\n", "kind = 'P'\n", ["measure:companies/computes"]),
    "who must know": ("core.people: 1.0", "core.people: 0.5", ["dataset:crm.people/known_to:core.people"]),
    "a promise": ("refresh: 5d", "refresh: 1d", ["dataset:core.people/fresh"]),
    "for how long it is valid": ("valid_for: 30d", "valid_for: 60d", ["attribute:customer.mail/current"]),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("what", MEANING)
def test_a_check_that_means_something_else_is_counted_anew(folder: Path, what: str) -> None:
    """Rows available are left out: those of a golden record are told of the sources read."""
    old, new, touched = MEANING[what]
    first = check(folder)
    change(folder, old, new)
    second = check(folder, first)
    assert set(touched) <= counted(second)
    assert told(second, "rows_available") == told(check(folder), "rows_available")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Mail", "name: E-mail"),
        ("expires_on: 2030-01-01", "expires_on: 2031-01-01"),
        ("message: too long", "message: it is too long"),
        ("regex: ", "severity: info, regex: "),
        ("by: 2026-11-22", "by: 2026-11-19"),
    ],
)
def test_what_is_only_said_otherwise_is_carried_and_said_in_todays_words(
    folder: Path, old: str, new: str
) -> None:
    first = check(folder)
    change(folder, old, new)
    second = check(folder, first)
    assert counted(second) == set()
    assert told(second) == told(check(folder))
    assert told(second) != told(first)


def test_the_next_day_only_what_looks_at_the_day_is_counted(folder: Path) -> None:
    first = check(folder)
    day = date(2026, 11, 21)
    second = check(folder, first, as_of=day)
    """What was confirmed after a day is not known on it: golden values may change as it comes."""
    assert counted(second) == {
        "dataset:core.people/fresh",
        "attribute:customer.mail/agree:core.people.mail~crm.people.mail",
        "attribute:customer.mail/current",
        "attribute:customer.mail/current_in:30d",
        "attribute:customer.mail/current_in:60d",
        "attribute:customer.mail/current_in:90d",
        "attribute:customer.mail/required",
        "attribute:customer.mail/rule:none_new",
        "attribute:customer.mail/rule:recent",
        "attribute:customer.mail/rule:short",
        "attribute:customer.amount/required",
        "attribute:customer.amount/rule:mean",
        "measure:companies/computes",
    }
    assert told(second) == told(check(folder, as_of=day))


def test_a_target_that_falls_due_fails_though_its_figures_are_carried(folder: Path) -> None:
    change(folder, "        confirmed_at: at\n", "")  # else the day says which rows speak
    key = "attribute:customer.mail/agree:core.people.mail~crm.people.mail"
    first = check(folder)
    assert by_key(first)[key].verdict == "warn"
    second = by_key(check(folder, first, as_of=date(2026, 11, 23)))[key]
    assert (second.verdict, second.carried_from) == ("fail", first.run)
    assert "the target was due on 2026-11-22" in second.message


def test_a_review_date_that_passes_is_seen_on_a_day_when_all_else_is_carried(
    folder: Path,
) -> None:
    first = check(folder)
    later = by_key(check(folder, first, as_of=date(2026, 11, 27)))
    assert by_key(first)["attribute:customer.kind/expiry"].verdict == "warn"
    assert later["attribute:customer.kind/expiry"].verdict == "fail"


def test_what_was_unknown_is_tried_again(folder: Path) -> None:
    (folder / "data/crm.csv").rename(folder / "away.csv")
    first = check(folder)
    assert by_key(first)["dataset:crm.people/id"].verdict == "unknown"
    (folder / "away.csv").rename(folder / "data/crm.csv")
    second = check(folder, first)
    assert by_key(second)["dataset:crm.people/id"].verdict == "pass"
    assert "dataset:core.people/id" not in counted(second)


def test_what_failed_to_run_is_tried_again(folder: Path) -> None:
    change(folder, "length(value) < 8", "value > 5")
    key = "attribute:customer.mail/rule:short"
    first = check(folder)
    assert (by_key(first)[key].verdict, by_key(first)[key].inputs) == ("error", None)
    assert counted(check(folder, first)) == {key}


def test_a_source_that_is_gone_is_not_carried(folder: Path) -> None:
    first = check(folder)
    (folder / "data/crm.csv").unlink()
    second = by_key(check(folder, first))
    assert {one.verdict for one in second.values() if "crm" in one.sources} == {"unknown"}


def test_a_file_that_changes_while_it_is_checked_is_not_vouched_for(folder: Path) -> None:
    def meddle(what: str, done: int, of: int) -> None:
        if what == "counting" and done == 1:
            change(folder, "9,y@b.co", "8,y@b.co", "data/crm.csv")

    def once(what: str, done: int, of: int) -> None:
        if "9,y" in (folder / "data/crm.csv").read_text():
            meddle(what, done, of)

    first = check(folder, progress=once)
    assert "crm.people" not in first.fingerprints
    assert {one.inputs for one in first.results if "crm" in one.sources} == {None}
    second = check(folder, first)
    assert counted(second) == {one.check for one in second.results if "crm" in one.sources}


def test_a_selection_carries_over_and_is_carried_over(folder: Path) -> None:
    part = check(folder, select="attribute:customer.mail")
    chosen = check(folder, part, select="attribute:customer.mail/unique:core.people.mail")
    assert counted(chosen) == set()
    whole = check(folder, chosen, part)
    assert counted(whole) == {
        one.check for one in whole.results
        if one.kind != "expiry" and one.check not in by_key(part)
    }  # fmt: skip
    assert told(whole) == told(check(folder))


def test_a_failure_that_is_carried_can_be_waived_and_its_waiver_can_end(folder: Path) -> None:
    first = check(folder)
    waiver = """
waivers:
  - key: known
    check: dataset:crm.people/known_to:core.people
    owner: owner@bank.example
    until: 2026-11-22
    reason: A migration.
"""
    (folder / "catalog/waivers.yml").write_text(waiver)
    key = "dataset:crm.people/known_to:core.people"
    second = check(folder, first)
    third = check(folder, second, first)
    ended = check(folder, third, as_of=date(2026, 11, 30))
    for record, waived in ((second, True), (third, True), (ended, False)):
        one = by_key(record)[key]
        assert (one.verdict, one.carried_from, one.is_waived) == ("fail", first.run, waived)
    assert by_key(third)[key].message == by_key(second)[key].message
    assert told(ended) == told(check(folder, as_of=date(2026, 11, 30)))


def test_other_settings_of_masking_samples_and_time_zone_count_anew(folder: Path) -> None:
    first = check(folder)
    for settings in ("timezone = 'UTC'", "[privacy]\nmask = false", "[engine]\nsamples = 1"):
        (folder / "tekdogru.toml").write_text(settings)
        assert len(counted(check(folder, first))) > 20, settings


def test_masked_samples_stay_masked(folder: Path) -> None:
    change(
        folder,
        '{key: "no", type: code}, {key: mail, type: email}',
        '{key: "no", type: iban}, {key: mail, type: email}',
    )
    change(folder, "9,y", "TR999,y", "data/crm.csv")
    first = check(folder)
    key = "dataset:crm.people/known_to:core.people"
    assert by_key(first)[key].samples == ("T…9",)
    assert by_key(check(folder, first))[key].samples == ("T…9",)


IMPORTS = """
import sys
from catalog.cli import run
status = run(["check", "--workspace", sys.argv[1], "--as-of", "2026-11-20", *sys.argv[2:]])
heavy = {"great_expectations", "duckdb", "pandas", "pyarrow"} & sys.modules.keys()
print(status, *sorted(heavy), file=sys.stderr)
"""


def command(folder: Path, *arguments: str) -> tuple[list[str], str]:
    """The exit status and the heavy modules that were imported, and what was printed."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(folder), *arguments],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return done.stderr.splitlines()[-1].split(), done.stdout


@pytest.mark.long
def test_a_run_that_carries_everything_imports_neither_gx_nor_duckdb(folder: Path) -> None:
    counting, _ = command(folder)
    assert "great_expectations" in counting
    carrying, text = command(folder)
    assert carrying == [counting[0]]
    assert "carried over" in text
    (_, *heavy), text = command(folder, "--fresh", "--format", "json")
    assert "great_expectations" in heavy
    results = [Result.model_validate(one) for one in json.loads(text)["results"]]
    assert {one.carried_from for one in results} == {None}
