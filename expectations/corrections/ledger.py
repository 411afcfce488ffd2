"""The ledger of observations: since when each record says what it says, kept across runs.

One row per attribute, dataset, record and field: what `resolve` observed last, and with it
`first_seen` (the day a value was first seen there), `last_changed` (the day since which it says
what it says), `last_confirmed` (the last time it was confirmed as it is, where that means a
confirmation), `previous` and `previous_compared` (the last other value, if there was one) and
`last_seen` (the last day the record was there: earlier than the ledger's day for one that is gone).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from catalog.errors import TekdogruError, UsageError
from catalog.store.snapshots import Snapshot, SnapshotStore
from catalog.workspace import Workspace
from expectations.engine.embedded import limits_of, plain
from expectations.engine.functions import literal, quote
from expectations.engine.sandbox import Step, run_steps
from expectations.engine.words import STEP as WORDS_STEP
from expectations.engine.words import as_word, words_among

KIND = "observations"
OBSERVED = (
    *("entity_id", "attribute", "source", "dataset", "record_id", "field"),
    *("value", "compared", "confirmed_at", "means", "copy"),
)
KEY = ("attribute", "dataset", "record_id", "field")
SIDES = ", ".join(KEY)
WORDED = ("attribute", "source", "dataset", "field", "means")
"""What repeats from row to row."""

TODAY = """
SELECT CAST(entity_id AS VARCHAR) AS entity_id, {words},
  CAST(record_id AS VARCHAR) AS record_id,
  CAST(value AS VARCHAR) AS value, CAST(compared AS VARCHAR) AS compared,
  CAST(confirmed_at AS TIMESTAMP) AS confirmed_at, coalesce(CAST(copy AS BOOLEAN), false) AS copy
FROM read_parquet({today})
"""
ONCE = """
SELECT {columns} FROM observed o ANTI JOIN repeated r ON {same}
UNION ALL
SELECT {columns} FROM observed o SEMI JOIN repeated r ON {same}
QUALIFY row_number() OVER (
  PARTITION BY {sides}
  ORDER BY confirmed_at DESC NULLS LAST, means = 'confirmed' DESC NULLS LAST,
    compared NULLS LAST, value NULLS LAST, means NULLS LAST, copy, entity_id
) = 1
"""
FIRST = """
SELECT t.*, {day} AS last_seen, CASE WHEN value IS NOT NULL THEN {day} END AS first_seen,
  {day} AS last_changed, CASE WHEN means = 'confirmed' THEN confirmed_at END AS last_confirmed,
  CAST(NULL AS VARCHAR) AS previous, CAST(NULL AS VARCHAR) AS previous_compared
FROM ({today}) t
"""
NEXT = """
SELECT
  {kept},
  CASE WHEN t.attribute IS NULL THEN l.last_seen ELSE {day} END AS last_seen,
  coalesce(l.first_seen, CASE WHEN t.value IS NOT NULL THEN {day} END) AS first_seen,
  CASE WHEN {same} THEN l.last_changed ELSE {day} END AS last_changed,
  CASE
    WHEN t.attribute IS NULL THEN l.last_confirmed
    WHEN {same} THEN greatest(l.last_confirmed, {confirmed})
    ELSE {confirmed}
  END AS last_confirmed,
  CASE WHEN {same} OR l.value IS NULL THEN l.previous ELSE l.value END AS previous,
  CASE WHEN {same} OR l.compared IS NULL THEN l.previous_compared ELSE l.compared END
    AS previous_compared
FROM ({today}) t FULL JOIN (SELECT * REPLACE ({words}) FROM read_parquet({ledger})) l
  ON t.attribute = l.attribute AND t.dataset = l.dataset
  AND t.record_id = l.record_id AND t.field = l.field
"""
SAME = """(t.attribute IS NULL OR (l.attribute IS NOT NULL AND
  coalesce(t.compared, t.value) IS NOT DISTINCT FROM coalesce(l.compared, l.value)))"""
CONFIRMED = "CASE WHEN t.means = 'confirmed' THEN t.confirmed_at END"


@dataclass(frozen=True)
class Ledger:
    """The ledger of one entity after a day's observations; `known` are its datasets before."""

    entity: str
    day: date
    file: Path
    before: Path | None
    snapshot: Snapshot


