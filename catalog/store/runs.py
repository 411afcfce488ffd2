"""Keeps run records: each is saved whole in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import JSON
from sqlalchemy import cast as cast_sql
from sqlalchemy.orm import defer
from sqlmodel import Session, col, desc, func, select

from catalog.results import MeasureValue, RunRecord, Verdict
from catalog.store.database import Database
from catalog.store.tables import ResultRow, RunRow

MENDED = ("pass", "warn")
_MEASURES = TypeAdapter(dict[str, tuple[MeasureValue, ...]])


@dataclass(frozen=True)
class RunSummary:
    """A kept run in one line; `counts` has a number for each verdict that occurred."""

    run: str
    started: datetime
    as_of: date
    selection: str | None
    verdict: str
    exit_code: int
    counts: Mapping[str, int]


class _Counted(BaseModel):
    """What a record says was counted, and for which day; the rest of it is passed over."""

    model_config = ConfigDict(frozen=True)

    as_of: date
    measures: Mapping[str, tuple[MeasureValue, ...]] = {}


class RunStore:
    """The history of runs in one database."""

    def __init__(self, url: str, *, reading: bool = False) -> None:
        """Open the history at an SQLAlchemy URL; TekdogruError when it cannot be used.

        It is made where there is none. With `reading` nothing is made or changed.
        """
        self._database = Database(url, reading=reading)
        self._session = self._database.session

    def save(self, record: RunRecord) -> None:
        """Keep a run; either all of it is there afterwards or nothing."""
        started = record.started.astimezone(UTC)
        row = RunRow(
            run=record.run,
            started=started,
            as_of=record.as_of,
            selection=record.selection,
            verdict=record.verdict,
            exit_code=record.exit_code,
            document=record.model_dump_json(),
        )
        results = [
            ResultRow(
                run=record.run,
                check=one.check,
                started=started,
                verdict=one.verdict,
                rows_compared=one.rows_compared,
                violations=one.violations,
            )
            for one in record.results
        ]
        with self._session() as session:
            session.add(row)
            session.flush()
            session.add_all(results)

    def latest(self, whole: bool = True, until: date | None = None) -> RunRecord | None:
        """The run of the latest day, and of that day the newest; with `whole`, the latest that ran
        every check, if there is one. A run for a day gone by does not become the latest, nor
        does one for a day after `until`.
        """
        with self._session() as session:
            run = _latest(session, whole, until)
            row = session.get(RunRow, run) if run else None
            return RunRecord.model_validate_json(row.document) if row else None

    def latest_run(self, whole: bool = True, until: date | None = None) -> str | None:
        """The id of the same, without reading the record."""
        with self._session() as session:
            return _latest(session, whole, until)

    def whole_measures(
        self, *, before: date, since: date | None = None
    ) -> Iterator[tuple[date, Mapping[str, tuple[MeasureValue, ...]]]]:
        """What the runs of every check counted, with their days, each read when it is asked for.

        They are the runs for days before `before`: from `since` on, earliest day first; without it
        the latest day first. Of one day the newest comes first.
        """
        with self._session() as session:
            whole = select(RunRow.run).where(col(RunRow.selection).is_(None))
            days = whole.where(col(RunRow.as_of) < before)
            if since is None:
                ordered = days.order_by(desc(RunRow.as_of), desc(RunRow.started), desc(RunRow.run))
            else:
                ordered = days.where(col(RunRow.as_of) >= since).order_by(
                    col(RunRow.as_of), desc(RunRow.started), desc(RunRow.run)
                )
            names = list(session.exec(ordered).all())
        for name in names:
            with self._session() as session:
                row = session.get(RunRow, name)
                found = _Counted.model_validate_json(row.document) if row else None
            if found is not None:
                yield found.as_of, found.measures

    def newest_first(self, most: int = 30) -> Iterator[RunRecord]:
        """The records of the newest runs, whatever they checked, each read when it is asked for."""
        with self._session() as session:
            ordered = select(RunRow.run).order_by(desc(RunRow.started), desc(RunRow.run))
            names = list(session.exec(ordered.limit(most)).all())
        for name in names:
            record = self.get(name)
            if record is not None:
                yield record

    def get(self, run: str) -> RunRecord | None:
        """The record of a run, found by its id or an unambiguous beginning of it."""
        with self._session() as session:
            begins = col(RunRow.run).startswith(run, autoescape=True)
            rows = session.exec(select(RunRow).where(begins).order_by(RunRow.run).limit(2)).all()
            found = len(rows) == 1 or (rows and rows[0].run == run)
            return RunRecord.model_validate_json(rows[0].document) if found else None

    def recent(self, most: int = 20, after: tuple[datetime, str] | None = None) -> list[RunSummary]:
        """The newest runs, newest first; with `after` those that follow the run of that start and
        id in this order.
        """
        listed = select(RunRow).options(defer(col(RunRow.document)))  # type: ignore[arg-type]
        if after:
            started, run = after
            same = (col(RunRow.started) == started) & (col(RunRow.run) < run)
            listed = listed.where((col(RunRow.started) < started) | same)
        with self._session() as session:
            newest = listed.order_by(desc(RunRow.started), desc(RunRow.run)).limit(most)
            rows = session.exec(newest).all()
            counted = session.exec(
                select(ResultRow.run, ResultRow.verdict, func.count())
                .where(col(ResultRow.run).in_([row.run for row in rows]))
                .group_by(ResultRow.run, ResultRow.verdict)
            ).all()
        counts: dict[str, dict[str, int]] = {}
        for run, verdict, count in counted:
            counts.setdefault(run, {})[verdict] = count
        return [_summary(row, counts.get(row.run, {})) for row in rows]

    def failing_since(self, checks: Iterable[str]) -> dict[str, datetime]:
        """Per failing check, the start (UTC) of the first run of its present row of failures.

        A run that could not tell (unknown, error) does not end a row: nothing showed it mended.
        """
        with self._session() as session:
            good = (
                select(ResultRow.check, func.max(ResultRow.started).label("last"))
                .where(col(ResultRow.verdict).in_(MENDED))
                .group_by(ResultRow.check)
                .subquery()
            )
            since = session.exec(
                select(ResultRow.check, func.min(ResultRow.started))
                .outerjoin(good, good.c.check == ResultRow.check)
                .where(ResultRow.verdict == "fail")
                .where(good.c.last.is_(None) | (ResultRow.started > good.c.last))
                .group_by(ResultRow.check)
            ).all()
        wanted = set(checks)
        return {check: start for check, start in since if check in wanted}

    def history(
        self, checks: Iterable[str], most: int = 30
    ) -> dict[str, list[tuple[datetime, str]]]:
        """Per check its latest verdicts with their instants (UTC), oldest first."""
        wanted = list(checks)
        with self._session() as session:
            rows = session.exec(
                select(ResultRow.check, ResultRow.started, ResultRow.verdict)
                .where(col(ResultRow.check).in_(wanted))
                .order_by(desc(ResultRow.started))
            ).all()
        found: dict[str, list[tuple[datetime, str]]] = {}
        for check, started, verdict in rows:
            lately = found.setdefault(check, [])
            if len(lately) < most:
                lately.insert(0, (started, verdict))
        return found

    def verdicts_of(self, runs: Iterable[str]) -> dict[str, dict[str, Verdict]]:
        """Per check its verdict in each of those runs that looked at it."""
        with self._session() as session:
            rows = session.exec(
                select(ResultRow.check, ResultRow.run, ResultRow.verdict).where(
                    col(ResultRow.run).in_(list(runs))
                )
            ).all()
        found: dict[str, dict[str, Verdict]] = {}
        for check, run, verdict in rows:
            found.setdefault(check, {})[run] = cast(Verdict, verdict)
        return found

    def measures_of(self, runs: Iterable[str]) -> dict[str, dict[str, tuple[MeasureValue, ...]]]:
        """Per run the values of its measures, without reading the rest of its record."""
        with self._session() as session:
            if session.get_bind().dialect.name == "postgresql":
                held = cast_sql(RunRow.document, JSON)["measures"]
            else:
                held = func.json_extract(RunRow.document, "$.measures", type_=JSON)
            wanted = col(RunRow.run).in_(list(runs))
            rows = session.exec(select(RunRow.run, held).where(wanted)).all()
        return {run: _MEASURES.validate_python(measures or {}) for run, measures in rows}


def _summary(row: RunRow, counts: Mapping[str, int]) -> RunSummary:
    return RunSummary(
        row.run, row.started, row.as_of, row.selection, row.verdict, row.exit_code, counts
    )


def _latest(session: Session, whole: bool, until: date | None) -> str | None:
    newest = select(RunRow.run).order_by(desc(RunRow.as_of), desc(RunRow.started)).limit(1)
    if until is not None:
        newest = newest.where(col(RunRow.as_of) <= until)
    unselected = newest.where(col(RunRow.selection).is_(None))
    return (session.exec(unselected).first() if whole else None) or session.exec(newest).first()
