"""Other tools' types become the institution's, and what is none of them is told apart."""

from __future__ import annotations

import pytest

from lineage.importing.odcs.elements import position_of, type_there
from lineage.importing.servers import is_plain_path, place_of, without_secrets
from lineage.importing.types import type_of


@pytest.mark.parametrize(
    ("physical", "ours"),
    [
        ("character varying(50)", "text"),
        ("VARCHAR2(20 CHAR)", "text"),
        ("nvarchar(max)", "text"),
        ("uuid", "text"),
        ("bigint", "integer"),
        ("int64", "integer"),
        ("INT UNSIGNED", "integer"),
        ("serial", "integer"),
        ("NUMBER(38,0)", "integer"),
        ("NUMBER(10)", "integer"),
        ("NUMBER", "decimal"),
        ("numeric(12, 2)", "decimal"),
        ("double precision", "decimal"),
        ("float(3,2)", "decimal"),
        ("money", "money"),
        ("date", "date"),
        ("timestamp without time zone", "timestamp"),
        ("TIMESTAMP_NTZ(9)", "timestamp"),
        ("datetime2", "timestamp"),
        ("bool", "boolean"),
        ("STRUCT<a INT>", None),
        ("array<int>", None),
        ("bytea", None),
        ("interval", None),
        ("", None),
        (None, None),
    ],
)
def test_types_of_databases_are_known(physical: str | None, ours: str | None) -> None:
    assert type_of(physical) == ours


@pytest.mark.parametrize(
    ("system", "kind"),
    [("postgres", "postgres"), ("Snowflake", "odbc"), ("duckdb", "duckdb"), ("kafka", "files"), (None, "files")],
)  # fmt: skip
def test_systems_become_kinds_of_source(system: str | None, kind: str) -> None:
    place = place_of(system)
    assert place.kind == kind
    assert bool(place.unsure) == (kind in ("files", "duckdb"))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("postgres://u:p@h:1/d", "postgres://h:1/d"),
        ("az://c/x?sig=abc&se=1 and more", "az://c/x and more"),
        ("Server=h;Pwd=geheim;", "Server=h;;"),
        ("https://x.example/a", "https://x.example/a"),
    ],
)
def test_no_secret_of_an_address_stays_in_a_text(text: str, plain: str) -> None:
    assert without_secrets(text) == plain


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("customers.csv", True),
        ("a/b/c.parquet", True),
        ("a..b/c.csv", True),
        ("", False),
        ("/etc/passwd", False),
        ("../secret.csv", False),
        ("a/../../secret.csv", False),
        ("a\\..\\..\\secret.csv", False),
        ("\\\\server\\share.csv", False),
        ("C:/data.csv", False),
        ("s3://bucket/data.csv", False),
    ],
)
def test_a_path_of_a_file_lies_below_the_workspace(path: str, plain: bool) -> None:
    assert is_plain_path(path) is plain


@pytest.mark.parametrize(
    ("stated", "position"), [(1, 1), (7, 7), (0, 1_000), (-1, 1_000), ("2", 1_000), (None, 1_000)]
)
def test_a_key_without_a_position_comes_last(stated: object, position: int) -> None:
    assert position_of(stated) == position


def test_the_type_a_contract_of_ours_states_is_taken_before_its_own() -> None:
    column = {"logicalType": "string", "physicalType": "varchar(30)"}
    assert type_there(column, {}) == "text"
    assert type_there(column, {"type": "iban"}) == "iban"
    assert type_there(column, {"type": 5}) == "text"