def ledger_steps(today: Path, ledger: Path | None, day: date, target: Path) -> list[Step]:
    """The statements that write the ledger after the observations of a day.

    What repeats on every row is joined and sorted by its number, not as a text, and only what a
    record says twice is put in order.
    """
    files = [quote(str(file)) for file in (today, ledger) if file]
    repeats = " UNION ".join(
        f"SELECT CAST({name} AS VARCHAR) AS word FROM read_parquet({file})"
        for file in files
        for name in WORDED
    )
    observed = TODAY.format(today=quote(str(today)), words=_worded())
    repeated = f"SELECT {SIDES} FROM observed GROUP BY ALL HAVING count(*) > 1"
    ordered = f"SELECT * FROM ({_next(ledger, day)}) ORDER BY entity_id, {SIDES}"
    copied = f"COPY ({ordered}) TO {quote(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    return [
        words_among(f"SELECT word FROM ({repeats}) WHERE word IS NOT NULL"),
        Step("observed", f"CREATE TABLE observed AS {observed}", (WORDS_STEP,)),
        Step("repeated", f"CREATE TABLE repeated AS {repeated}", ("observed",)),
        Step("ledger", copied, ("repeated",)),
    ]


def _next(ledger: Path | None, day: date) -> str:
    """The ledger after the observations of a day; rows in no order."""
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM r.{name}" for name in KEY)
    once = ONCE.format(columns=", ".join(OBSERVED), same=same, sides=SIDES)
    if ledger is None:
        return FIRST.format(today=once, day=literal(day))
    kept = ", ".join(
        f"CASE WHEN t.attribute IS NULL THEN l.{name} ELSE t.{name} END AS {name}"
        for name in OBSERVED
    )
    return NEXT.format(
        kept=kept,
        today=once,
        ledger=quote(str(ledger)),
        words=_worded(),
        day=literal(day),
        same=SAME,
        confirmed=CONFIRMED,
    )


def _worded() -> str:
    return ", ".join(f"{as_word(f'CAST({name} AS VARCHAR)')} AS {name}" for name in WORDED)


def write_ledger(
    workspace: Workspace, today: Path, ledger: Path | None, day: date, target: Path
) -> None:
    """Write the ledger after a day's observations; TekdogruError when that cannot be done.

    The same observations and the same ledger always give the same bytes.
    """
    readable = [today, *([ledger] if ledger else [])]
    outcomes = run_steps(
        ledger_steps(today, ledger, day, target),
        readable=readable,
        writable=[target],
        limits=limits_of(workspace.settings.engine, workspace.settings.timezone),
    )
    failed = next((one.failure for one in outcomes.values() if one.failure), None)
    if failed:
        said = plain(failed.message, [*readable, target])
        raise TekdogruError(f"the observations of {day} could not be kept: {said}")


def keep_observations(
    workspace: Workspace, entity: str, today: Path, day: date, now: datetime, folder: Path
) -> Ledger:
    """Bring an entity's ledger up to a day, in files below `folder`; a second time for the same
    day, what the first said is replaced.

    Raises UsageError for a day before the last one kept: a ledger goes forward only.
    """
    store = SnapshotStore(workspace.state_url)
    before = ledger_before(store, entity, day, folder)
    target = folder / "ledger.parquet"
    write_ledger(workspace, today, before, day, target)
    snapshot = store.save(KIND, entity, target, as_of=day, created=now)
    return Ledger(entity, day, target, before, snapshot)


def ledger_before(store: SnapshotStore, entity: str, day: date, folder: Path) -> Path | None:
    """The ledger of the last day before `day`, as a file; None where there is none."""
    versions = store.versions(KIND, entity)
    if versions and versions[-1].as_of > day:
        raise UsageError(
            f"observations of {entity} are kept until {versions[-1].as_of}; those of {day} come "
            "too late, since a ledger goes forward only"
        )
    earlier = [one for one in versions if one.as_of < day]
    pruned = versions[:1] if versions and versions[0].version > 1 else []
    chosen = (earlier or pruned)[-1:]
    for snapshot in chosen:
        target = folder / "before.parquet"
        store.write_content(snapshot, target)
        return target
    return None


def latest_ledger(store: SnapshotStore, entity: str, target: Path) -> Snapshot | None:
    """Write an entity's latest ledger to `target`; None where no observations are kept."""
    snapshot = store.latest(KIND, entity)
    if snapshot is not None:
        store.write_content(snapshot, target)
    return snapshot
