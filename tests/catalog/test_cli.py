"""The command line as a shell sees it: exit codes, clean standard output, light starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest
from commands import PROGRAM, Command, run_here, run_process
from workspaces import write_workspace

DAY = "2026-11-20"
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
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: owner@bank.example
    expires_on: 2026-12-01
    type: email
    claims: [{field: crm.people.mail}]
    required: true
    severity: warning
"""
GOOD = "no,mail\n1,ayşe@b.co\n2,b@b.co\n"
GAPS = "no,mail\n1,ayşe@b.co\n2,\n"
REPEATED = "no,mail\n1,a@b.co\n1,a@b.co\n"


@pytest.fixture
def tekdogru(capfd: pytest.CaptureFixture[str]) -> Command:
    return run_here(capfd)


@pytest.fixture
def check(tekdogru: Command, workspace: Path) -> Command:
    """The check of the workspace on one day."""
    return partial(tekdogru, "check", "-w", workspace, "--as-of", DAY)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "w", DEFINITIONS, {"data/crm.csv": GOOD})


@pytest.mark.parametrize(
    ("data", "more", "status", "said"),
    [
        (GAPS, (), 0, "The gate is open: nothing at or above 'critical' failed."),
        (GAPS, ("--fail-on", "warning"), 1, "The gate is closed: something at or above 'warning' failed."),
        (REPEATED, (), 1, "The gate is closed: something at or above 'critical' failed."),
        (None, (), 3, "The gate is closed: nothing at or above 'critical' failed, but not all is known."),
    ],
)  # fmt: skip
def test_the_status_tells_whether_the_gate_is_open(
    workspace: Path, data: str | None, more: Sequence[str], status: int, said: str, check: Command
) -> None:
    if data is None:
        (workspace / "data/crm.csv").unlink()
    else:
        (workspace / "data/crm.csv").write_text(data, encoding="utf-8")
    ended = check(*more)
    assert (ended.status, ended.err) == (status, "")
    assert ended.out.rstrip().endswith(said)


@pytest.mark.parametrize(
    ("file", "written", "more", "status"),
    [
        ("data/crm.csv", GOOD, (), 0),
        ("data/crm.csv", REPEATED, (), 1),
        ("data/crm.csv", "", (), 3),
        ("catalog/definitions.yml", DEFINITIONS.replace("people.mail", "people.mial"), (), 4),
        ("data/crm.csv", GOOD, ("--slect", "x"), 64),
    ],
)
def test_the_process_of_a_check_ends_with_its_status(
    workspace: Path, file: str, written: str, more: Sequence[str], status: int
) -> None:
    (workspace / file).write_text(written, encoding="utf-8")
    assert run_process("check", "-w", workspace, "--as-of", DAY, *more).status == status


