"""What is loaded meanwhile is there when the block ends, and its absence is told where it matters."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from expectations.meanwhile import loaded_meanwhile


@pytest.fixture
def slow_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "slow_to_load.py").write_text("import time\ntime.sleep(0.3)\ndone = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "slow_to_load", raising=False)
    return "slow_to_load"


def test_the_block_runs_while_the_module_loads_and_ends_when_it_is_there(slow_module: str) -> None:
    with loaded_meanwhile(slow_module):
        assert not hasattr(sys.modules.get(slow_module), "done")
    assert sys.modules[slow_module].done


def test_what_is_not_wanted_is_not_loaded(slow_module: str) -> None:
    with loaded_meanwhile(slow_module, wanted=False):
        pass
    assert slow_module not in sys.modules


def test_a_module_that_is_missing_stops_nobody_who_does_not_need_it() -> None:
    with loaded_meanwhile("there_is_no_such_module"):
        pass


def test_an_error_of_the_block_is_raised_after_the_thread_has_ended(slow_module: str) -> None:
    with pytest.raises(ValueError, match="of the block"), loaded_meanwhile(slow_module):
        raise ValueError("of the block")
    assert all(slow_module not in thread.name for thread in threading.enumerate())
