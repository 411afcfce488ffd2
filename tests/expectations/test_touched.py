"""A merge is judged by what it touches, and by nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from workspaces import TODAY, change, run, write_workspace

from catalog.cli import run as tekdogru
from catalog.errors import UsageError
from catalog.loading.revisions import read_past
from catalog.sample.bank import create_bank
from catalog.validation.opening import open_valid
from expectations.runner import plan_checks
from expectations.touched import Touched, find_touched

CLEAN = "attribute:customer.tax_id"
EXPIRED = "attribute:customer.risk_class/expiry"


def git(folder: Path, *arguments: str) -> str:
    settings = [
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@b.example",
        "-c",
        "init.defaultBranch=main",
    ]
    done = subprocess.run(
        ["git", "-C", str(folder), *settings, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "change") -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", message)
    return git(folder, "rev-parse", "HEAD")


def begun(folder: Path) -> Path:
    git(folder, "init", "-q")
    commit(folder, "begin")
    return folder


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank") / "bank"
    create_bank(folder, customers=200, as_of=TODAY)
    return begun(folder)


@pytest.fixture
def copy(bank: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bank, tmp_path / "bank"))


def touched(folder: Path, revision: str = "main") -> Touched:
    workspace, catalog = open_valid(folder)
    plan = plan_checks(workspace, catalog, TODAY, None)
    return find_touched(workspace, catalog, plan, read_past(workspace.root, revision))


def keys(found: Touched) -> set[str]:
    return {check.key for check in found.plan.checks}


def definitions(found: Touched) -> set[str]:
    return {check.urn for check in found.plan.checks}


@pytest.mark.long
def test_a_merge_that_touches_one_attribute_runs_only_what_it_reaches(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = run(copy)
    assert {r.check: r.verdict for r in everything.results}[EXPIRED] == "fail"
    git(copy, "switch", "-qc", "topic")
    tagged = "- key: customer.tax_id\n    tags: [n]"
    change(copy, "- key: customer.tax_id", tagged, "catalog/customer.yml")
    commit(copy)
    options = ["-w", str(copy), "--as-of", TODAY.isoformat(), "--format", "json"]
    status = tekdogru(["check", "--changed-since", "main", *options])
    captured = capsys.readouterr()
    record = json.loads(captured.out)
    ran = {result["check"] for result in record["results"]}
    assert {result["urn"] for result in record["results"]} == {CLEAN}
    assert f"{CLEAN}/expiry" in ran
    assert EXPIRED not in ran
    assert (status, record["verdict"]) == (0, "pass")
    assert record["selection"] == f"changed since main ({git(copy, 'rev-parse', 'main')[:10]})"
    said = f"{len(ran)} of {len(everything.results)} checks are touched by what changed"
    assert said in record["note"]
    assert f"changed {CLEAN} (tags)" in captured.err


@pytest.mark.long
def test_nothing_changed_is_not_a_pass(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(copy, "attributes:", "# a comment\nattributes:", "catalog/customer.yml")
    shutil.rmtree(copy / "data")
    git(copy, "rm", "-rqf", "--cached", "data")
    commit(copy, "without data")
    options = ["check", "--changed-since", "HEAD", "-w", str(copy), "--as-of", TODAY.isoformat()]
    assert tekdogru(options) == 0
    said = capsys.readouterr().out
    assert said.startswith("Nothing to check: no definition and no data has changed since HEAD")
    assert "pass" not in said.lower()
    assert tekdogru([*options, "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["verdict"], record["exit_code"], record["results"]) == ("unknown", 0, [])
    tekdogru(["runs", "-w", str(copy)])
    assert "no run is kept yet" in capsys.readouterr().out


CHANGES: Mapping[str, tuple[str, str, str, set[str], set[str]]] = {
    "a field's type reaches what claims it and what is calculated from it": (
        "catalog/sources.yml", "{key: birth_date, type: date}", "{key: birth_date, type: timestamp}",
        {"attribute:customer.birth_date"}, {"attribute:customer.email", "measure:customers_total"},
    ),
    "a measure's calculation reaches measures and cells that show it": (
        "catalog/measures.yml", "key: digital_active\n", "key: digital_active\n    rounding: 0\n",
        {"measure:digital_active"}, {"attribute:customer.email", "dataset:crm.customers"},
    ),
    "a team's words reach nothing but the team": (
        "catalog/parties.yml", "reporting_people: ", "notes: Moved.\n    reporting_people: ",
        set(), {"attribute:customer.email", "report:retail_monthly"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "cells"),
    [
        ("published/retail_monthly.csv", "\n", "\n\n", True),
        ("catalog/reports.yml", "published: published/retail_monthly.csv", "published: published/r.csv", True),
        ("catalog/reports.yml", "- key: retail_monthly", "- key: retail_monthly\n    tags: [x]", False),
    ],
)  # fmt: skip
def test_published_numbers_are_compared_again_when_their_file_differs(
    copy: Path, file: str, old: str, new: str, cells: bool
) -> None:
    change(copy, old, new, file)
    found = touched(copy)
    assert "report:retail_monthly/late" in keys(found)
    assert ("cell:retail_monthly/active_customers/published" in keys(found)) == cells
    assert not any(urn.startswith("attribute:") for urn in definitions(found))


def test_a_workbook_that_is_saved_over_is_compared_again(copy: Path) -> None:
    with (copy / "reports/bireysel_2026-09.xlsx").open("ab") as stream:
        stream.write(b"\0")
    found = touched(copy)
    assert "cell:retail_monthly/active_customers/workbook" in keys(found)
    assert not any(urn.startswith(("attribute:", "report:sme")) for urn in definitions(found))


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_change_reaches(copy: Path, name: str) -> None:
    file, old, new, reached, untouched = CHANGES[name]
    if old not in (copy / file).read_text(encoding="utf-8"):
        pytest.fail(f"the sample bank has no {old!r} in {file} any more")
    change(copy, old, new, file)
    found = definitions(touched(copy))
    assert reached <= found
    assert not untouched & found


SMALL = """
entities:
  - {key: customer, name: Customer, subtypes: {company: "segment = 'C'"}}
