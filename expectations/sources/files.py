"""Reads CSV, Parquet and Excel files below a source's location; everything arrives as text."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from catalog.errors import SourceUnreadable
from catalog.model import Dataset, SourceSystem
from expectations.sources.port import Extract, require_columns, text_literal
from expectations.sources.rows import explain_refusal, not_utf8, with_one_line_end
from expectations.sources.sheets import Spelling, copy_sheet

CHUNK = 1 << 20


class FileConnector:
    """Source kind `files`: one dataset is one file, its form told by its ending."""

    def extract(
        self, source: SourceSystem, dataset: Dataset, *, root: Path, spool: Path
    ) -> Extract:
        """Find the file and describe how the engine reads it."""
        path = _locate(source, dataset, root)
        where = f"{Path(source.location) / str(dataset.path_)}"
        try:
            path = _with_plain_name(path, spool / f"{dataset.path}.named{path.suffix.lower()}")
            return READERS[path.suffix.lower()](dataset, path, where, spool)
        except csv.Error as error:
            raise SourceUnreadable(f"{where}: its first line cannot be read: {error}") from None
        except OSError as error:
            raise SourceUnreadable(f"{where}: {error.strerror or error}") from None


def _with_plain_name(path: Path, link: Path) -> Path:
    """The file, by another name where its own is a pattern to the engine: `c[1].csv`."""
    if not set("*?[") & set(str(path)):
        return path
    link.symlink_to(path)
    return link


def _locate(source: SourceSystem, dataset: Dataset, root: Path) -> Path:
    path = (root / source.location / str(dataset.path_)).resolve()
    shown = Path(source.location) / str(dataset.path_)
    if path.suffix.lower() not in READERS:
        raise SourceUnreadable(
            f"{shown}: '{path.suffix}' files are not read; known: {', '.join(READERS)}"
        )
    if not path.is_file():
        raise SourceUnreadable(f"{shown}: no such file; is the export there, is `path` right?")
    if path.stat().st_size == 0:
        raise SourceUnreadable(f"{shown}: the file is empty; it should begin with column names")
    return path


def _csv(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    if codecs.lookup(dataset.encoding).name not in ("utf-8", "utf-8-sig", "ascii"):
        path = _as_utf8(dataset, path, where, spool)
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


def _parquet(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    import pyarrow
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.ParquetFile(path).schema_arrow
    except (pyarrow.lib.ArrowInvalid, OSError) as error:
        raise SourceUnreadable(f"{where}: not a readable Parquet file: {error}") from None
    require_columns(dataset, schema.names, where)
    types = {field.name: _duckdb_type(str(field.type)) for field in schema}
    relation = f"read_parquet({text_literal(path)})"
    return Extract(relation, (path,), tuple(schema.names), {k: v for k, v in types.items() if v})


def _duckdb_type(arrow_type: str) -> str:
    if arrow_type in ("string", "large_string", "string_view"):
        return ""
    if arrow_type.startswith("timestamp"):
        return "TIMESTAMPTZ" if "tz=" in arrow_type else "TIMESTAMP"
    if arrow_type.startswith("date"):
        return "DATE"
    if arrow_type.startswith(("int", "uint")) and arrow_type != "uint64":
        return "BIGINT"
    return {"bool": "BOOLEAN", "double": "DOUBLE", "float": "DOUBLE"}.get(arrow_type, "OTHER")


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
    ".parquet": _parquet,
    ".xlsx": _excel,
    ".xlsm": _excel,
}
