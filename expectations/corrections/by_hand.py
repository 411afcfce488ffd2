"""Corrections by hand: a steward or the person concerned says what is right, until when and why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from catalog.corrections import ENDS, Correction, Event, Hold, Origin
from catalog.errors import UsageError
from catalog.model import Attribute, Catalog
from catalog.scratch import scratch_folder
from catalog.store.corrections import CorrectionStore
from catalog.store.snapshots import SnapshotStore
from catalog.validation.problems import nearest
from catalog.workspace import Workspace
from expectations.corrections.deciding import Deciding, held_by_most
from expectations.corrections.ledger import latest_ledger
from expectations.corrections.looking import Looked, ask, look
from expectations.corrections.recording import live_corrections
from expectations.corrections.spelling import compared_sql, value_sql
from expectations.engine.expressions import misfit, parse
from expectations.engine.functions import quote
from expectations.engine.sandbox import Step
from expectations.identity.following import living_of

SPAN = 12


@dataclass(frozen=True)
class Asked:
    """A correction as somebody asks for it; `until` is a day in ISO form or one of ENDS."""

    entity_id: str
    attribute: str
    to: str
    reason: str
    by: str
    origin: Origin = "steward"
    was: str | None = None
    until: str = "next-verified-change"
    due: date | None = None
    keep_when_equal: bool = False


@dataclass(frozen=True)
class Spelled:
    """A text as an attribute's value, as it is compared, and whether it fits the type."""

    value: str | None
    compared: str | None
    fits: bool


def correct(workspace: Workspace, catalog: Catalog, asked: Asked, now: datetime) -> Correction:
    """Record a correction: verified at once, and the golden value until its end.

    One that is suspected or verified already with the same value is taken up; another verified
    one of the same entity and attribute is replaced. An id that was merged into another means that
    one. Raises UsageError for what cannot be meant.
    """
    attribute = find_attribute(catalog, asked.attribute)
    day = workspace.clock.today()
    refuse(asked, day)
    merged = living_of(workspace.state_url, attribute.entity)
    asked = replace(asked, entity_id=merged.get(asked.entity_id, asked.entity_id))
    store = CorrectionStore(workspace.state_url)
    live = [one for one in live_corrections(store) if _is_of(one, asked.entity_id, attribute)]
    texts = [asked.to, asked.was, *(one.to_value for one in live)]
    spelled = spell(workspace, attribute, texts)
    if not spelled[0].fits or spelled[0].value is None:
        raise UsageError(
            f"--to '{asked.to}' is no valid {attribute.type.replace('_', ' ')}, so "
            f"{attribute.key} cannot become it"
        )
    known = [one for one, said in zip(live, spelled[2:], strict=True) if _same(said, spelled[0])]
    made = _made(asked, attribute, spelled, day, now)
    chosen = known[-1] if known else made
    looked = _look(workspace, catalog, [*live, *([] if known else [made])])
    deciding = Deciding(catalog, day, now, workspace.settings.calendar)
    deciding.know(live, looked)
    _record(deciding, chosen, asked, looked, is_new=not known)
    deciding.take_over()
    store.apply(deciding.batch())
    return store.get(chosen.id)


def refuse(asked: Asked, day: date) -> None:
    """UsageError for a correction that says too little, or what cannot be."""
    for name, text in (("--to", asked.to), ("--reason", asked.reason), ("--by", asked.by)):
        if not text.strip():
            raise UsageError(f"{name} is empty; a correction says what is right, why, and who says")
    if asked.origin == "request" and asked.due is None:
        raise UsageError(
            "a request of the person concerned carries its own due date: name it with --due"
        )
    if asked.due and asked.due < day:
        raise UsageError(f"--due {asked.due} is past")
    if asked.until not in ENDS and until_day(asked.until) < day:
        raise UsageError(f"--until {asked.until} is past")


