"""A recorded baseline lets old disorder pass with a warning, and nothing that got worse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from workspaces import write_csv, write_workspace

from catalog.cli import run as tekdogru
from catalog.store.runs import RunStore

DEFINITIONS = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}]
  - key: web
    name: Web
    location: data
    owner: owner@bank.example
    datasets:
      - key: users
        path: web.csv
        entity: user
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: owner@bank.example
    expires_on: 2099-01-01
    type: email
    claims: [{field: crm.people.mail}]
    required: {target: 1, by: 2026-11-30, floor: baseline}
  - key: user.email
    name: E-mail
    definition: Mail.
    owner: owner@bank.example
    expires_on: 2099-01-01
    type: email
    claims: [{field: web.users.mail}]
    required: {target: 1, floor: baseline}
"""
CUSTOMER, USER = "attribute:customer.email/required", "attribute:user.email/required"


def write_mails(folder: Path, name: str, present: int, of: int = 10) -> None:
    rows = [{"no": str(n), "mail": "a@b.co" if n < present else ""} for n in range(of)]
    write_csv(folder / "data" / f"{name}.csv", rows)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Customers and users of whom seven in ten have an e-mail address."""
    write_workspace(tmp_path, DEFINITIONS)
    (tmp_path / "data").mkdir()
    write_mails(tmp_path, "crm", 7)
    write_mails(tmp_path, "web", 7)
    return tmp_path


def command(name: str, workspace: Path, as_of: str = "2026-11-20", *more: str) -> int:
    return tekdogru([name, "-w", str(workspace), "--as-of", as_of, *more])


def verdicts(workspace: Path, *checks: str) -> Sequence[str]:
    """The verdicts of the newest run on the two shares."""
    record = RunStore(f"sqlite:///{workspace}/.tekdogru/state.db").latest(whole=False)
    assert record
    found = {result.check: result.verdict for result in record.results}
    return [found[check] for check in checks]


def entries(workspace: Path) -> dict[str, float]:
    text = (workspace / "catalog/baseline.yml").read_text(encoding="utf-8")
    return {one["check"]: one["share"] for one in yaml.safe_load(text)["baseline"]}


def test_after_a_baseline_the_gate_is_open_and_cannot_get_worse(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("check", workspace) == 1
    assert verdicts(workspace, CUSTOMER, USER) == ["fail", "fail"]
    capsys.readouterr()
    assert command("baseline", workspace) == 0
    assert capsys.readouterr().out == (
        "catalog/baseline.yml: 2 share(s) recorded\n"
        f"  70.00%  {CUSTOMER}\n  70.00%  {USER}\n"
    )  # fmt: skip
    assert entries(workspace) == {CUSTOMER: 0.7, USER: 0.7}
    assert tekdogru(["validate", "-w", str(workspace)]) == 0

    assert command("check", workspace) == 0
    assert verdicts(workspace, CUSTOMER, USER) == ["warn", "warn"]
    write_mails(workspace, "crm", 8)
    assert command("check", workspace) == 0
    assert verdicts(workspace, CUSTOMER, USER) == ["warn", "warn"]
    write_mails(workspace, "web", 6)
    assert command("check", workspace) == 1
    assert verdicts(workspace, CUSTOMER, USER) == ["warn", "fail"]


def test_a_baseline_says_what_it_lowers_raises_and_takes_out(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("baseline", workspace)
    write_mails(workspace, "crm", 6)
    write_mails(workspace, "web", 8)
    capsys.readouterr()
    command("baseline", workspace)
    assert capsys.readouterr().out == (
        "catalog/baseline.yml: 2 share(s) recorded\n"
        f"  60.00%  {CUSTOMER}  (lowered from 70.00%)\n"
        f"  80.00%  {USER}  (raised from 70.00%)\n"
        "1 floor(s) were lowered: what got worse passes from now on\n"
    )
    write_mails(workspace, "web", 10)
    command("baseline", workspace)
    assert capsys.readouterr().out == (
        "catalog/baseline.yml: 1 share(s) recorded\n"
        f"  60.00%  {CUSTOMER}  (as before)\n"
        f"  taken out, no floor is needed any more: {USER} (was 80.00%)\n"
    )
    write_mails(workspace, "web", 9)
    command("baseline", workspace)
    assert f"  90.00%  {USER}  (new)\n" in capsys.readouterr().out


def test_on_the_day_after_its_target_is_due_a_baseline_excuses_nothing(workspace: Path) -> None:
    command("baseline", workspace)
    command("check", workspace, "2026-11-30")
    assert verdicts(workspace, CUSTOMER, USER) == ["warn", "warn"]
    assert command("check", workspace, "2026-12-01") == 1
    assert verdicts(workspace, CUSTOMER, USER) == ["fail", "warn"]


def test_what_people_wrote_in_the_file_stays(workspace: Path) -> None:
    command("baseline", workspace)
    file = workspace / "catalog/baseline.yml"
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Recorded by `tekdogru baseline`")
    text = text.replace(
        f"- check: {CUSTOMER}\n",
        f"  # Agreed with the board, Şubat.\n- check: {CUSTOMER}   # by Elif\n",
    )
    file.write_text(f"# Ours since 2026.\n{text}# The end.\n", encoding="utf-8")
    write_mails(workspace, "crm", 8)
    assert command("baseline", workspace, "2026-11-21") == 0
    written = file.read_text(encoding="utf-8")
    for kept in (
        "# Ours since 2026.",
        "# Agreed with the board, Şubat.",
        "# by Elif",
        "# The end.",
    ):
        assert kept in written
    assert "recorded_on: 2026-11-21" in written
    assert entries(workspace) == {CUSTOMER: 0.8, USER: 0.7}


def test_the_entry_of_a_check_that_is_unknown_today_stays_as_it_was(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("baseline", workspace)
    (workspace / "data/web.csv").unlink()
    write_mails(workspace, "crm", 9)
    capsys.readouterr()
    assert command("baseline", workspace, "2026-11-21") == 0
    assert f"kept as it was, nothing is known of it today: {USER}" in capsys.readouterr().out
    assert entries(workspace) == {CUSTOMER: 0.9, USER: 0.7}
    assert "2026-11-20" in (workspace / "catalog/baseline.yml").read_text(encoding="utf-8")


def test_the_entry_of_a_check_that_meets_its_target_is_dropped(workspace: Path) -> None:
    command("baseline", workspace)
    write_mails(workspace, "crm", 10)
    assert command("baseline", workspace) == 0
    assert entries(workspace) == {USER: 0.7}
    write_mails(workspace, "web", 10)
    assert command("baseline", workspace) == 0
    assert entries(workspace) == {}
    assert command("check", workspace) == 0


def test_a_file_of_comments_only_is_filled(workspace: Path) -> None:
    file = workspace / "catalog/baseline.yml"
    file.write_text("# Nothing yet.\n", encoding="utf-8")
    assert command("baseline", workspace) == 0
    assert file.read_text(encoding="utf-8").startswith("# Nothing yet.\nbaseline:\n- check: ")
    assert entries(workspace).keys() == {CUSTOMER, USER}


def test_entries_in_another_file_are_not_written_twice(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = f"baseline:\n  - {{check: '{USER}', share: 0.5, recorded_on: 2026-01-01}}\n"
    (workspace / "catalog/old.yml").write_text(entry, encoding="utf-8")
    assert command("baseline", workspace) == 64
    assert (
        "baseline entries stand at catalog/old.yml:2; move them to catalog/baseline.yml"
        in capsys.readouterr().err
    )
    assert not (workspace / "catalog/baseline.yml").exists()
