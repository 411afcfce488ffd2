"""The recipes of the documentation, taken from its page and run for real on the sample bank."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xmlschema
import yaml
from jsonschema import validators

from catalog.sample.bank import create_bank, create_starter

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "site/pages/recipes.md").read_text("utf-8")
PROGRAMS = Path(sys.executable).parent
JENKINS = xmlschema.XMLSchema(HERE / "schemas/junit-10.xsd")
SARIF = json.loads((HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
pytestmark = pytest.mark.long


def snippet(named: str) -> str:
    """The block of the page whose first comment names that file."""
    blocks = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if re.search(rf"^(?:#|//) {re.escape(named)}\b", block, re.MULTILINE)]  # fmt: skip
    return str(found)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bank in a git repository; its gate is closed."""
    folder = tmp_path_factory.mktemp("recipes") / "bank"
    create_bank(folder, customers=200, as_of=open_today())
    return repository(folder)


def open_today() -> Any:
    """The day on which the commands will run."""
    from catalog.clock import Clock

    return Clock().today()


def repository(folder: Path) -> Path:
    """The folder as a repository with everything in it committed."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A workspace")
    return folder


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@bank.example")
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def run(script: str, folder: Path, shell: str = "bash", **environment: str) -> int:
    """Run a script as a CI service does: installed programs on the path, stop at a failure.

    Installing is real too, and finds everything installed; no index is asked.
    """
    shutil.rmtree(folder / "build", ignore_errors=True)
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-e", "-c", script], cwd=folder, check=False, capture_output=True, text=True,
        env={**os.environ, "PATH": path, "PIP_NO_INDEX": "1", **environment}, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "command not found" not in done.stderr, done.stderr
    assert done.returncode != 64, done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def changed_branch(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose branch differs from the main one in one description.

    It is judged again and again, so that only the first run reads the data.
    """
    folder = tmp_path_factory.mktemp("changed") / "branch"
    git(bank.parent, "clone", "--quiet", str(bank), str(folder))
    git(folder, "checkout", "--quiet", "-b", "change")
    file = folder / "catalog/customer.yml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("name: Date of birth", "name: Birthday", 1), encoding="utf-8")
    git(folder, "commit", "--quiet", "--all", "--message", "Call it by its name")
    shutil.copytree(bank / "data", folder / "data", dirs_exist_ok=True)
    return folder


def assert_reports(folder: Path, *names: str) -> None:
    """The reports are there, each of its form, and nothing else is."""
    reports = folder / "build/reports"
    assert {file.name for file in reports.iterdir()} == set(names)
    for name in names:
        text = (reports / name).read_text("utf-8")
        if name.endswith(".xml"):
            JENKINS.validate(text)
        elif name.endswith(".sarif"):
            validators.validator_for(SARIF)(SARIF).validate(json.loads(text))
        elif name.startswith("gl-"):
            assert all(one["fingerprint"] for one in json.loads(text))
        elif name.endswith(".md"):
            assert text.startswith("## ❌ Tekdoğru: The gate is closed")
        else:
            assert "The gate is closed" in text


def test_the_shell_script_ends_with_the_gates_status(bank: Path, tmp_path: Path) -> None:
    script = snippet("check-catalog.sh")
    (bank / "check-catalog.sh").write_text(script, encoding="utf-8")
    names = ("check.txt", "junit.xml", "tekdogru.sarif", "summary.md")
    assert run("sh ./check-catalog.sh", bank, "sh") == 1
    assert_reports(bank, *names)

    green = tmp_path / "green"
    create_starter(green, as_of=open_today())
    (green / "check-catalog.sh").write_text(script, encoding="utf-8")
    assert run("sh ./check-catalog.sh", green, "sh") == 0
    shutil.rmtree(green / "data")
    assert run("sh ./check-catalog.sh", green, "sh") == 3
    for file in (green / "catalog").glob("*.yml"):
        file.write_text(file.read_text("utf-8").replace("owner:", "ownr:"), encoding="utf-8")
    assert run("sh ./check-catalog.sh", green, "sh") == 4
    assert {file.name for file in (green / "build/reports").iterdir()} == set(names)


