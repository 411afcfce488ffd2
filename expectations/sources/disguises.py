"""Knows files that are something else than their ending says, by their first bytes."""

from __future__ import annotations

import codecs
from pathlib import Path

from catalog.errors import SourceUnreadable

LOOKED_AT = 4096
TEXTS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")
SIGNS = (
    (
        b"PK\x03\x04",
        "an Excel workbook (or another zip archive)",
        "let its name and `path` end in .xlsx, or save it as CSV; unpack an archive",
    ),
    (
        bytes.fromhex("D0CF11E0A1B11AE1"),
        "an old Excel workbook",
        "save it as .xlsx or as CSV",
    ),
    (b"PAR1", "a Parquet file", "let its name and `path` end in .parquet"),
    (b"SQLite format 3\0", "a SQLite database", "describe its source with kind: sqlite"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
)
SAVE = "save it as UTF-8, or say so: encoding: utf-16"


def refuse_disguise(path: Path, where: str, ending: str, encoding: str) -> None:
    """Raise SourceUnreadable for a text file that is none, or is in UTF-16 and not said to be."""
    if ending not in TEXTS:
        return
    with path.open("rb") as file:
        begins = file.read(LOOKED_AT)
    for sign, found, advice in SIGNS:
        if begins.startswith(sign):
            raise SourceUnreadable(
                f"{where}: this is {found}, though it is named {ending}; {advice}"
            )
    if "16" not in codecs.lookup(encoding).name and _is_utf16(begins):
        raise SourceUnreadable(f"{where}: this is text in UTF-16, not {encoding}; {SAVE}")


def _is_utf16(begins: bytes) -> bool:
    """A byte order mark, or every second byte empty as Latin letters have it there."""
    if begins.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return max(begins[::2].count(0), begins[1::2].count(0)) > len(begins) // 4