def until_day(text: str) -> date:
    """The day a text names; UsageError with the ends there are."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--until {text} is no end; write a day such as 2027-06-30, or one of {', '.join(ENDS)}"
        ) from None


def find_attribute(catalog: Catalog, key: str) -> Attribute:
    """The attribute of that key, or of that URN; UsageError with the nearest one."""
    found = catalog.attributes.get(key.removeprefix("attribute:"))
    if found is None:
        raise UsageError(f"there is no attribute '{key}'; {nearest(key, catalog.attributes)}")
    return found


def spell(workspace: Workspace, attribute: Attribute, texts: Sequence[str | None]) -> list[Spelled]:
    """How texts are written and compared as values of an attribute, in their order."""
    zone = workspace.settings.timezone
    rows = ", ".join(
        f"({n}, {'NULL' if text is None else quote(text)})" for n, text in enumerate(texts)
    )
    value = value_sql("text", attribute, zone)
    wrong = misfit(parse("value", attribute.type, zone), "value", attribute.type)
    sql = (
        f"SELECT value, {compared_sql('text', attribute, zone)}, NOT {wrong} FROM ("
        f"SELECT n, text, {value} AS value FROM (VALUES {rows}) given(n, text)) ORDER BY n"
    )
    found = ask(workspace, [Step("spell", sql, fetch=True)], [])["spell"]
    return [Spelled(*row) for row in found]


def _same(one: Spelled, other: Spelled) -> bool:
    return one.compared == other.compared and one.compared is not None


def _is_of(one: Correction, entity_id: str, attribute: Attribute) -> bool:
    return one.entity_id == entity_id and one.attribute == attribute.key


def _made(
    asked: Asked, attribute: Attribute, spelled: Sequence[Spelled], day: date, now: datetime
) -> Correction:
    unique = "\x1f".join(
        [asked.entity_id, attribute.key, spelled[0].compared or "", now.isoformat()]
    )
    event = Event(kind="verified", at=now, on=day, by=asked.by, why=asked.reason)
    return Correction(
        id=hashlib.sha256(unique.encode()).hexdigest()[:SPAN],
        entity_id=asked.entity_id,
        attribute=attribute.key,
        from_value=spelled[1].value,
        to_value=spelled[0].value,
        origin=asked.origin,
        state="verified",
        since=day,
        due=asked.due,
        verified_by=asked.by,
        until=asked.until,
        keep_when_equal=asked.keep_when_equal,
        author=asked.by,
        reason=asked.reason,
        made=now,
        events=(event,),
    )


def _look(workspace: Workspace, catalog: Catalog, live: Sequence[Correction]) -> Looked | None:
    """What each record holds by the latest ledger; None where no observations are kept."""
    with scratch_folder("observations") as folder:
        entity = live[0].attribute.partition(".")[0]
        file = folder / "ledger.parquet"
        snapshot = latest_ledger(SnapshotStore(workspace.state_url), entity, file)
        if snapshot is None:
            return None
        return look(workspace, catalog, file, None, snapshot.as_of, live, Path(folder))


def _record(
    deciding: Deciding, chosen: Correction, asked: Asked, looked: Looked | None, *, is_new: bool
) -> None:
    held = looked.holds.get(chosen.id, []) if looked else []
    if is_new:
        holds: tuple[Hold, ...] = tuple(hold for hold, _ in held)
        before = chosen.from_value or held_by_most(held)
        due = chosen.due or deciding.due(chosen.attribute)
        deciding.begin(chosen.model_copy(update={"holds": holds, "from_value": before, "due": due}))
        deciding.settle(chosen.id)
        return
    changes = {
        "until": asked.until,
        "keep_when_equal": asked.keep_when_equal,
        "author": asked.by,
        "reason": asked.reason,
        "ended": None,
    }
    if chosen.state == "suspected":
        deciding.verify(chosen.id, asked.by, asked.reason, due=asked.due, **changes)
    else:
        due = asked.due or chosen.due
        deciding.happen(chosen.id, "overridden", asked.by, asked.reason, due=due, **changes)
