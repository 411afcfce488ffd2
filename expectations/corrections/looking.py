"""Looks through a ledger for what has become of corrections, and for what raises suspicion.

A suspicion is a source that says something new while another one keeps what was said before. Later
is not righter: the new value may be a typing error, or a thief's before he orders the card. Values
of copies neither raise suspicion nor speak against it. A dataset of which nothing was read that day
says what it said last; a record that is gone from one that was read says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from catalog.corrections import Correction, Hold
from catalog.errors import TekdogruError
from catalog.model import Catalog
from catalog.workspace import Workspace
from expectations.corrections.spelling import compared_by_attribute
from expectations.engine.embedded import limits_of, plain
from expectations.engine.functions import literal, quote
from expectations.engine.sandbox import Step, run_steps

LIVE = """
CREATE TABLE live AS SELECT id, entity_id, attribute, to_value, from_value, state,
  CAST(since AS DATE) AS floor, CAST(made_on AS DATE) AS made_on,
  until = 'next-change' AS ends_by_change, keep, {to_c} AS to_c, {from_c} AS from_c
FROM read_parquet({live})
"""
SAYS = """
CREATE VIEW says AS SELECT *, coalesce(compared, value) AS said,
  coalesce(previous_compared, previous) AS before,
  last_changed = {day} AND dataset IN (SELECT dataset FROM known) AS anew
FROM read_parquet({ledger})
WHERE value IS NOT NULL AND (last_seen = {day} OR dataset IN (SELECT dataset FROM unread))
"""
UNREAD = """
CREATE TABLE unread AS SELECT dataset FROM (VALUES {datasets}) defined(dataset)
WHERE dataset NOT IN (SELECT dataset FROM read_parquet({ledger}) WHERE last_seen = {day})
"""
SUSPECTS = """
CREATE TABLE suspects AS SELECT
  left(sha256(concat_ws(chr(31), a.entity_id, a.attribute, a.said, CAST({day} AS VARCHAR))), 12)
    AS id,
  a.entity_id, a.attribute, a.said,
  arg_min(a.value, concat_ws('/', a.dataset, a.record_id, a.field)) AS to_value,
  arg_min(a.source, concat_ws('/', a.dataset, a.record_id, a.field)) AS source,
  arg_min(a.dataset || '.' || a.field, concat_ws('/', a.dataset, a.record_id, a.field)) AS field,
  arg_min(o.value, concat_ws('/', o.dataset, o.record_id, o.field)) AS from_value,
  arg_min(o.said, concat_ws('/', o.dataset, o.record_id, o.field)) AS from_c
FROM says a JOIN says o ON a.entity_id = o.entity_id AND a.attribute = o.attribute
WHERE a.anew AND NOT a.copy AND NOT o.copy AND o.last_changed < {day} AND o.source <> a.source
  AND o.said <> a.said AND (a.before IS NULL OR o.said = a.before)
  AND NOT EXISTS (
    SELECT 1 FROM live l WHERE l.entity_id = a.entity_id AND l.attribute = a.attribute
    AND (l.to_c = a.said OR (l.state <> 'suspected' AND l.from_c = a.said)))
GROUP BY a.entity_id, a.attribute, a.said
"""
JOIN_LIVE = """
INSERT INTO live SELECT id, entity_id, attribute, to_value, from_value, 'suspected', {last},
  {day}, false, false, said, from_c FROM suspects
"""
HOLDS = """
SELECT l.id, s.dataset, s.record_id, s.field, s.said = l.to_c,
  coalesce(s.said = l.from_c AND s.said <> l.to_c, false), s.last_changed, s.copy, s.value
FROM live l JOIN says s ON l.entity_id = s.entity_id AND l.attribute = s.attribute
ORDER BY ALL
"""
CONFIRMED = """
SELECT l.id, min(s.source) FROM live l
JOIN says s ON l.entity_id = s.entity_id AND l.attribute = s.attribute AND s.said = l.to_c
WHERE l.state = 'suspected' AND NOT s.copy AND s.means = 'confirmed'
  AND CAST(s.confirmed_at AS DATE) BETWEEN l.floor AND {day}
  AND NOT EXISTS (
    SELECT 1 FROM says o WHERE o.entity_id = l.entity_id AND o.attribute = l.attribute
    AND o.said <> l.to_c AND NOT o.copy AND o.means = 'confirmed'
    AND o.confirmed_at >= s.confirmed_at)
GROUP BY l.id ORDER BY l.id
"""
CHANGED = """
SELECT DISTINCT l.id FROM live l
JOIN says s ON l.entity_id = s.entity_id AND l.attribute = s.attribute
WHERE l.ends_by_change AND s.anew AND NOT s.copy AND {day} > l.made_on
  AND NOT (l.keep AND s.said = l.to_c)
