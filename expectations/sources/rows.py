"""Looks at a CSV file row by row: what is wrong with one the engine refused, and its line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _csv import Reader

CHUNK = 1 << 20


def explain_refusal(path: Path, where: str, delimiter: str, width: int) -> str | None:
    """The first row that breaks a file of `width` columns, by its line and never by its values.

    None when every row can be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _first_broken(csv.reader(file, delimiter=delimiter, strict=True), where, width)
    except UnicodeDecodeError as error:
        line = _line_of_broken_text(path)
        return f"{where}:{line}: {not_utf8(error)}"


def not_utf8(error: UnicodeDecodeError) -> str:
    """What to say of a file whose encoding is not the one it is read in."""
    return (
        f"byte 0x{error.object[error.start]:02x} is not UTF-8; say which `encoding` the file has "
        "(windows-1254 and iso-8859-9 are common for Turkish)"
    )


def _first_broken(rows: Reader, where: str, width: int) -> str | None:
    start = 1
    try:
        for row in rows:
            if row and len(row) != width:
                found = f"{len(row)} column{'s' if len(row) != 1 else ''}"
                return f"{where}:{start}: {found} where {width} are expected"
            start = rows.line_num + 1
    except csv.Error as error:
        if "end of data" in str(error):
            return f"{where}:{start}: a quote is opened and never closed"
        return f"{where}:{start}: {error}"
    return None


def _line_of_broken_text(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces that never part a CR from its LF."""
    while piece := file.read(CHUNK):
        yield piece + (file.read(1) if piece.endswith(b"\r") else b"")


def with_one_line_end(path: Path, copy: Path) -> Path:
    """The file itself, or `copy` of it with LF alone where its lines end in two ways.

    The engine reads files of one kind only. A line break within quotes counts as one.
    """
    with path.open("rb") as file:
        pairs = breaks = 0
        for piece in _pieces(file):
            pairs += piece.count(b"\r\n")
            breaks += piece.count(b"\n")
    if pairs in (0, breaks):
        return path
    with path.open("rb") as file, copy.open("wb") as target:
        for piece in _pieces(file):
            target.write(piece.replace(b"\r\n", b"\n"))
    return copy
