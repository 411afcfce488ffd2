"""Who last changed a definition: the newest commit that wrote one of its own lines."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from catalog.loading.authorship import last_change
from catalog.loading.loader import load_catalog

TEAMS = """\
teams:
  - key: one
    name: One
    notes: >-
      Some
      words.
  - {key: two, name: Two}
"""


def git(folder: Path, *arguments: str, author: str = "Ayşe Öz", day: str = "2026-01-02") -> None:
    when = f"{day}T12:00:00+0000"
    settings = ["-c", f"user.name={author}", "-c", "user.email=a@b.example"]
    environment = {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    command = ["git", "-C", str(folder), *settings, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/a.yml").write_text(TEAMS, encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "Begin")
    return tmp_path


def said(folder: Path, urn: str) -> str:
    found = last_change(folder, urn, load_catalog(folder).catalog.places.find(urn))
    return str(found).partition(" (")[0]


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "catalog/a.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_change_of_one_definition_is_not_anothers(folder: Path) -> None:
    edit(folder, "words.", "other words.")
    git(folder, "commit", "-qam", "Say more", author="Can Su", day="2026-03-04")
    assert said(folder, "team:one") == "2026-03-04 by Can Su: Say more"
    assert said(folder, "team:two") == "2026-01-02 by Ayşe Öz: Begin"


def test_what_is_not_committed_is_said(folder: Path) -> None:
    edit(folder, "name: Two", "name: Second")
    assert said(folder, "team:two") == "changed in this checkout, not committed yet"
    assert said(folder, "team:one") == "2026-01-02 by Ayşe Öz: Begin"


def test_without_git_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog/a.yml").write_text(TEAMS, encoding="utf-8")
    assert said(tmp_path, "team:one") == "None"
    assert last_change(tmp_path, "team:one", None) is None
