"""Loads a slow module on another thread while this one waits for somebody else's work."""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def loaded_meanwhile(module: str, *, wanted: bool = True) -> Iterator[None]:
    """Import a module, if `wanted`, while the block runs; it is there when the block has ended.

    That it cannot be imported is not said here: whoever needs it imports it and is told.
    """
    if not wanted:
        yield
        return
    thread = threading.Thread(target=_load, args=(module,), name=f"load {module}")
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _load(module: str) -> None:
    with contextlib.suppress(ImportError):
        importlib.import_module(module)
