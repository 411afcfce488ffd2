"""Where other tools say that data lies, as a source of ours: never with a secret in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.folding import fold
from catalog.validation.data import PASSWORD

_ODBC = frozenset(
    (
        *("athena", "bigquery", "clickhouse", "cloudsql", "databricks", "db2", "denodo", "dremio"),
        *("fabric", "glue", "hive", "impala", "informix", "mssql", "mysql", "oracle", "presto"),
        *("redshift", "snowflake", "spark", "sqlserver", "synapse", "trino", "vertica", "zen"),
    )
)
_POSTGRES = ("postgres", "postgresql")
_IN_A_FILE = ("duckdb", "sqlite")


@dataclass(frozen=True)
class Place:
    """A source's `kind` and where it is, as the catalog writes them, and what could not be told."""

    kind: str
    reading: Mapping[str, Any]
    unsure: tuple[str, ...] = ()

    @property
    def has_tables(self) -> bool:
        """Whether its datasets are tables rather than files."""
        return self.kind != "files"


KEY, VARIABLE = "@key@", "@VARIABLE@"
"""Stand for the source's key, and for the variable of its address, until it has one."""


def place_of(system: str | None, file: str | None = None) -> Place:
    """The place of a system by the name of its kind (`postgres`, `snowflake`, `s3`…).

    Addresses are never taken over: a database gets `${…_URL}`, which the environment fills.
    `file` is that of a database which is one.
    """
    name = (system or "").lower()
    if name in _IN_A_FILE:
        if file and is_plain_path(file):
            return Place(name, {"kind": name, "location": file})
        location = f"data/{KEY}.{'duckdb' if name == 'duckdb' else 'db'}"
        unsure = f"The file of the {name} database is not known; {location} stands for it."
        return Place(name, {"kind": name, "location": location}, (unsure,))
    if name in _POSTGRES or name in _ODBC:
        kind = "postgres" if name in _POSTGRES else "odbc"
        return Place(kind, {"kind": kind, "url": f"${{{VARIABLE}}}"})
    said = f"It is of kind '{system}', which nothing reads" if system else "Its kind is not known"
    location = f"data/{KEY}"
    unsure = f"{said}; files under {location} stand for it."
    return Place("files", {"location": location}, (unsure,))


def variable(key: str) -> str:
    """The environment variable that holds the address of a source."""
    return re.sub(r"[^A-Z0-9_]", "_", fold(key).upper()) + "_URL"


def is_plain_path(path: str) -> bool:
    """Whether a path lies below where it is looked up, and holds no address."""
    parts = path.replace("\\", "/").split("/")
    return bool(path) and ":" not in path and parts[0] != "" and ".." not in parts


def without_secrets(text: str) -> str:
    """A text in which no password of an address and no query of it (where tokens stand) is left."""
    plain = re.sub(r"://[^/@\s]*@", "://", text)
    plain = re.sub(r"(://[^\s?]*)\?\S*", r"\1", plain)
    return PASSWORD.sub("", plain)
