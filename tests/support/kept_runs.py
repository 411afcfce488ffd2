"""Runs and results as the store keeps them, written in a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from catalog.results import Result, RunRecord, Verdict

FIRST = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)


def result(check: str, verdict: Verdict) -> Result:
    return Result(
        check=check, kind="required", urn=check.partition("/")[0], title="Işık", verdict=verdict,
        severity="critical", owner=None, expectation="expect_x", sources=("crm",),
        rows_available=10, rows_compared=10, violations=int(verdict == "fail"), message="said",
    )  # fmt: skip


def record(number: int, *results: Result, selection: str | None = None) -> RunRecord:
    """The run of the n-th day, with an id of its own."""
    started = FIRST + timedelta(days=number)
    return RunRecord(
        run=f"{started:%Y%m%dT%H%M%S}-{number:08x}", started=started, finished=started,
        as_of=started.date(), selection=selection, verdict="pass", exit_code=0, results=results,
    )  # fmt: skip
