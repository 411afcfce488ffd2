"""The tables of the history; no other module but the store's own reads them."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

SCHEMA = 1


class SchemaRow(SQLModel, table=True):
    """The version of these tables, one row."""

    __tablename__ = "tekdogru_schema"

    version: int = Field(primary_key=True)


class RunRow(SQLModel, table=True):
    """One run; `document` is its whole record as JSON."""

    __tablename__ = "run"

    run: str = Field(primary_key=True)
    started: datetime = Field(index=True)
    as_of: date
    selection: str | None = None
    verdict: str
    exit_code: int
    document: str


class ResultRow(SQLModel, table=True):
    """One result of a run, with what history is asked for."""

    __tablename__ = "result"

    run: str = Field(primary_key=True, foreign_key="run.run")
    check: str = Field(primary_key=True)
    started: datetime = Field(index=True)
    verdict: str
    rows_compared: int
    violations: int
