"""One entry leaves its file, and not a byte of anything else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.loading.rewriting import append, remove
from catalog.loading.splicing import NotRewritable

TEXT = """\
# What was decided.
consolidations:
  # the first
  - key: one
    cells: [a/n, b/n]   # both
    reason: |
      Two
      lines.

  - key: two
    report: c
teams:
  - {key: retail, name: Retail}
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "decisions.yml"
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_entry_is_taken_out_and_the_rest_stays(tmp_path: Path, end: str) -> None:
    file = written(tmp_path, TEXT.replace("\n", end))
    remove(file, "consolidations", "two")
    kept = TEXT.replace("  - key: two\n    report: c\n", "")
    assert file.read_bytes().decode() == kept.replace("\n", end)
    remove(file, "consolidations", "one")
    text = file.read_bytes().decode()
    assert "consolidations:" not in text
    assert text.endswith(f"teams:{end}  - {{key: retail, name: Retail}}{end}")


def test_what_was_added_and_taken_out_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT)
    append(file, "consolidations", {"key": "three", "reason": "a: b # c"})
    remove(file, "consolidations", "three")
    assert file.read_text("utf-8") == TEXT


def test_what_cannot_be_taken_out_safely_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "consolidations: [{key: one}]\n")
    with pytest.raises(NotRewritable, match="by hand"):
        remove(file, "consolidations", "one")
    with pytest.raises(NotRewritable, match="'two' does not stand"):
        remove(file, "consolidations", "two")
    shared = written(tmp_path, "consolidations:\n  - &a {key: one}\nteams:\n  - *a\n")
    with pytest.raises(NotRewritable):
        remove(shared, "consolidations", "one")
    assert shared.read_text("utf-8").startswith("consolidations:\n  - &a")
