"""Workspaces into which tests import, and what an import says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.cli import run
from catalog.validation.opening import examine
from catalog.validation.problems import Problem
from catalog.workspace import open_workspace

Import = Callable[..., dict[str, Any]]


def empty_workspace(folder: Path) -> Path:
    """A workspace without a single definition."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tekdogru.toml").write_text("")
    return folder


def imports(capsys: pytest.CaptureFixture[str], workspace: Path, status: int = 0) -> Import:
    """A function that imports (`dbt`, file, options…) and gives the document it prints."""

    def call(*arguments: object, expected: int = status) -> dict[str, Any]:
        words = ["import", *map(str, arguments), "--workspace", str(workspace), "--format", "json"]
        found = run(words)
        said = capsys.readouterr()
        assert found == expected, said.err
        document: dict[str, Any] = json.loads(said.out)
        return document

    return call


def drafts(workspace: Path) -> dict[str, bytes]:
    """Every file below the catalog by its name."""
    folder = workspace / "catalog"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def problems(workspace: Path) -> list[Problem]:
    """What is wrong with a workspace."""
    return examine(open_workspace(workspace))[1]
