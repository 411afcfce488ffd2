"""Rules about the repository itself: what it holds, what it ships, what its documents mention."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from catalog import errors
from catalog.cli import build_app
from catalog.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("catalog", "lineage", "expectations")
TOP = {
    *ROOMS,
    *("site", "tests", ".ci"),
    *("pyproject.toml", "uv.lock", "mkdocs.yml", "Makefile"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"),
    *(".gitignore", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml"),
}
EMPTY_NAMES = {"utils", "helpers", "manager", "core", "base"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def files() -> list[str]:
    """Every file that is in the repository or about to be."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def run(
    *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A finished process, whatever its status."""
    return subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True)


def git(*arguments: str) -> str:
    done = run("git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for name in files():
        path = Path(name)
        if path.suffix == ".py" and path.parts[0] in ROOMS:
            yield path, ast.parse(text_of(name))


# what is there


def test_the_top_level_holds_what_the_plan_names_and_nothing_else() -> None:
    assert {name.partition("/")[0] for name in files()} == TOP


def test_nothing_in_the_repository_is_ignored_by_git() -> None:
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == ""


def test_git_does_not_ignore_the_folder_site() -> None:
    assert run("git", "check-ignore", "-q", "site/pages/new.md").returncode == 1


def test_site_and_tests_are_not_packages() -> None:
    """`site` is a module of the standard library, and pytest imports tests by path."""
    assert [n for n in files() if re.match(r"(site|tests)/(.*/)?__init__\.py$", n)] == []


def test_mkdocs_writes_to_build_and_never_into_site() -> None:
    """MkDocs empties the folder it writes to."""
    assert re.search(r"^site_dir: build/site$", text_of("mkdocs.yml"), re.MULTILINE)


def test_make_puts_the_bank_where_mkdocs_looks_for_it() -> None:
    made = re.search(r"^BANK := (\S+)$", text_of("Makefile"), re.MULTILINE)
    shown = re.search(r"^ +workspace: (\S+)$", text_of("mkdocs.yml"), re.MULTILINE)
    assert made
    assert shown
    assert made[1] == shown[1]


def test_the_licence_is_complete() -> None:
    licence = text_of("LICENSE")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


# the code


def test_every_module_begins_by_saying_what_it_is_for() -> None:
    assert [str(path) for path, tree in modules() if not ast.get_docstring(tree)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        str(path) for path, _ in modules() if EMPTY_NAMES & set(path.with_suffix("").parts)
    ] == []


def test_only_settings_and_the_guarded_child_read_the_environment() -> None:
    """The child is started with a cleaned environment, so its starter has to see ours."""
    reading = {
        path.as_posix()
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert reading == {"catalog/settings.py", "expectations/engine/child.py"}


def test_no_module_catches_every_exception() -> None:
    catching = [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert catching == []


def test_the_rooms_import_each_other_one_way_only() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = run(lint, "--no-logo", "--no-cache")
    assert done.returncode == 0, done.stdout


# the documents


def commands() -> dict[str, Any]:
    """Every command by what one types, those of groups included."""

    def below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield name, command
        for key, part in getattr(command, "commands", {}).items():
            yield from below(f"{name} {key}", part)

    return dict(below("tekdogru", get_command(build_app())))


def section(heading: str) -> str:
    """The README's section of that name."""
    return re.split(
        r"^## ", text_of("README.md").partition(f"\n## {heading}\n")[2], flags=re.MULTILINE
    )[0]


def test_the_readme_names_every_command_with_every_option() -> None:
    listed = section("Commands")
    rows = dict(
        re.findall(r"^\| `(tekdogru [a-z ]+?)(?: [A-Z\[].*?)?` \|(.*)$", listed, re.MULTILINE)
    )
    common = set(re.findall(r"--[a-z-]+", re.sub(r"^\|.*$", "", listed, flags=re.MULTILINE)))
    for name, command in commands().items():
        options = {o for p in command.params if p.param_type_name == "option" for o in p.opts}
        named = set(re.findall(r"--[a-z-]+", rows.get(name, ""))) | common | {"--help"}
        assert name in rows, f"{name} is not in the README"
        missing = {option for option in options if option.startswith("--")} - named
        assert not missing, f"{name}: the README does not mention {sorted(missing)}"


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    named = re.findall(
        r"^\| `(tekdogru [a-z ]+?)(?: [A-Z\[].*?)?` \|", section("Commands"), re.MULTILINE
    )
    assert sorted(set(named) - set(commands())) == []


def test_the_readme_names_every_exit_status() -> None:
    stated = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert {
        int(n) for n in re.findall(r"^\| (\d+) \|", section("Exit statuses"), re.MULTILINE)
    } == stated


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys_of(inner, f"{name}.")
        else:
            yield f"{prefix}{name}"


def test_the_readme_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^\| `([a-z_.]+)` \|", section("Settings"), re.MULTILINE)
    assert sorted(named) == sorted(keys_of(Settings))


def test_contributing_names_only_files_that_exist() -> None:
    """Paths in backquotes; what is to be made new has a `<name>` in it."""
    named = re.findall(
        r"`((?:catalog|lineage|expectations|site|tests)/[\w./-]*)`", text_of("CONTRIBUTING.md")
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_changelog_speaks_of_the_present_version() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] in (version, "Unreleased")


# the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from the repository's files alone."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    done = run(uv, "build", "--wheel", "--quiet", "--out-dir", folder)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.mark.long
def test_the_wheel_holds_the_three_rooms_the_site_parts_and_nothing_else(
    wheel: zipfile.ZipFile,
) -> None:
    rooms = {name for name in files() if name.partition("/")[0] in ROOMS}
    site = {f"lineage/_site/{name[5:]}" for name in files() if name.startswith("site/")}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == rooms | site
    assert "catalog/sample/starter/.gitignore" in packed


@pytest.mark.long
def test_the_wheel_alone_makes_a_workspace_and_builds_its_site(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    """Unpacked outside the checkout and first on the path: nothing of the checkout is used."""
    installed, workspace = tmp_path / "installed", tmp_path / "workspace"
    wheel.extractall(installed)
    code = "import sys, catalog.cli; print(catalog.cli.__file__); catalog.cli.main(sys.argv[1:])"
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def tekdogru(*arguments: str) -> str:
        done = run(sys.executable, "-c", code, *arguments, cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(installed) in tekdogru("init", str(workspace))
    tekdogru("site", "build", "--workspace", str(workspace))
    page = (workspace / "build" / "site" / "index.html").read_text("utf-8")
    assert "tekdogru/catalog.css" in page
