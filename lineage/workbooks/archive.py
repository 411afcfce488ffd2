"""Opens the file of a workbook: what it is, how large it would become, and the parts in it."""

from __future__ import annotations

import lzma
import mmap
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from catalog.errors import UsageError
from catalog.settings import WorkbookLimits
from lineage.workbooks.markup import Malformed, tree

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FREE = 8 << 20
_SPOILT = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)


class WorkbookRefused(UsageError):
    """A file that is not read as a workbook; says why, and what to do."""


@dataclass(frozen=True)
class Relation:
    """What a part says of another: its id, kind (the last word of its type) and target."""

    id: str
    kind: str
    target: str
    outside: bool


class Archive:
    """The parts of an open workbook; names have no leading slash, capitals do not matter."""

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self.file = file
        self._archive = archive
        self._entries = {entry.filename.casefold(): entry for entry in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._entries

    @property
    def parts(self) -> list[str]:
        """The names of all parts, folded."""
        return list(self._entries)

    @contextmanager
    def open(self, part: str) -> Iterator[IO[bytes]]:
        """A part as a stream; WorkbookRefused where it is missing or cannot be read."""
        entry = self._entries.get(part.casefold())
        if entry is None:
            refuse(
                self.file, f"its part {part} is missing, so it is damaged; save it anew in Excel"
            )
        try:
            with self._archive.open(entry) as stream:
                yield stream
        except Malformed as error:
            refuse(self.file, f"{part}: {error}")
        except _SPOILT as error:
            refuse(self.file, f"{part} is damaged: {error}")

    def tree(self, part: str) -> Element:
        """A small part as a tree."""
        with self.open(part) as stream:
            return tree(stream)

    def relations(self, part: str) -> list[Relation]:
        """What a part points to; nothing where it points nowhere."""
        folder, name = posixpath.split(part)
        listing = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listing not in self:
            return []
        return [_relation(folder, one) for one in self.tree(listing)]


@contextmanager
def open_archive(file: Path, limits: WorkbookLimits) -> Iterator[Archive]:
    """A workbook's parts, after a look at what it is and how much it would unpack to."""
    try:
        with file.open("rb") as raw:
            _look(file, raw)
            with zipfile.ZipFile(raw) as archive:
                _weigh(file, archive.infolist(), limits)
                opened = Archive(file, archive)
                _refuse_others(opened)
                yield opened
    except zipfile.BadZipFile as error:
        refuse(file, f"it is damaged ({error}); open it in Excel and save it anew as .xlsx")
    except OSError as error:
        refuse(file, f"it cannot be read: {error.strerror or error}")


def refuse(file: Path, why: str) -> NoReturn:
    """Say why a file is not read."""
    raise WorkbookRefused(f"{file}: {why}")


def _look(file: Path, raw: IO[bytes]) -> None:
    """Tell what a file is by its first bytes, whatever it is called."""
    head = raw.read(len(_OLE))
    if not head:
        refuse(file, "it is empty")
    if head == _OLE:
        with mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content:
            locked = content.find(_ENCRYPTED) >= 0
        if locked:
            refuse(
                file,
                "it is protected by a password; open it in Excel, take the password out "
                "(File, Info, Protect Workbook), and save it",
            )
        refuse(
            file,
            "it is in the old .xls form (Excel 97–2003); open it in Excel and save it as .xlsx",
        )
    if file.name.startswith("~$"):
        refuse(file, "it is what Excel keeps while a workbook is open; leave it out")
    if not head.startswith(b"PK"):
        refuse(file, "it is no Excel workbook (.xlsx or .xlsm); open it in Excel and save it so")
    raw.seek(0)


def _weigh(file: Path, entries: list[zipfile.ZipInfo], limits: WorkbookLimits) -> None:
    """Refuse, before anything is unpacked, what would unpack to too much."""
    if len(entries) > limits.parts:
        refuse(file, f"it has {len(entries):,} parts; {_limit('parts', limits.parts)}")
    if any(entry.flag_bits & 1 for entry in entries):
        refuse(file, "its parts are protected by a password; save it in Excel without one")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_mb << 20:
        limit = _limit("unpacked_mb", limits.unpacked_mb)
        refuse(file, f"it would unpack to {unpacked >> 20:,} MiB; {limit}")
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > max(_FREE, packed * limits.ratio):
        times = unpacked // max(packed, 1)
        refuse(
            file, f"it would unpack to {times:,} times its size; {_limit('ratio', limits.ratio)}"
        )


def _refuse_others(archive: Archive) -> None:
    if "xl/workbook.bin" in archive:
        refuse(archive.file, "it is in the binary .xlsb form; open it in Excel, save it as .xlsx")
    if "content.xml" in archive and "mimetype" in archive:
        refuse(archive.file, "it is an OpenDocument file; open it and save it as .xlsx")
    if "[content_types].xml" not in archive:
        refuse(archive.file, "it is a zip archive, but no Excel workbook; name the .xlsx")


def _limit(setting: str, most: int) -> str:
    return f"at most {most:,} are read (workbooks.{setting} in tekdogru.toml)"


def _relation(folder: str, said: Element) -> Relation:
    target, outside = said.get("Target", ""), said.get("TargetMode") == "External"
    if not outside:
        whole = target if target.startswith("/") else f"{folder}/{target}"
        target = posixpath.normpath(unquote(whole)).lstrip("/")
    kind = said.get("Type", "").rpartition("/")[2]
    return Relation(said.get("Id", ""), kind, target, outside)
