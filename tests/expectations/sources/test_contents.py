"""Files are known again by what the system says of them, and told apart by what they hold."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from catalog.results import Fingerprint
from expectations.sources import contents
from expectations.sources.contents import TICK_NS, fingerprint_of


def settle(folder: Path) -> None:
    """Wait until a change of what is in the folder would show in its times."""
    newest = max(one.stat().st_ctime_ns for one in folder.rglob("*"))
    time.sleep(max(0, (newest + TICK_NS - time.time_ns()) / 1e9) + 0.01)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("no,name\n1,Işık\n")
    return path


def of(*files: Path, last: Fingerprint | None = None) -> Fingerprint:
    found = fingerprint_of(files, files[0].parent, last)
    assert found is not None
    return found


def test_equal_content_is_equal_whatever_the_times(file: Path) -> None:
    before = of(file)
    os.utime(file, (1, 1))
    assert of(file).content == before.content


def test_one_letter_makes_another(file: Path) -> None:
    before = of(file)
    file.write_text("no,name\n1,Isik\n")
    assert of(file).content != before.content


def test_a_file_changed_just_now_has_no_signs_to_be_known_by(file: Path) -> None:
    """It may change again within one tick of the clock, to the same size."""
    assert of(file).seen is None


def test_a_settled_file_is_known_without_being_read(file: Path) -> None:
    settle(file.parent)
    before = of(file)
    assert before.seen
    known = Fingerprint(content="what was read then", seen=before.seen)
    assert of(file, last=known) is known


def test_a_time_that_a_program_sets_back_does_not_hide_a_change(file: Path) -> None:
    settle(file.parent)
    before, times = of(file), file.stat()
    file.write_text("no,name\n1,Işğk\n")
    assert file.stat().st_size == times.st_size
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    settle(file.parent)
    after = of(file, last=before)
    assert after.seen != before.seen
    assert after.content != before.content


def test_files_of_a_folder_count_with_their_names_and_their_ends(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("12")
    second.write_text("3")
    before = of(first, second)
    first.write_text("1")
    second.write_text("23")
    assert of(first, second).content != before.content
    first.write_text("12")
    second.write_text("3")
    assert of(first, second).content == before.content
    second.rename(tmp_path / "c")
    assert of(first, tmp_path / "c").content != before.content


def test_a_very_large_file_is_told_by_its_signs_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "LARGEST_READ", 4)
    assert fingerprint_of([file], file.parent, None) is None
    settle(file.parent)
    before = of(file)
    assert before.content == f"seen:{before.seen}"
    assert of(file, last=before) == before
    os.utime(file)
    settle(file.parent)
    assert of(file).content != before.content


def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fingerprint_of([tmp_path / "gone"], tmp_path, None)
