"""The bench of matching runs, does the same work twice, and says what it took."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).with_name("identity.py")


@pytest.mark.long
def test_match_finds_as_many_people_as_plain_splink(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCH), "--rows", "600", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "600 people" in done.stdout
    assert "ratio" in done.stdout
    assert "leaked" not in done.stderr, "what is loaded complains of how the command ends"