def schema_errors(kind: str, text: str, folder: Path) -> str:
    """What check-jsonschema says of a file, by the schema that it brings along."""
    file = folder / f"{kind}.yml"
    file.write_text(text, encoding="utf-8")
    command = [PROGRAMS / "check-jsonschema", "--builtin-schema", f"vendor.{kind}", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_github_workflow_is_valid_and_its_steps_run(bank: Path, tmp_path: Path) -> None:
    text = snippet(".github/workflows/tekdogru.yml")
    assert schema_errors("github-workflows", text, tmp_path) == ""
    steps = yaml.safe_load(text)["jobs"]["check"]["steps"]
    statuses = {}
    summary = tmp_path / "summary.md"
    summary.touch()
    for step in steps:
        if "run" in step:
            statuses[step["name"]] = run(step["run"], bank, GITHUB_STEP_SUMMARY=str(summary))
    assert statuses == {"Install": 0, "Check": 1}
    assert_reports(bank, "junit.xml", "tekdogru.sarif")
    assert summary.read_text("utf-8").startswith("## ❌ Tekdoğru: The gate is closed")
    uploaded = [step["with"] for step in steps if "upload" in step.get("uses", "")]
    assert {one.get("sarif_file") or one["path"] for one in uploaded} == {
        "build/reports/tekdogru.sarif",
        "build/reports",
    }


def test_the_history_named_in_the_environment_is_kept_there(bank: Path, tmp_path: Path) -> None:
    steps = yaml.safe_load(snippet(".github/workflows/tekdogru.yml"))["jobs"]["check"]
    (variable,) = steps["env"]
    (step,) = [step for step in steps["steps"] if step.get("name") == "Check"]
    environment = {variable: f"sqlite:///{tmp_path}/shared.db", "GITHUB_STEP_SUMMARY": os.devnull}
    assert run(step["run"], bank, **environment) == 1
    assert (tmp_path / "shared.db").stat().st_size > 10_000
    # A secret that is not set arrives as an empty text.
    assert run("tekdogru runs", bank, **{variable: ""}) == 0


def test_the_gitlab_job_is_valid_and_its_script_runs(bank: Path, tmp_path: Path) -> None:
    text = snippet(".gitlab-ci.yml")
    assert schema_errors("gitlab-ci", text, tmp_path) == ""
    job = yaml.safe_load(text)["tekdogru"]
    assert run("\n".join(job["script"]), bank) == 1
    assert_reports(bank, "junit.xml", "gl-code-quality-report.json", "summary.md")
    for file in job["artifacts"]["reports"].values():
        assert (bank / file).is_file()


@pytest.mark.parametrize(
    ("named", "variable", "base"),
    [
        (".github/workflows/tekdogru.yml", "BASE", "main"),
        (".gitlab-ci.yml", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "origin/main"),
        ("Jenkinsfile", "CHANGE_TARGET", "main"),
    ],
)
def test_a_merge_is_judged_by_what_it_touches(
    changed_branch: Path, tmp_path: Path, named: str, variable: str, base: str
) -> None:
    text = snippet(named)
    (command,) = re.findall(
        r"(tekdogru check\b.*?)(?=\n\s*- |\n\s*artifacts:|\s*''')", text, re.DOTALL
    )
    one_line = " ".join(command.replace("\\\n", " ").split())
    assert "--changed-since" in one_line
    environment = {variable: base, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    assert run(one_line, changed_branch, **environment) in (0, 1)
    told = (changed_branch / "build/reports/junit.xml").read_text("utf-8")
    touched = set(re.findall(r'classname="([^"]+)"', told))
    assert touched == {"attribute.customer.birth_date"}


def test_the_jenkinsfile_is_whole_and_its_shell_steps_run(bank: Path) -> None:
    text = snippet("Jenkinsfile")
    assert text.count("{") == text.count("}")
    assert text.count("'''") == 2
    (install,) = re.findall(r"\bsh '([^']+)'", text)
    (check,) = re.findall(r"script: '''(.*?)'''", text, re.DOTALL)
    assert run(install, bank) == 0
    joined = check.replace("\\\n", "")  # as Groovy reads a backslash before the end of a line
    assert run(joined, bank) == 1
    assert_reports(bank, "junit.xml", "tekdogru.sarif", "summary.md")
    (kept,) = re.findall(r"junit testResults: '([^']+)'", text)
    assert (bank / kept).is_file()


def pre_commit(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    environment: Mapping[str, str] = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(home)}
    command = [PROGRAMS / "pre-commit", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def break_a_definition(folder: Path) -> None:
    (file,) = [f for f in (folder / "catalog").glob("*.yml") if "attributes:" in f.read_text("utf-8")]  # fmt: skip
    file.write_text(file.read_text("utf-8").replace("owner:", "ownr:", 1), encoding="utf-8")
    git(folder, "add", "--all")


def test_the_pre_commit_hook_lets_sound_definitions_pass_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    create_starter(folder, as_of=open_today())
    text = snippet(".pre-commit-config.yaml")
    (folder / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    repository(folder)
    home = tmp_path / "home"
    sound = pre_commit(folder, home, "run", "--all-files")
    assert (sound.returncode, "Passed" in sound.stdout) == (0, True), sound.stdout
    break_a_definition(folder)
    broken = pre_commit(folder, home, "run")
    assert broken.returncode == 1
    assert "error TD003: " in broken.stdout
    assert "did you mean 'owner'?" in broken.stdout


def test_this_repository_offers_the_hook_to_others(tmp_path: Path) -> None:
    """Installed beside the repository, because nothing is downloaded in a test."""
    home, offered, folder = tmp_path / "home", tmp_path / "offered", tmp_path / "w"
    offered.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", offered)
    assert pre_commit(offered, home, "validate-manifest", ".pre-commit-hooks.yaml").returncode == 0
    revision = git(repository(offered), "rev-parse", "HEAD").strip()
    create_starter(folder / "in" / "a folder", as_of=open_today())
    hook = {
        "id": "tekdogru-validate",
        "language": "system",
        "args": ["--workspace", "in/a folder"],
    }
    config = {"repos": [{"repo": str(offered), "rev": revision, "hooks": [hook]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    repository(folder)
    sound = pre_commit(folder, home, "run", "--all-files")
    assert (sound.returncode, "Passed" in sound.stdout) == (0, True), sound.stdout + sound.stderr
    break_a_definition(folder / "in" / "a folder")
    assert pre_commit(folder, home, "run").returncode == 1


def test_the_page_names_every_format_and_every_ending() -> None:
    from expectations.reports.formats import SUFFIXES, ReportFormat

    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", PAGE, re.MULTILINE))
    assert set(rows) == set(ReportFormat)
    named = {ending: name for name, said in rows.items() for ending in re.findall(r"`(\..+?)`", said)}  # fmt: skip
    assert named == {ending: str(form) for ending, form in SUFFIXES.items()}
