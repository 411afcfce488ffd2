"""Temporary folders that are taken away in any case: at the end, else by the next who needs one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Seconds in which a new folder, whose name begins with a dot, is locked and renamed at the latest.
BEING_MADE = 60.0


@contextmanager
def scratch_folder(purpose: str, parent: Path | None = None) -> Iterator[Path]:
    """A folder of one's own below `parent` (default: the system's folder for temporary files).

    It is locked while it is used. A process that was killed cannot tidy up; so whoever begins
    takes away the folders of the same purpose and person that nobody holds any more.
    """
    prefix, where = f"tekdogru-{purpose}-", Path(parent or tempfile.gettempdir())
    sweep(where, prefix)
    made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=where))
    lock = _hold(made)
    folder = made.rename(where / made.name.removeprefix("."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def sweep(parent: Path, prefix: str) -> None:
    """Take away the folders of that prefix which this person made and no process holds."""
    young = time.time() - BEING_MADE
    for folder in (*parent.glob(f"{prefix}*"), *parent.glob(f".{prefix}*")):
        with suppress(OSError):
            status = folder.lstat()
            being_made = folder.name.startswith(".") and status.st_mtime > young
            if being_made or status.st_uid != os.getuid():
                continue
            lock = _hold(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def _hold(folder: Path) -> int | None:
    """A handle that holds the folder's lock until it is closed; None when another holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