ORDER BY l.id
"""
OBSERVED = "SELECT attribute, count(DISTINCT entity_id) FROM says GROUP BY ALL ORDER BY ALL"
SUSPECTED = "SELECT id, entity_id, attribute, from_value, to_value, source, field FROM suspects"


@dataclass(frozen=True)
class Suspect:
    """A value that a source began to hold while another kept the one before."""

    id: str
    entity_id: str
    attribute: str
    from_value: str
    to_value: str
    source: str
    field: str


@dataclass(frozen=True)
class Looked:
    """What was found: by correction what each record holds (its value beside it), the suspects,
    who confirmed which suspicion, which overrides a change has ended, entities by attribute.
    """

    holds: dict[str, list[tuple[Hold, str]]]
    suspects: tuple[Suspect, ...]
    confirmed: dict[str, str]
    changed: frozenset[str]
    observed: dict[str, int]


def look(
    workspace: Workspace,
    catalog: Catalog,
    ledger: Path,
    before: Path | None,
    day: date,
    live: Sequence[Correction],
    folder: Path,
) -> Looked:
    """Look through the ledger of a day at the corrections that are `live`.

    Suspicions arise only beside `before`, the ledger of the last day before: without it nothing is
    known to have changed. `folder` is for files of its own. TekdogruError when it cannot be done.
    """
    listed = write_live(live, folder / "live.parquet")
    attributes = {one.attribute for one in live}
    known = [catalog.attributes[key] for key in attributes if key in catalog.attributes]
    zone = workspace.settings.timezone
    told = {"day": literal(day), "ledger": quote(str(ledger)), "live": quote(str(listed))}
    told |= {name: _compared(name, known, zone) for name in ("to_c", "from_c")}
    datasets = ", ".join(f"({quote(path)})" for path in catalog.datasets)
    told |= {"datasets": datasets or "(NULL)"}
    readable = [ledger, listed, *([before] if before else [])]
    return _looked(ask(workspace, list(_steps(told, before)), readable), catalog)


def ask(
    workspace: Workspace, steps: Sequence[Step], readable: Sequence[Path]
) -> dict[str, tuple[tuple[Any, ...], ...]]:
    """What statements fetch in the guarded child, by their names; TekdogruError for a failure."""
    limits = limits_of(workspace.settings.engine, workspace.settings.timezone)
    outcomes = run_steps(steps, readable=readable, limits=limits)
    for outcome in outcomes.values():
        if outcome.failure:
            said = plain(outcome.failure.message, readable)
            raise TekdogruError(f"the corrections could not be looked at: {said}")
    return {name: one.rows for name, one in outcomes.items()}


def _compared(name: str, attributes: Iterable[Any], zone: str) -> str:
    column = {"to_c": "to_value", "from_c": "from_value"}[name]
    return compared_by_attribute(column, sorted(attributes, key=lambda one: one.key), zone)


def _steps(told: dict[str, str], before: Path | None) -> Iterable[Step]:
    """The statements; what one makes is needed by all that follow."""
    source = f"read_parquet({quote(str(before))})" if before else None
    known = f"SELECT DISTINCT dataset FROM {source}" if source else "SELECT '' AS dataset"
    last = f"(SELECT max(last_seen) FROM {source})" if source else told["day"]
    made = {
        "live": LIVE.format(**told),
        "known": f"CREATE TABLE known AS {known}",
        "unread": UNREAD.format(**told),
        "says": SAYS.format(**told),
        "suspects": SUSPECTS.format(**told),
        "joined": JOIN_LIVE.format(**told, last=last),
    }
    for number, (name, sql) in enumerate(made.items()):
        yield Step(name, sql, needs=tuple(made)[:number])
    asked = {
        "holds": HOLDS,
        "confirmed": CONFIRMED.format(**told),
        "changed": CHANGED.format(**told),
        "observed": OBSERVED,
        "suspected": SUSPECTED,
    }
    for name, sql in asked.items():
        yield Step(name, sql, needs=tuple(made), fetch=True)


def _looked(rows: dict[str, tuple[tuple[Any, ...], ...]], catalog: Catalog) -> Looked:
    holds: dict[str, list[tuple[Hold, str]]] = {}
    for one, dataset, record, field, has, was, changed, copy, value in rows["holds"]:
        origin = catalog.fields.get(f"{dataset}.{field}")
        copied = (origin.copy_of if origin else None) or "another field"
        hold = Hold(
            dataset=dataset, record_id=record, field=field, holds=has, was=was,
            changed=changed, copy_of=copied if copy else None,
        )  # fmt: skip
        holds.setdefault(one, []).append((hold, value))
    return Looked(
        holds=holds,
        suspects=tuple(Suspect(*row) for row in rows["suspected"]),
        confirmed=dict(rows["confirmed"]),
        changed=frozenset(one for (one,) in rows["changed"]),
        observed=dict(rows["observed"]),
    )


def write_live(live: Sequence[Correction], target: Path) -> Path:
    """Write corrections as the relation that statements read."""
    import pyarrow as pa
    from pyarrow import parquet

    columns: dict[str, tuple[pa.DataType, list[Any]]] = {
        "id": (pa.string(), [one.id for one in live]),
        "entity_id": (pa.string(), [one.entity_id for one in live]),
        "attribute": (pa.string(), [one.attribute for one in live]),
        "to_value": (pa.string(), [one.to_value for one in live]),
        "from_value": (pa.string(), [one.from_value for one in live]),
        "state": (pa.string(), [one.state for one in live]),
        "since": (pa.date32(), [one.since for one in live]),
        "made_on": (pa.date32(), [one.events[0].on for one in live]),
        "until": (pa.string(), [one.until if one.is_override else None for one in live]),
        "keep": (pa.bool_(), [one.keep_when_equal for one in live]),
    }
    made = {name: pa.array(values, kind) for name, (kind, values) in columns.items()}
    parquet.write_table(pa.table(made), target)
    return target
