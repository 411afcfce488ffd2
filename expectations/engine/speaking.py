"""What each claim says of an entity, as SQL over the rows that speak for it, joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from expectations.engine.flagging import flags_of_candidate
from expectations.engine.functions import literal
from expectations.engine.matched import best_of_matched
from expectations.engine.picking import Speaker, picked, picked_of_many
from expectations.engine.projection import CONSTANTS, Projection
from expectations.engine.surviving import Unit
from expectations.engine.trusting import UNKNOWN, trust_sql, with_weight
from expectations.engine.wanted import Dialect, Extra
from expectations.plan import Candidate, GoldenColumn

NO_TIME = "CAST(NULL AS TIMESTAMP)"


@dataclass(frozen=True)
class Speakers:
    """The rows that are joined for an entity, in order; the nth is called `s{n}` there.

    With `only`, a SELECT of ids, they are those of some entities. Where records were matched, an
    entity may have several of one dataset: each of the `units`, attributes that survive from one
    record, then has the record that is best for it, and its columns are called `u{u}_…`.
    With `of_rows` the same is said of one row by itself, before rows are joined. `incumbents` are
    the golden records that were kept, for claims that are protected.
    """

    listed: tuple[Speaker, ...]
    projections: Mapping[str, Projection]
    rows: Mapping[Speaker, str]
    dialect: Dialect
    only: str | None = None
    units: tuple[Unit, ...] = ()
    of_rows: bool = False
    incumbents: Path | None = None

    def joined(self) -> str:
        """All of them by entity."""
        return " FULL JOIN ".join(
            f"({self._some(speaker)}) s{n}" + (" USING (k)" if n else "")
            for n, speaker in enumerate(self.listed)
        )

    def here(self, dataset: str) -> str:
        """Whether a dataset knows the entity."""
        return f"coalesce(s{self._places[Speaker(dataset)]}.here, false)"

    def reads(self, candidate: Candidate) -> bool:
        """Whether the candidate's source can be read."""
        return candidate.column.dataset in self.projections

    def hashed(self, candidate: Candidate) -> str:
        """The hash of what is compared; NULL where the source is missing."""
        if not self.reads(candidate):
            return "CAST(NULL AS UBIGINT)"
        hashed = self._column(candidate, "h")
        if candidate.row and self._is_matched(candidate):
            return f"CASE WHEN {self.holds(candidate, candidate.row)} THEN {hashed} END"
        return hashed

    def value(self, candidate: Candidate) -> str:
        """The value of its own type."""
        return self._column(candidate, "v")

    def place(self, candidate: Candidate) -> int:
        """The number of the row that speaks for a candidate."""
        row = None if self._is_matched(candidate) else candidate.row
        return self._places[Speaker(candidate.column.dataset, row)]

    def time(self, candidate: Candidate) -> str:
        """When the value was confirmed; NULL for the time of a load."""
        return self._time(candidate) if candidate.recent else NO_TIME

    def stamp(self, candidate: Candidate) -> str:
        """The time on the row, whatever it means and even if it lies ahead."""
        return self._time(candidate)

    def usable(self, candidate: Candidate) -> str:
        """Whether the value may survive."""
        conditions = [f"{self.value(candidate)} IS NOT NULL"]
        conditions += [f"NOT {flag}" for flag in self._flags(candidate)]
        if candidate.guards.valid_if:
            conditions.append(self._valid(candidate))
        conditions += self._asked(candidate)
        if deleted := self.deleted(candidate):
            conditions.append(f"NOT {deleted}")
        return " AND ".join(conditions)

    def deleted(self, candidate: Candidate) -> str | None:
        """Whether the row says that there is none on purpose; None where none can say so."""
        guards = candidate.guards
        said = [self.holds(candidate, guards.deleted)] if guards.deleted else []
        if guards.blank_deletes:
            said.append(
                self._at(candidate, self._extra(candidate, Extra("blank", "", candidate.column)))
            )
        if not said:
            return None
        conditions = [f"coalesce({' OR '.join(said)}, false)", *self._asked(candidate)]
        return f"({' AND '.join(conditions)})"

    def invalid(self, candidate: Candidate) -> str:
        """Whether there is something that cannot be used."""
        faults = self._flags(candidate)
        if candidate.guards.valid_if:
            faults.append(f"({self.value(candidate)} IS NOT NULL AND NOT {self._valid(candidate)})")
        if not faults:
            return "false"
        conditions = [f"coalesce({' OR '.join(faults)}, false)", *self._asked(candidate)]
        if deleted := self.deleted(candidate):
            conditions.append(f"NOT {deleted}")
        return " AND ".join(conditions)

    def current(self, golden: GoldenColumn, candidate: Candidate) -> str:
        """Whether the value is current on the run's day."""
        guards, since = candidate.guards, golden.survival.current_since
        conditions = []
        if since:
            conditions.append(f"coalesce({self.time(candidate)} >= {literal(since)}, false)")
        if guards.valid_until:
            day = self._day(candidate)
            conditions.append(f"coalesce({day} >= {literal(self.dialect.as_of)}, true)")
        if guards.valid_while:
            conditions.append(f"coalesce({self.holds(candidate, guards.valid_while)}, false)")
        return " AND ".join(conditions) or "true"

    def until(self, golden: GoldenColumn, candidate: Candidate) -> str:
        """The last day on which the value is current, NULL where nothing ends it."""
        ends = [self._day(candidate)] if candidate.guards.valid_until else []
        if golden.survival.valid_for:
            ends.append(span_end(self.time(candidate), golden, self.dialect))
        return f"least({', '.join(ends)})" if len(ends) > 1 else (ends or ["CAST(NULL AS DATE)"])[0]

    def record(self, candidate: Candidate) -> str:
        """The id of the row that speaks; the entity's where rows have none of their own."""
        if not self.has_records(candidate):
            return "CAST(k AS VARCHAR)"
        return self._at(candidate, self._extra(candidate, Extra("record")))

    def has_records(self, candidate: Candidate) -> bool:
        """Whether rows of the candidate's dataset have ids of their own."""
        return Extra("record") in self.projections[candidate.column.dataset].extras

    def raw(self, candidate: Candidate) -> str:
        """The text as the source holds it."""
        return self._at(candidate, self._extra(candidate, Extra("raw", "", candidate.column)))

    def text(self, candidate: Candidate) -> str:
        """The text after cleansing, whether or not it is a value."""
        return self._column(candidate, "d")

    def filled(self, candidate: Candidate) -> str:
        """How many fields of the row hold something."""
        return self._at(candidate, self._extra(candidate, Extra("filled")))

    def rank(self, candidate: Candidate, expression: str) -> str:
        """What a steward's expression gives for the row."""
        by = candidate.column.confirmed_by
        extra = Extra("expression", expression, confirmed_by=by)
        return self._at(candidate, self._extra(candidate, extra))

    def trust(self, candidate: Candidate) -> str:
        """How far the row is trusted, NULL where nothing is stated."""
        trusted = candidate.guards.trust
        if trusted is None:
            return UNKNOWN
        weight = self.dialect.weights.get((trusted.measured or "", candidate.column.attribute))
        trusted = with_weight(trusted, weight)
        holds = lambda text: f"coalesce({self.holds(candidate, text)}, false)"  # noqa: E731
        return trust_sql(trusted, self.time(candidate), self.dialect.as_of, holds)

    def holds(self, candidate: Candidate, text: str) -> str:
        """Whether a condition on the row is true."""
        projection = self.projections[candidate.column.dataset]
        return self._at(candidate, projection.holds(text, candidate.column.confirmed_by))

    @cached_property
    def _places(self) -> Mapping[Speaker, int]:
        return {speaker: n for n, speaker in enumerate(self.listed)}

    def _at(self, candidate: Candidate, column: str) -> str:
        if self.of_rows:
            return column
        unit = f"u{self._unit(candidate)}_" if self._is_matched(candidate) else ""
        return f"s{self.place(candidate)}.{unit}{column}"

    def _is_matched(self, candidate: Candidate) -> bool:
        return self.projections[candidate.column.dataset].match is not None

    def _unit(self, candidate: Candidate) -> int:
        """The number of the unit from whose record a candidate speaks."""
        key = candidate.column.attribute
        near = [u for u, unit in enumerate(self.units) if unit.resolves(key)]
        return next((u for u in near if self.units[u].has(candidate)), near[0])

    def _column(self, candidate: Candidate, letter: str) -> str:
        projection = self.projections[candidate.column.dataset]
        return self._at(candidate, f"{letter}{projection.index(candidate.column)}")

    def _extra(self, candidate: Candidate, extra: Extra) -> str:
        return self.projections[candidate.column.dataset].further(extra)

    def _flags(self, candidate: Candidate) -> list[str]:
        projection = self.projections[candidate.column.dataset]
        told = [projection.told(flag) for flag in flags_of_candidate(projection, candidate)]
        return [self._at(candidate, flag) for flag in told if flag not in CONSTANTS]

    def _valid(self, candidate: Candidate) -> str:
        projection, column = self.projections[candidate.column.dataset], candidate.column
        held = projection.holds(str(candidate.guards.valid_if), column.confirmed_by, column)
        return f"coalesce({self._at(candidate, held)}, false)"

    def _asked(self, candidate: Candidate) -> list[str]:
        """What lets the row speak at all: its condition, and a time that has come."""
        asked = []
        projection = self.projections[candidate.column.dataset]
        if candidate.recent and (candidate.column.confirmed_by or projection.dataset.confirmed_by):
            asked.append(f"coalesce({self._time(candidate)} < {self.dialect.end}, true)")
        conditions = (candidate.when, candidate.row if projection.match else None)
        return [*asked, *(self.holds(candidate, one) for one in conditions if one)]

    def _time(self, candidate: Candidate) -> str:
        if candidate.column.confirmed_by:
            return self._column(candidate, "c")
        return self._at(candidate, "t")

    def _day(self, candidate: Candidate) -> str:
        extra = Extra("day", str(candidate.guards.valid_until))
        return self._at(candidate, self._extra(candidate, extra))

    def _some(self, speaker: Speaker) -> str:
        rows = self._speaking(speaker)
        return f"SELECT * FROM ({rows}) WHERE k IN ({self.only})" if self.only else rows

    def _speaking(self, speaker: Speaker) -> str:
        projection = self.projections[speaker.dataset]
        if projection.match:
            return best_of_matched(projection, replace(self, of_rows=True))
        if speaker.row:
            return picked_of_many(projection, self.rows[speaker], self.dialect)
        if projection.dataset.rows == "many":
            return picked_of_many(projection, "true", self.dialect)
        return picked(projection)


def span_end(time: str, golden: GoldenColumn, dialect: Dialect) -> str:
    """The last day of the span in which a value confirmed at `time` is current."""
    span = golden.survival.valid_for
    assert span
    day = f"CAST({time} AS DATE)"
    if span.unit in ("mo", "y"):
        return (
            f"CAST({day} + INTERVAL {span.count * (12 if span.unit == 'y' else 1)} MONTH AS DATE)"
        )
    days = {"h": -(-span.count // 24), "d": span.count, "w": 7 * span.count}[span.unit]
    return f"({day} + {days})"
