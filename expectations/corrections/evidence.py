"""Takes in what the world outside says of values: returned mail, bounces, codes, registries.

A CSV with the columns `entity_id, attribute, value, kind, result, on` and, if wanted, `note`. A row
settles a suspicion of that value, and says of each source that held the value on that day whether
it was right. Copies have no say in it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from catalog.corrections import EVIDENCE_KINDS, Correction, Event, Evidence, Vote
from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.scratch import scratch_folder
from catalog.store.corrections import CorrectionStore
from catalog.store.snapshots import SnapshotStore
from catalog.validation.problems import nearest
from catalog.workspace import Workspace
from expectations.corrections.deciding import Deciding
from expectations.corrections.ledger import latest_ledger
from expectations.corrections.looking import ask, write_live
from expectations.corrections.recording import live_corrections
from expectations.corrections.spelling import compared_by_attribute
from expectations.engine.functions import literal, quote
from expectations.engine.sandbox import Step

NEEDED = ("entity_id", "attribute", "value", "kind", "result", "on")
RESULTS = {"right": True, "wrong": False}
MOST_TOLD = 20
GIVEN = "CREATE TABLE {name} AS SELECT *, {said} AS said FROM read_parquet({file})"
HELD = """
SELECT g.id, s.source, bool_and({held}), bool_or({held})
FROM given g JOIN read_parquet({ledger}) s
  ON s.entity_id = g.entity_id AND s.attribute = g.attribute
WHERE NOT s.copy AND s.last_seen >= least(g.since, {day}) GROUP BY ALL ORDER BY ALL
"""
HELD_THEN = """coalesce(CASE
  WHEN s.last_changed <= g.since THEN coalesce(s.compared, s.value)
  WHEN s.first_seen <= g.since THEN coalesce(s.previous_compared, s.previous)
END = g.said, false)"""
SETTLED = """
SELECT g.id, l.id, l.said = g.said FROM given g JOIN suspected l
ON l.entity_id = g.entity_id AND l.attribute = g.attribute
AND (l.said = g.said OR (l.said_before = g.said AND g.since >= l.since)) ORDER BY ALL
"""


@dataclass(frozen=True)
class Imported:
    """What a file of evidence brought: new rows, rows known already, suspicions verified and
    rejected, and new rows about values that no source was seen to hold on that day.
    """

    new: int
    known: int
    verified: int
    rejected: int
    unheld: int


def import_evidence(workspace: Workspace, catalog: Catalog, file: Path, now: datetime) -> Imported:
    """Take in a file of evidence, all of it or nothing; a row that is known already adds nothing.

    UsageError with every faulty row.
    """
    store = CorrectionStore(workspace.state_url)
    rows = read_evidence(catalog, file, workspace.clock.today())
    known = store.known_evidence([one.id for one in rows])
    new = list({one.id: one for one in rows if one.id not in known}.values())
    deciding = Deciding(catalog, workspace.clock.today(), now, workspace.settings.calendar)
    deciding.know(live_corrections(store))
    found = [_look(workspace, catalog, some, deciding) for some in _by_entity(new)]
    held = {key: says for one in found for key, says in one[0].items()}
    by_id = {one.id: one for one in new}
    voting = {one.id for one in new}
    for evidence_id, correction_id, about_new in (each for one in found for each in one[1]):
        if _settle(deciding, by_id[evidence_id], correction_id, about_new=about_new):
            voting.discard(evidence_id)
    votes = [vote for key in sorted(voting) for vote in _votes(by_id[key], held.get(key, {}))]
    deciding.votes += votes
    deciding.take_over()
    store.apply(deciding.batch(evidence=new))
    kinds = [one.event.kind for one in deciding.happened]
    unheld = sum(not any(held.get(one.id, {}).values()) for one in new)
    return Imported(
        len(new),
        len(rows) - len(new),
        kinds.count("verified"),
        kinds.count("rejected"),
        unheld,
    )


def _settle(deciding: Deciding, evidence: Evidence, correction_id: str, *, about_new: bool) -> bool:
    """Verify or reject a suspicion by evidence; whether its verification speaks for the sources."""
    one = deciding.present[correction_id]
    if one.state != "suspected":
        return False
    why = evidence.note or f"{evidence.kind.replace('_', ' ')} of {evidence.on}"
    if about_new and evidence.right:
        if deciding.is_held(one):
            return False
        deciding.verify(one.id, evidence.kind, why)
        return True
    if about_new or evidence.right:
        deciding.happen(one.id, "rejected", evidence.kind, why)
    return False


def _votes(evidence: Evidence, held: Mapping[str, bool]) -> Iterator[Vote]:
    for source, did in sorted(held.items()):
        if did:
            yield Vote(
                fact=evidence.id, source=source, attribute=evidence.attribute,
                right=evidence.right, on=evidence.on,
            )  # fmt: skip


def _look(
    workspace: Workspace, catalog: Catalog, new: Sequence[Evidence], deciding: Deciding
) -> tuple[dict[str, dict[str, bool]], Sequence[tuple[str, str, bool]]]:
    """By evidence which source held the value that day, and the suspicions it speaks of."""
    entity = new[0].attribute.partition(".")[0]
    suspected = [
        one
        for one in deciding.present.values()
        if one.state == "suspected" and one.attribute.startswith(f"{entity}.")
    ]
    with scratch_folder("evidence") as folder:
        ledger = folder / "ledger.parquet"
        snapshot = latest_ledger(SnapshotStore(workspace.state_url), entity, ledger)
        given = write_live([_as_correction(one) for one in new], folder / "given.parquet")
        live = write_live(suspected, folder / "live.parquet")
        zone, attributes = workspace.settings.timezone, list(catalog.attributes.values())
        said = compared_by_attribute("to_value", attributes, zone)
        before = compared_by_attribute("from_value", attributes, zone)
        both = f"{said} AS said, {before} AS said_before"
        steps = [
            Step("given", GIVEN.format(name="given", said=said, file=quote(str(given)))),
            Step(
                "suspected",
                f"CREATE TABLE suspected AS SELECT *, {both} FROM read_parquet({quote(str(live))})",
            ),
            Step("settled", SETTLED, needs=("given", "suspected"), fetch=True),
        ]
        if snapshot:
            asked = HELD.format(
                held=HELD_THEN, ledger=quote(str(ledger)), day=literal(snapshot.as_of)
            )
            steps.append(Step("held", asked, needs=("given",), fetch=True))
        readable = [given, live, *([ledger] if snapshot else [])]
        rows = ask(workspace, steps, readable)
    held: dict[str, dict[str, bool]] = {}
    for key, source, every, some in rows.get("held", ()):
        if every == some:
            held.setdefault(key, {})[source] = every
    settled: Any = rows["settled"]
    return held, settled


def _as_correction(one: Evidence) -> Correction:
    """Evidence in the form of the relation that statements read: its day is `since`."""
    at = datetime.combine(one.on, datetime.min.time())
    event = Event(kind="suspected", at=at, on=one.on, by=one.kind)
    return Correction(
        id=one.id, entity_id=one.entity_id, attribute=one.attribute, to_value=one.value,
        origin="evidence", state="suspected", since=one.on, made=at, events=(event,),
    )  # fmt: skip


def _by_entity(new: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    grouped: dict[str, list[Evidence]] = {}
    for one in new:
        grouped.setdefault(one.attribute.partition(".")[0], []).append(one)
    yield from grouped.values()


def read_evidence(catalog: Catalog, file: Path, today: date) -> list[Evidence]:
    """The rows of a file of evidence; UsageError with every fault, by line."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as UTF-8 text: {error}") from None
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise UsageError(
            f"{file.name} lacks the column(s) {', '.join(missing)}; needed: {', '.join(NEEDED)}"
        )
    found: list[Evidence] = []
    faults: list[str] = []
    for row in reader:
        said = list(_faults(catalog, row, today))
        faults += [f"{file.name}:{reader.line_num}: {fault}" for fault in said]
        if not said:
            found.append(_evidence(row))
    if faults:
        more = f"\n… and {len(faults) - MOST_TOLD} more" if len(faults) > MOST_TOLD else ""
        raise UsageError("\n".join(faults[:MOST_TOLD]) + f"{more}\nnothing was taken in")
    return found