def test_an_invalid_catalog_ends_with_4_and_nothing_runs(
    workspace: Path, tekdogru: Command
) -> None:
    file = workspace / "catalog/definitions.yml"
    file.write_text(file.read_text().replace("people.mail", "people.mial"), encoding="utf-8")
    for command in ("check", "baseline", "compile"):
        ended = tekdogru(command, "-w", workspace)
        assert (ended.status, ended.out) == (4, "")
        assert ended.err.splitlines()[0].startswith("catalog/definitions.yml:20: error TD012: ")
        assert ended.err.splitlines()[-1] == "tekdogru: the catalog has 1 error(s); nothing ran"
    assert not (workspace / ".tekdogru").exists()
    ended = tekdogru("validate", "-w", workspace)
    assert (ended.status, ended.err) == (4, "")
    assert ended.out.splitlines()[-1] == "6 definitions: 1 error(s), 0 warning(s)"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "No such command 'chekc'. Did you mean 'check'?"),
        (["check", "--slect", "x"], "No such option: --slect"),
        (["check", "--as-of", "20.11.2026"], "Invalid value for '--as-of': Value error, '20.11.2026' does not match the formats '%Y-%m-%d'"),
        (["check", "--fail-on", "fatal"], "'fatal' is not one of 'critical', 'warning', 'info'"),
        (["runs", "--most", "0"], "Invalid value for '--most'"),
        (["check", "-w", "nowhere"], "nowhere has no tekdogru.toml; `tekdogru init nowhere` makes a workspace"),
        (["validate"], "has no tekdogru.toml; `tekdogru init .` makes a workspace"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_64_and_says_what_is_known(
    tmp_path: Path, arguments: list[str], said: str, tekdogru: Command
) -> None:
    ended = tekdogru(*arguments, cwd=tmp_path)
    assert (ended.status, ended.out) == (64, "")
    assert said in " ".join(ended.err.split())


def test_json_puts_the_document_alone_on_standard_output(workspace: Path, check: Command) -> None:
    (workspace / "data/crm.csv").write_text(GAPS, encoding="utf-8")
    ended = check("--format", "json")
    document = json.loads(ended.out)
    assert (ended.status, ended.err) == (0, "")
    assert (document["as_of"], document["verdict"], document["exit_code"]) == (
        "2026-11-20",
        "warn",
        0,
    )
    failed = {r["check"]: r for r in document["results"]}["attribute:customer.email/required"]
    assert (failed["verdict"], failed["rows_compared"], failed["violations"]) == ("fail", 2, 1)
    assert (failed["file"], failed["line"], failed["samples"]) == (
        "catalog/definitions.yml",
        21,
        ["2"],
    )


def test_standard_output_keeps_the_text_and_each_report_goes_to_its_file(
    workspace: Path, tekdogru: Command, check: Command
) -> None:
    out = workspace / "out"
    ended = check("-o", out / "r.json", "-o", f"junit={out}/tests", "-o", out / "r.sarif")
    assert ended.status == 0
    assert ended.out.rstrip().endswith("The gate is open: nothing at or above 'critical' failed.")
    assert ended.err == "".join(f"warn: report written to {out}/{name}\n" for name in
                                ("r.json", "tests", "r.sarif"))  # fmt: skip
    document = json.loads((out / "r.json").read_text(encoding="utf-8"))
    kept = json.loads(tekdogru("runs", "-w", workspace, "--format", "json").out)
    assert document["run"] == kept[0]["run"]
    assert sorted(path.name for path in out.iterdir()) == ["r.json", "r.sarif", "tests"]
    assert "<testsuites" in (out / "tests").read_text(encoding="utf-8")
    assert json.loads((out / "r.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_json_of_an_invalid_catalog_is_a_document_of_its_problems(
    workspace: Path, tekdogru: Command, check: Command
) -> None:
    file = workspace / "catalog/definitions.yml"
    file.write_text(file.read_text().replace("people.mail", "people.mial"), encoding="utf-8")
    found = check("--format", "json", "-o", workspace / "r.sarif")
    validated = tekdogru("validate", "-w", workspace, "--format", "json")
    assert (found.status, validated.status, validated.err) == (4, 4, "")
    assert json.loads(found.out) == json.loads(validated.out)
    (problem,) = json.loads(found.out)["problems"]
    assert (problem["code"], problem["line"]) == ("TD012", 20)
    assert found.err.splitlines()[-1] == "tekdogru: the catalog has 1 error(s); nothing ran"
    (run,) = json.loads((workspace / "r.sarif").read_text(encoding="utf-8"))["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["TD012"]


def test_a_dry_run_has_no_reports_for_ci(check: Command) -> None:
    ended = check("--dry-run", "--format", "junit")
    assert (ended.status, ended.out) == (64, "")
    assert "--dry-run is shown as text or json, not as junit; nothing was run" in ended.err


@pytest.mark.parametrize("language", ["en", "tr"])
def test_the_summary_speaks_the_language_asked_for(
    workspace: Path, language: str, check: Command
) -> None:
    (workspace / "data/crm.csv").write_text(GAPS, encoding="utf-8")
    told = check("--format", "markdown", "--language", language).out
    said = {"en": "1 of 2 customers have no value", "tr": "içinden 1 tanesinin değeri yok"}
    assert said[language] in told


def test_a_report_that_cannot_be_written_is_wrong_usage(workspace: Path, check: Command) -> None:
    (workspace / "file").write_text("in the way", encoding="utf-8")
    ended = check("-o", workspace / "file/report.txt")
    assert ended.status == 64
    assert "cannot be written: " in ended.err
    assert (workspace / "file").read_text() == "in the way"


def test_a_dry_run_reads_no_data_and_keeps_nothing(workspace: Path, check: Command) -> None:
    (workspace / "data/crm.csv").unlink()
    (workspace / "data").rmdir()
    ended = check("--dry-run", "--format", "json")
    planned = json.loads(ended.out)
    assert (ended.status, ended.err, planned["as_of"]) == (0, "", "2026-11-20")
    assert [one["check"] for one in planned["checks"]] == [
        "dataset:crm.people/id_present",
        "dataset:crm.people/id",
        "attribute:customer.email/type:crm.people.mail",
        "attribute:customer.email/required",
        "attribute:customer.email/expiry",
    ]
    assert not (workspace / ".tekdogru").exists()
    text = check("--dry-run", "--select", "attribute:*")
    assert text.out.rstrip().endswith("3 checks as of 2026-11-20; nothing was run")


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("attribute:customer.email", 3), ("attribute:*", 3), ("*/id*", 2), ("dataset:", 2), ("required", 1),
     ("attribute:customer.email/required", 1), ("*[rR]equired", 1)],
)  # fmt: skip
def test_select_takes_the_beginning_of_a_key_a_pattern_or_a_kind(
    pattern: str, count: int, check: Command
) -> None:
    ended = check("--dry-run", "--select", pattern, "--format", "json")
    assert len(json.loads(ended.out)["checks"]) == count


def test_a_selection_of_nothing_is_wrong_usage_and_names_the_nearest_keys(check: Command) -> None:
    ended = check("--select", "attribute:customer.emial/required")
    assert (ended.status, ended.out) == (64, "")
    assert ended.err == (
        "tekdogru: --select attribute:customer.emial/required matches none of 5 checks; did you mean "
        "'attribute:customer.email/required' or 'attribute:customer.email/expiry' or "
        "'attribute:customer.email/type:crm.people.mail'?\n"
    )  # fmt: skip


def test_an_empty_selection_is_wrong_usage_and_not_everything(check: Command) -> None:
    ended = check("--select", "")
    assert (ended.status, ended.out) == (64, "")
    assert "--select is empty" in ended.err


def test_select_may_be_repeated_and_takes_bare_keys(check: Command) -> None:
    def selected(*patterns: str) -> list[str]:
        options = [part for pattern in patterns for part in ("--select", pattern)]
        ended = check("--dry-run", "--format", "json", *options)
        return [one["check"].partition("/")[2] for one in json.loads(ended.out)["checks"]]

    assert selected("customer.email") == ["type:crm.people.mail", "required", "expiry"]
    assert selected("customer.email/required", "crm.people/id") == ["id", "required"]
    assert selected("customer.email/expiry", "expiry", "attribute:*/expiry") == ["expiry"]
    assert selected("customer.*/required") == ["required"]
    ended = check("--select", "expiry", "--select", "exipry")
    assert ended.status == 64
    assert "--select exipry matches none of 5 checks" in ended.err


def test_as_of_is_the_day_that_is_judged(workspace: Path, tekdogru: Command) -> None:
    select = ("--select", "expiry", "--fail-on", "info")
    assert tekdogru("check", "-w", workspace, "--as-of", "2026-10-01", *select).status == 0
    late = tekdogru("check", "-w", workspace, "--as-of", "2026-12-02", *select)
    assert late.status == 1
    assert "its review was due on 2026-12-01" in late.out


def test_runs_lists_what_was_kept_newest_first(
    workspace: Path, tekdogru: Command, check: Command
) -> None:
    empty = tekdogru("runs", "-w", workspace)
    assert (empty.status, empty.out) == (
        0,
        "no run is kept yet; `tekdogru check` makes the first\n",
    )
    check("--select", "expiry")
    (workspace / "data/crm.csv").unlink()
    check()
    first, second = tekdogru("runs", "-w", workspace).out.splitlines()
    assert "as of 2026-11-20  unknown " in first
    assert first.endswith("4 unknown, 1 warn")
    assert second.endswith("1 warn  only expiry")
    listed = json.loads(tekdogru("runs", "-w", workspace, "--format", "json", "--most", "1").out)
    assert [(one["verdict"], one["exit_code"], one["counts"]) for one in listed] == [
        ("unknown", 3, {"unknown": 4, "warn": 1})
    ]


def test_a_history_that_cannot_be_used_is_told_before_anything_runs(
    workspace: Path, check: Command
) -> None:
    (workspace / ".tekdogru").mkdir()
    (workspace / ".tekdogru/state.db").write_text("not a database " * 99)
    ended = check()
    assert (ended.status, ended.out) == (3, "")
    assert "state.db cannot be used: file is not a database" in ended.err


def test_the_starter_that_init_makes_is_valid_and_green(tmp_path: Path, tekdogru: Command) -> None:
    made = tekdogru("init", "mine", cwd=tmp_path)
    assert (made.status, made.out) == (
        0,
        "mine: workspace made; next: tekdogru check --workspace mine\n",
    )
    assert (
        tekdogru("validate", "-w", "mine", cwd=tmp_path).out
        == "14 definitions: 0 error(s), 0 warning(s)\n"
    )
    ended = tekdogru("check", "-w", "mine", cwd=tmp_path)
    assert (ended.status, ended.err) == (0, "")
    assert "0 fail, 0 error, 0 unknown, 0 warn, " in ended.out


@pytest.mark.parametrize("more", [(), ("--sample", "bank", "--customers", "100")])
def test_init_refuses_a_folder_with_anything_in_it_and_writes_nothing(
    tmp_path: Path, more: Sequence[str], tekdogru: Command
) -> None:
    (tmp_path / ".hidden").write_text("mine", encoding="utf-8")
    ended = tekdogru("init", tmp_path, *more)
    assert ended.status == 64
    assert "is not empty, and nothing in it was touched" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_customers_are_of_the_sample_bank_alone(tmp_path: Path, tekdogru: Command) -> None:
    ended = tekdogru("init", tmp_path / "mine", "--customers", 500)
    assert (ended.status, ended.out) == (64, "")
    assert ended.err == "tekdogru: --customers is of the sample bank only; add --sample bank\n"
    assert not (tmp_path / "mine").exists()


# manners


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "{no}/w"),
        ("check", "-o", "{no}/report.txt"),
        ("compile", "-o", "{no}/suites"),
        ("site", "build", "-o", "{no}/site"),
        ("check", "-o", "text=/dev/full"),
        ("check", "-o", "text={folder}"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_written_is_a_message_and_no_fault(
    workspace: Path, arguments: Sequence[str], tekdogru: Command
) -> None:
    """Not even an administrator may write below /sys."""
    named = [one.format(no="/sys/tekdogru", folder=workspace / "data") for one in arguments]
    more = () if arguments[0] == "init" else ("-w", workspace)
    ended = tekdogru(*named, *more)
    assert ended.status == 64
    path = named[-1].removeprefix("text=")
    assert "tekdogru: " in ended.err
    assert path in ended.err or "/sys/tekdogru" in ended.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_at_standard_output_is_not_success(workspace: Path, unbuffered: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAM, "validate", "-w", workspace],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
    assert done.returncode == 64
    assert done.stderr == "tekdogru: no space left on device; make room, or name another place\n"


@pytest.mark.parametrize("command", [("schema",), ("--help",)])
def test_nobody_reading_on_ends_quietly_with_141(command: Sequence[str]) -> None:
    with subprocess.Popen(
        [PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
        assert (running.wait(60), said) == (141, "")


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that is checked again and again, so that only the first run reads its data."""
    return write_workspace(tmp_path_factory.mktemp("gaps"), DEFINITIONS, {"data/crm.csv": GAPS})


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp437"])
def test_a_terminal_without_our_letters_shows_their_codes(gaps: Path, encoding: str) -> None:
    done = subprocess.run(
        [PROGRAM, "check", "-w", gaps, "--as-of", DAY],
        capture_output=True, check=False, timeout=120,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert "\\u2717 FAIL [warning]" in done.stdout.decode(encoding)


def test_commands_that_only_read_make_no_history(workspace: Path, tekdogru: Command) -> None:
    for command in (
        ("runs",),
        ("validate",),
        ("lineage", "customer.email"),
        ("impact", "customer.email"),
        ("site", "build"),
    ):
        assert tekdogru(*command, "-w", workspace).status == 0
    assert not (workspace / ".tekdogru").exists()


def test_an_environment_variable_that_is_no_setting_is_warned_of(
    workspace: Path, tekdogru: Command
) -> None:
    wrong = {"TEKDOGRU_LANGAUGE": "tr", "TEKDOGRU_ENGIN__THREADS": "1"}
    ended = tekdogru("validate", "-w", workspace, **wrong)
    assert ended.status == 0
    said = "tekdogru: warning: the environment variable {} is no setting and changes nothing; did "
    engine, language = ended.err.splitlines()
    assert engine.startswith(said.format("TEKDOGRU_ENGIN__THREADS"))
    assert "you mean 'TEKDOGRU_ENGINE__THREADS'" in engine
    assert language.startswith(said.format("TEKDOGRU_LANGAUGE"))
    assert "you mean 'TEKDOGRU_LANGUAGE'" in language
    quiet = tekdogru(
        "validate", "-w", workspace, TEKDOGRU_LANGUAGE="tr", TEKDOGRU_ENGINE__THREADS="1"
    )
    assert (quiet.status, quiet.err) == (0, "")


HEAVY = (
    "great_expectations",
    "pandas",
    "duckdb",
    "pyarrow",
    "networkx",
    "mkdocs",
    "openpyxl",
    "sqlmodel",
    "fastapi",
)


def loaded_by(*arguments: object) -> tuple[int, set[str]]:
    """The status of a command and the packages its process had loaded at its end."""
    program = (
        "import sys, catalog.cli\n"
        f"status = catalog.cli.run({[str(one) for one in arguments]!r})\n"
        "print('\\n' + str(status), *{name.partition('.')[0] for name in sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        timeout=60,
        check=True,
        encoding="utf-8",
    )
    status, *names = done.stdout.splitlines()[-1].split()
    return int(status), set(names)


def many_definitions(sql: bool) -> str:
    """A hundred attributes with their fields, and with SQL a condition and a measure for each."""
    fields = "\n".join(f"          - {{key: f{n}, type: text}}" for n in range(100))
    said = [
        f"""
sources:
  - key: crm
    name: CRM
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        fields:
          - {{key: no, type: code}}
{fields}
attributes:"""
    ]
    for n in range(100):
        rule = (
            f"""
    claims: [{{field: crm.people.f{n}, when: "f{n} <> 'x'"}}]
    rules: [{{key: r, sql: "length(value) < {n + 9}"}}]"""
            if sql
            else f"""
    claims: [{{field: crm.people.f{n}}}]"""
        )
        said.append(f"""
  - key: customer.a{n}
    name: A {n}
    definition: It.
    owner: owner@bank.example
    expires_on: 2099-01-01{rule}""")
    if sql:
        said.append("\nmeasures:")
        said += [
            f"""
  - {{key: m{n}, name: M, definition: It., owner: owner@bank.example, expires_on: 2099-01-01,
     calculation: SELECT count(*) AS value FROM customer WHERE a{n} IS NOT NULL}}"""
            for n in range(100)
        ]
    return "".join(said)  # fmt: skip


def test_help_loads_nothing_heavy() -> None:
    for arguments in (["--help"], ["check", "--help"], ["site", "--help"]):
        status, names = loaded_by(*arguments)
        assert status == 0
        assert names.isdisjoint({*HEAVY, "sqlglot", "yaml", "rich"})


@pytest.mark.parametrize("sql", [False, True], ids=["without_sql", "with_sql"])
def test_validating_a_hundred_definitions_loads_nothing_heavy(tmp_path: Path, sql: bool) -> None:
    write_workspace(tmp_path, many_definitions(sql))
    status, names = loaded_by("validate", "-w", tmp_path)
    assert status == 0
    assert names.isdisjoint(HEAVY)


def test_each_command_says_in_its_help_what_it_is_for(tekdogru: Command) -> None:
    listed: Mapping[str, str] = dict(
        line.split(maxsplit=1)
        for line in tekdogru("--help").out.split("Commands:\n")[1].splitlines()
    )
    assert listed.keys() >= {
        "init",
        "validate",
        "schema",
        "check",
        "compile",
        "baseline",
        "runs",
        "lineage",
        "impact",
        "site",
    }
    assert tekdogru("--version").out.startswith("tekdogru ")


@pytest.mark.parametrize("command", [[], ["validate"]])
def test_a_fault_of_ours_ends_with_a_status_that_no_check_has(command: list[str]) -> None:
    """Before a command is found, and in the middle of one."""
    where = "catalog.workspace.open_workspace" if command else "cli.build_app"
    code = (
        "import catalog.cli as cli, catalog.workspace\n"
        "def fault(*_): raise RuntimeError('ours')\n"
        f"{where} = fault\n"
        f"cli.main({command})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "RuntimeError: ours" in done.stderr