sources:
  - key: crm
    name: CRM
    location: data
    owner: o@b.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}, {key: segment, type: code}]
  - key: web
    name: Web
    location: web
    owner: o@b.example
    datasets:
      - key: users
        path: users.csv
        entity: customer
        id: no
        known_to: {crm.people: 0.5}
        fields: [{key: no, type: code}, {key: nick}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: o@b.example
    expires_on: 2020-01-01
    type: email
    claims: [{field: crm.people.mail}]
    required: true
    rules: [{key: by_segment, sql: "segment <> 'X' OR value IS NOT NULL"}]
  - key: customer.segment
    name: Segment
    definition: Segment.
    owner: o@b.example
    expires_on: 2020-01-01
    claims: [{field: crm.people.segment}]
    values: [C, P]
  - key: customer.nick
    name: Nick
    definition: Nick.
    owner: o@b.example
    expires_on: 2020-01-01
    claims: [{field: web.users.nick}]
    required: 0.5
    apply_to: company
measures:
  - key: mails
    name: Mails
    definition: Mails.
    owner: o@b.example
    expires_on: 2020-01-01
    calculation: SELECT count(email) AS value FROM customer
  - key: double
    name: Double
    definition: Twice.
    owner: o@b.example
    expires_on: 2020-01-01
    calculation: mails * 2
baseline: []
"""
EMAIL, SEGMENT, NICK = (
    "attribute:customer.email",
    "attribute:customer.segment",
    "attribute:customer.nick",
)
MEASURES = {"measure:mails/computes", "measure:double/computes"}
OF_NICK = {f"{NICK}/required"}
OF_WEB = {
    "dataset:web.users/id_present",
    "dataset:web.users/id",
    "dataset:web.users/known_to:crm.people",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    rows = [{"no": "1", "mail": "a@b.co", "segment": "C"}]
    files: dict[str, Any] = {"data/crm.csv": rows, "web/users.csv": [{"no": "1", "nick": "n"}]}
    return begun(write_workspace(tmp_path / "w", SMALL, files))


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("catalog/definitions.yml", "name: Segment\n", "name: The segment\n",
         {f"{SEGMENT}/values:crm.people.segment", f"{SEGMENT}/expiry"}),
        ("catalog/definitions.yml", "[C, P]", "[C, P, Q]",
         {f"{SEGMENT}/values:crm.people.segment", f"{SEGMENT}/expiry", f"{EMAIL}/rule:by_segment", *OF_NICK}),
        ("catalog/definitions.yml", "{key: nick}", "{key: nick, column: nickname}", OF_NICK),
        ("catalog/definitions.yml", "segment = 'C'", "segment = 'P'", OF_NICK),
        ("catalog/definitions.yml", "required: 0.5", "required: 0.6", {*OF_NICK, f"{NICK}/expiry"}),
        ("catalog/definitions.yml", "mails * 2", "mails * 3",
         {"measure:double/computes", "measure:double/expiry"}),
        ("catalog/definitions.yml", "count(email)", "count(segment)", {*MEASURES, "measure:mails/expiry"}),
        ("web/users.csv", "n", "m", {*OF_WEB, *OF_NICK, f"{EMAIL}/required", *MEASURES}),
        ("catalog/definitions.yml", "baseline: []",
         f"baseline:\n  - {{check: {EMAIL}/required, share: 0.5, recorded_on: 2026-01-01}}", {f"{EMAIL}/required"}),
        ("catalog/definitions.yml", "baseline: []",
         f"waivers:\n  - {{key: w, check: '{EMAIL}/r*', owner: o@b.example, reason: r, until: 2099-01-01}}",
         {f"{EMAIL}/required", f"{EMAIL}/rule:by_segment"}),
        ("tekdogru.toml", "", 'institution = "Other"\n', set()),
        ("README.md", "", "words", set()),
    ],
)  # fmt: skip
def test_just_the_checks_that_a_change_touches(
    small: Path, file: str, old: str, new: str, expected: set[str]
) -> None:
    path = small / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    found = touched(small)
    assert found.whole is None
    assert keys(found) == expected


def test_what_is_removed_touches_what_rested_on_it(small: Path) -> None:
    change(small, "        known_to: {crm.people: 0.5}\n", "")
    found = touched(small)
    assert "dataset:web.users/known_to:crm.people" not in keys(found)
    assert keys(found) == {"dataset:web.users/id_present", "dataset:web.users/id"}


@pytest.mark.parametrize(
    "setting", ['timezone = "UTC"', '[expiry]\ngrace = "5d"', 'calendar = ["2026-01-01"]']
)
def test_a_setting_that_may_change_a_verdict_touches_everything(small: Path, setting: str) -> None:
    (small / "tekdogru.toml").write_text(f"{setting}\n", encoding="utf-8")
    found = touched(small)
    assert len(found.plan.checks) == found.of
    assert "have changed since main" in found.note


def test_a_past_without_workspace_or_with_invalid_definitions_touches_everything(
    small: Path,
) -> None:
    definitions_ = small / "catalog" / "definitions.yml"
    text = definitions_.read_text(encoding="utf-8")
    definitions_.write_text(text.replace("crm.people.mail}", "crm.people.male}"), encoding="utf-8")
    bad = commit(small, "bad")
    definitions_.write_text(text, encoding="utf-8")
    assert "were not valid" in touched(small, bad).note
    moved = small / "inner"
    write_workspace(moved, SMALL)
    assert "there was no workspace here" in touched(moved, "main").note


def test_what_others_have_merged_meanwhile_does_not_count(small: Path) -> None:
    git(small, "switch", "-qc", "topic")
    change(small, "required: 0.5", "required: 0.6")
    commit(small)
    git(small, "switch", "-q", "main")
    change(small, "count(email)", "count(segment)")
    commit(small)
    git(small, "switch", "-q", "topic")
    assert definitions(touched(small, "main")) == {NICK}


def test_renamed_files_and_uncommitted_ones_are_seen_as_they_are(small: Path) -> None:
    (small / "catalog" / "definitions.yml").rename(small / "catalog" / "all.yml")
    assert not touched(small).changes
    (small / "catalog" / "new.yml").write_text(
        "measures:\n  - {key: one, name: One, definition: One., owner: o@b.example, "
        "expires_on: 2099-01-01, calculation: SELECT count(*) AS value FROM customer}\n",
        encoding="utf-8",
    )
    assert definitions(touched(small)) == {"measure:one"}


def test_a_workspace_below_the_top_of_its_repository_is_read_there(tmp_path: Path) -> None:
    folder = tmp_path / "banks" / "one"
    write_workspace(
        folder, SMALL, {"data/crm.csv": "no,mail,segment\n", "web/users.csv": "no,nick\n"}
    )
    begun(tmp_path)
    change(folder, "mails * 2", "mails * 3")
    assert definitions(touched(folder)) == {"measure:double"}


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("mian", "git knows no such revision; did you mean 'main'?"),
        ("--output=x", "a revision does not begin with '-'"),
    ],
)
def test_a_revision_that_is_none_is_refused(small: Path, revision: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_past(small, revision)
    assert said in str(raised.value)


def test_outside_of_a_repository_it_says_what_to_do(tmp_path: Path) -> None:
    write_workspace(tmp_path, SMALL)
    with pytest.raises(UsageError, match="run it in a git checkout, or leave the option out"):
        read_past(tmp_path, "main")


def test_a_history_cut_short_is_told_with_the_way_out(small: Path, tmp_path: Path) -> None:
    git(small, "switch", "-qc", "topic")
    change(small, "mails * 2", "mails * 3")
    commit(small)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", "-b", "topic", f"file://{small}", str(shallow))
    with pytest.raises(UsageError, match="git fetch --unshallow"):
        read_past(shallow, "main")
    git(shallow, "fetch", "-q", "--depth", "1", "origin", "main:main")
    with pytest.raises(UsageError, match="git fetch --unshallow"):
        read_past(shallow, "main")
    git(shallow, "fetch", "-q", "--unshallow")
    assert definitions(touched(shallow, "main")) == {"measure:double"}


def test_a_touched_run_is_no_whole_run(small: Path) -> None:
    change(small, "mails * 2", "mails * 3")
    found = touched(small)
    assert found.selection.startswith("changed since main (")
    nothing = found.nothing(datetime(2026, 1, 1, tzinfo=UTC))
    assert (nothing.selection, nothing.verdict) == (found.selection, "unknown")