def _faults(catalog: Catalog, row: Mapping[str, str | None], today: date) -> Iterator[str]:
    for name in NEEDED:
        if not (row[name] or "").strip():
            yield f"`{name}` is empty"
    attribute, kind = row["attribute"] or "", row["kind"] or ""
    if attribute and attribute not in catalog.attributes:
        yield f"there is no attribute '{attribute}'; {nearest(attribute, catalog.attributes)}"
    if kind and kind not in EVIDENCE_KINDS:
        yield f"'{kind}' is no kind of evidence; known: {', '.join(EVIDENCE_KINDS)}"
    if row["result"] and row["result"] not in RESULTS:
        yield f"result is '{row['result']}'; right or wrong is expected"
    if row["on"]:
        yield from _day_faults(row["on"], today)


def _day_faults(text: str, today: date) -> Iterator[str]:
    try:
        if date.fromisoformat(text) > today:
            yield f"{text} has not come yet"
    except ValueError:
        yield f"'{text}' is no day; write it as 2026-11-22"


def _evidence(row: Mapping[str, str | None]) -> Evidence:
    said = {name: (row[name] or "").strip() for name in NEEDED}
    digest = hashlib.sha256("\x1f".join(said.values()).encode()).hexdigest()
    return Evidence(
        id=digest[:32],
        entity_id=said["entity_id"],
        attribute=said["attribute"],
        value=said["value"],
        kind=said["kind"],
        right=RESULTS[said["result"]],
        on=date.fromisoformat(said["on"]),
        note=(row.get("note") or "").strip() or None,
    )
