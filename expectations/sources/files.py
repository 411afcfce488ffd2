"""Reads files below a source's location, each by its ending: CSV, JSON lines, Parquet, Excel."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from catalog.results import Fingerprint
from expectations.sources.contents import fingerprint_of
from expectations.sources.disguises import refuse_disguise
from expectations.sources.json_lines import read_json_lines
from expectations.sources.parquet import parquet_files, read_folder, read_parquet
from expectations.sources.port import Extract, require_columns, text_literal
from expectations.sources.rows import explain_refusal, not_utf8, with_one_line_end
from expectations.sources.sheets import Spelling, copy_sheet

CHUNK = 1 << 20


class FileConnector:
    """Source kind `files`: a dataset is a file, its form told by its ending, or a folder of Parquet
    files.
    """

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Find the file and describe how the engine reads it."""
        where = f"{Path(source.location) / str(dataset.path_)}"
        path = _locate(source, dataset, root, where)
        ending = path.suffix.lower()
        try:
            path = _with_plain_name(path, spool / f"{dataset.path}.named{ending}")
            if path.is_dir():
                return read_folder(dataset, path, where, spool)
            refuse_disguise(path, where, ending, dataset.encoding)
            return READERS[ending](dataset, path, where, spool)
        except csv.Error as error:
            raise SourceUnreadable(f"{where}: its first line cannot be read: {error}") from None
        except OSError as error:
            raise SourceUnreadable(f"{where}: {error.strerror or error}") from None

    def fingerprint(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, last: Fingerprint | None
    ) -> Fingerprint | None:
        """The content of the file, or of all data files of the folder."""
        path = _path(source, dataset, root)
        files = parquet_files(path) if path.is_dir() else [path]
        return fingerprint_of(files, path if path.is_dir() else path.parent, last)


def _path(source: SourceSystem, dataset: Dataset, root: Path) -> Path:
    return (root / source.location / str(dataset.path_)).resolve()


def _with_plain_name(path: Path, link: Path) -> Path:
    """The file or folder, by another name where its own is a pattern to the engine: `c[1].csv`."""
    if not set("*?[") & set(str(path)):
        return path
    link.symlink_to(path)
    return link


def _locate(source: SourceSystem, dataset: Dataset, root: Path, where: str) -> Path:
    path = _path(source, dataset, root)
    if path.is_dir():
        return path
    ending = path.suffix.lower()
    if not ending and not path.exists():
        raise SourceUnreadable(f"{where}: no such folder; is the export there, is `path` right?")
    if ending not in READERS:
        known = f"{', '.join(READERS)}, or a folder of .parquet files"
        raise SourceUnreadable(f"{where}: '{path.suffix}' files are not read; known: {known}")
    if not path.is_file():
        raise SourceUnreadable(f"{where}: no such file; is the export there, is `path` right?")
    if path.stat().st_size == 0:
        wanted = "an object per line" if READERS[ending] is _json_lines else "column names"
        raise SourceUnreadable(f"{where}: the file is empty; it should begin with {wanted}")
    return path


def _csv(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    path = _in_utf8(dataset, path, where, spool)
    path = with_one_line_end(path, spool / f"{dataset.path}.lf{path.suffix.lower()}")
    delimiter = dataset.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
    columns = _header(path, where, delimiter)
    _suspect_delimiter(columns, where, delimiter)
    require_columns(dataset, columns, where)
    named = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in _distinct(columns))
    relation = (
        f"read_csv({text_literal(path)}, auto_detect=false, header=true, "
        f"delim={text_literal(delimiter)}, quote='\"', escape='\"', nullstr='', "
        f"columns={{{named}}})"
    )
    explain = partial(explain_refusal, path, where, delimiter, len(columns))
    return Extract(relation, (path,), tuple(columns), {}, explain)


def _suspect_delimiter(columns: list[str], where: str, delimiter: str) -> None:
    """One heading that holds another delimiter is a file read with the wrong one."""
    other = next((one for one in ";\t|," if one != delimiter and one in columns[0]), None)
    if len(columns) == 1 and other:
        raise SourceUnreadable(
            f"{where}: its first line is one heading, '{columns[0]}'; if columns are parted "
            f"otherwise, say so: delimiter: {json.dumps(other)}"
        )


def _header(path: Path, where: str, delimiter: str) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns = next(csv.reader(file, delimiter=delimiter), [])
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"{where}: {not_utf8(error)}") from None
    if not any(name.strip() for name in columns):
        raise SourceUnreadable(f"{where}: the first line holds no column names")
    return columns


def _distinct(columns: list[str]) -> list[str]:
    """Names for the engine, where a repeated or empty heading must not stop the reading."""
    taken: dict[str, int] = {}
    names = []
    for name in columns:
        folded = name.casefold()
        taken[folded] = taken.get(folded, 0) + 1
        names.append(name if taken[folded] == 1 and name else f"{name} {taken[folded]}")
    return names


def _as_utf8(dataset: Dataset, path: Path, where: str, spool: Path) -> Path:
    """A copy in UTF-8, made in pieces; names the first byte that is not of the stated encoding."""
    copy = spool / f"{dataset.path}{path.suffix.lower()}"
    decoder = codecs.getincrementaldecoder(dataset.encoding)()
    done = 0
    with path.open("rb") as source, copy.open("w", encoding="utf-8", newline="") as target:
        while True:
            piece = source.read(CHUNK)
            try:
                target.write(decoder.decode(piece, final=not piece))
            except UnicodeDecodeError as error:
                line = path.read_bytes()[: done + error.start].count(b"\n") + 1
                raise SourceUnreadable(
                    f"{where}:{line}: byte 0x{error.object[error.start]:02x} is not "
                    f"{dataset.encoding}; is `encoding` right?"
                ) from None
            if not piece:
                return copy
            done += len(piece)


def _json_lines(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    return read_json_lines(dataset, _in_utf8(dataset, path, where, spool), where, spool)


def _in_utf8(dataset: Dataset, path: Path, where: str, spool: Path) -> Path:
    """The file itself where it is read as UTF-8, else a copy."""
    if codecs.lookup(dataset.encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return path
    return _as_utf8(dataset, path, where, spool)


def _excel(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    copy = spool / f"{dataset.path}.csv"
    formats = {field.source_column: field.format for field in dataset.fields if field.format}
    spelling = Spelling(dataset.decimal, formats)
    columns = copy_sheet(path, dataset.sheet, dataset.header_row, copy, where, spelling)
    require_columns(dataset, columns, where)
    plain = dataset.model_copy(update={"delimiter": ",", "encoding": "utf-8"})
    return _csv(plain, copy, where, spool)


READERS: Mapping[str, Callable[[Dataset, Path, str, Path], Extract]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": read_parquet,
    ".xlsx": _excel,
    ".xlsm": _excel,
}
