"""Fingerprints of files: by their content, known again without reading by what the system says.

Size and time of change alone can lie (a copy keeps its time, two writes fall into one tick), so
equality is decided by content. The system's own record of a file's last change, which no program
can set, spares reading it again.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from catalog.results import Fingerprint

PIECE = 1 << 20
LARGEST_READ = 1 << 30
TICK_NS = 2_000_000_000
"""A file changed within the last two seconds may change again without its times telling."""


def fingerprint_of(
    files: Sequence[Path], folder: Path, last: Fingerprint | None
) -> Fingerprint | None:
    """The fingerprint of files taken together; OSError when one cannot be read.

    Beyond 1 GiB nothing is read: what the system says of the files must do, and where that says
    too little there is none.
    """
    stats = [(file, file.stat()) for file in files]
    seen = _seen(stats, folder)
    if last and seen and last.seen == seen:
        return last
    if sum(stat.st_size for _, stat in stats) > LARGEST_READ:
        return Fingerprint(content=f"seen:{seen}", seen=seen) if seen else None
    digest = hashlib.sha256()
    for file, stat in stats:
        digest.update(f"{file.relative_to(folder)}\0{stat.st_size}\0".encode())
        _read_into(digest, file)
    return Fingerprint(content=f"sha256:{digest.hexdigest()}", seen=seen)


def _seen(stats: Sequence[tuple[Path, os.stat_result]], folder: Path) -> str | None:
    """Size, times and identity of each file; None where they cannot be trusted.

    On Windows there is no time of change that a program could not set.
    """
    newest = max((max(stat.st_mtime_ns, stat.st_ctime_ns) for _, stat in stats), default=0)
    if sys.platform == "win32" or time.time_ns() - newest < TICK_NS:
        return None
    signs = [
        (str(file.relative_to(folder)), s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_dev, s.st_ino)
        for file, s in stats
    ]
    return hashlib.sha256(repr(signs).encode()).hexdigest()


def _read_into(digest: hashlib._Hash, file: Path) -> None:
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
