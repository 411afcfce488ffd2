"""Reads Parquet: a file, or a folder of files whose partitions are named by its folders."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import SourceUnreadable
from catalog.model import Dataset
from expectations.sources.port import Extract, require_columns, text_literal

if TYPE_CHECKING:
    from pyarrow import Schema


def read_parquet(dataset: Dataset, path: Path, where: str, spool: Path) -> Extract:
    """One Parquet file, its own types kept."""
    schema = _schema(path, where)
    require_columns(dataset, schema.names, where)
    relation = f"read_parquet({text_literal(path)})"
    types, explain = duckdb_types(schema), partial(_explain, {path: where})
    return Extract(relation, (path,), tuple(schema.names), types, explain)


def read_folder(dataset: Dataset, folder: Path, where: str, spool: Path) -> Extract:
    """Every Parquet file below a folder; `day=2026-01-31` in a path is the column `day`, as text.

    Each file must have every column that is defined, of one type throughout.
    """
    files = parquet_files(folder)
    if not files:
        raise SourceUnreadable(f"{where}: the folder holds no .parquet file; is `path` right?")
    schemas = {file: _schema(file, _inside(where, folder, file)) for file in files}
    partitions = {file: _partitions(file.relative_to(folder)) for file in files}
    for file, schema in schemas.items():
        names = [*schema.names, *(one for one in partitions[file] if one not in schema.names)]
        require_columns(dataset, names, _inside(where, folder, file))
    keys = dict.fromkeys(key for file in files for key in partitions[file])
    types = _one_type_each(dataset, schemas, keys, folder, where)
    listed = ", ".join(text_literal(file) for file in files)
    relation = (
        f"read_parquet([{listed}], union_by_name=true, "
        "hive_partitioning=true, hive_types_autocast=false)"
    )
    columns = dict.fromkeys([*(n for s in schemas.values() for n in s.names), *keys])
    explain = partial(_explain, {file: _inside(where, folder, file) for file in files})
    return Extract(relation, tuple(files), tuple(columns), types, explain)


def parquet_files(folder: Path) -> list[Path]:
    """The data files below a folder in order; what begins with `_` or `.` is a writer's own."""
    return sorted(
        file
        for file in folder.rglob("*.parquet")
        if file.is_file() and not _is_hidden(file.relative_to(folder))
    )


def duckdb_types(schema: Schema) -> Mapping[str, str]:
    """The engine's types of the columns that are not text."""
    types = {field.name: _duckdb_type(str(field.type)) for field in schema}
    return {name: kind for name, kind in types.items() if kind}


def _schema(path: Path, where: str) -> Schema:
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.ParquetFile(path).schema_arrow
    except (pyarrow.lib.ArrowInvalid, OSError) as error:
        raise SourceUnreadable(f"{where}: not a readable Parquet file: {error}") from None


def _explain(files: Mapping[Path, str]) -> str | None:
    """Which part of which file is damaged; None when every part can be read."""
    import pyarrow
    import pyarrow.parquet

    for path, where in files.items():
        part = "its end"
        try:
            opened = pyarrow.parquet.ParquetFile(path)
            for number in range(opened.num_row_groups):
                part = f"part {number + 1} of {opened.num_row_groups}"
                opened.read_row_group(number)
        except (pyarrow.lib.ArrowException, OSError) as error:
            said = str(error).strip().splitlines()[0]
            return f"{where}: {part} is damaged ({said}); export the file again"
    return None


def _one_type_each(
    dataset: Dataset,
    schemas: Mapping[Path, Schema],
    keys: Mapping[str, None],
    folder: Path,
    where: str,
) -> Mapping[str, str]:
    """The types of all files together; SourceUnreadable where a defined column has two."""
    wanted = [f.source_column for f in dataset.fields if f.source_column not in keys]
    first, *others = schemas.items()
    types = dict(duckdb_types(first[1]))
    for file, schema in others:
        here = duckdb_types(schema)
        for name in wanted:
            if here.get(name) != types.get(name):
                said, expected = schema.field(name).type, first[1].field(name).type
                raise SourceUnreadable(
                    f"{_inside(where, folder, file)}: column '{name}' is {said}, but {expected} in "
                    f"{first[0].relative_to(folder)}; write all files alike"
                )
    return {name: kind for name, kind in types.items() if name not in keys}


def _partitions(path: Path) -> list[str]:
    return [part.partition("=")[0] for part in path.parts[:-1] if "=" in part]


def _inside(where: str, folder: Path, file: Path) -> str:
    return f"{where}/{file.relative_to(folder)}"


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(("_", ".")) for part in path.parts)


def _duckdb_type(arrow_type: str) -> str:
    if arrow_type in ("string", "large_string", "string_view"):
        return ""
    if arrow_type.startswith("timestamp"):
        return "TIMESTAMPTZ" if "tz=" in arrow_type else "TIMESTAMP"
    if arrow_type.startswith("date"):
        return "DATE"
    if arrow_type.startswith(("int", "uint")) and arrow_type != "uint64":
        return "BIGINT"
    if arrow_type.startswith("decimal128("):
        return arrow_type.replace("decimal128", "DECIMAL").replace(" ", "")
    return {"bool": "BOOLEAN", "double": "DOUBLE", "float": "DOUBLE"}.get(arrow_type, "OTHER")
