"""Writes a file whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from catalog.errors import UsageError


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace `path` by a text or by bytes in one step; UsageError when it cannot be written.

    Who may read and write an existing file stays as it was. What is no file, as a pipe or a
    terminal, is written to as it is.
    """
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file() and not path.is_dir():
        return _pour(path, data)
    try:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _pour(path: Path, data: bytes) -> None:
    try:
        with path.open("wb") as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
