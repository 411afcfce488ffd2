"""Takes in a day's observations: the ledger goes on, suspicions arise, corrections move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from catalog.corrections import ENDS, Correction, Observed
from catalog.model import Catalog
from catalog.scratch import scratch_folder
from catalog.store.corrections import CorrectionStore
from catalog.workspace import Workspace
from expectations.corrections.deciding import CONFIRMED, OBSERVATION, Deciding, suspicion
from expectations.corrections.ledger import keep_observations
from expectations.corrections.looking import Looked, look


@dataclass(frozen=True)
class Recorded:
    """What a day's observations brought: corrections newly suspected, verified, taken over, and
    fallen back from.
    """

    suspected: int = 0
    verified: int = 0
    taken_over: int = 0
    fell_back: int = 0


def record_observations(
    workspace: Workspace, catalog: Catalog, entity: str, today: Path, day: date, now: datetime
) -> Recorded:
    """Take in what every record of an entity says on a day (the Parquet file `today`).

    The same day may be told again: it changes nothing, unless the records say otherwise by now.
    UsageError for a day before the last one kept, TekdogruError when it cannot be done.
    """
    with scratch_folder("observations") as folder:
        ledger = keep_observations(workspace, entity, today, day, now, folder)
        store = CorrectionStore(workspace.state_url)
        live = [one for one in live_corrections(store) if one.attribute.startswith(f"{entity}.")]
        looked = look(workspace, catalog, ledger.file, ledger.before, day, live, folder)
    deciding = Deciding(catalog, day, now, workspace.settings.calendar)
    deciding.know(live, looked)
    decide(deciding, looked)
    observed = [
        Observed(attribute=key, on=day, entities=count) for key, count in looked.observed.items()
    ]
    store.apply(deciding.batch(observed=observed))
    kinds = [one.event.kind for one in deciding.happened]
    return Recorded(
        len(deciding.new),
        kinds.count("verified"),
        kinds.count("taken_over"),
        kinds.count("fell_back") + kinds.count("doubted"),
    )


def live_corrections(store: CorrectionStore) -> list[Correction]:
    """The corrections that observations can still move, and the values set by hand in force."""
    listed = store.listed(states=("suspected", "verified", "taken_over"))
    return [one for one in listed if one.closed is None]


def decide(deciding: Deciding, looked: Looked) -> None:
    """What follows from a look at the ledger of the day."""
    end_overrides(deciding, looked)
    for suspect in looked.suspects:
        holds = [hold for hold, _ in looked.holds.get(suspect.id, ())]
        deciding.begin(suspicion(suspect, holds, deciding.day, deciding.now))
    withdraw(deciding)
    for one, source in looked.confirmed.items():
        correction = deciding.present[one]
        if correction.state == "suspected" and not deciding.is_held(correction):
            deciding.verify(one, CONFIRMED, f"confirmed by the customer in {source}")
    deciding.take_over()


def end_overrides(deciding: Deciding, looked: Looked) -> None:
    """Note the end of values set by hand whose day has passed, or that a change has ended."""
    for one in list(deciding.present.values()):
        if not one.is_override:
            continue
        if one.id in looked.changed:
            deciding.happen(one.id, "ended", OBSERVATION, "a source changed", ended=deciding.day)
        elif _is_past(one.until, deciding.day):
            deciding.happen(one.id, "ended", OBSERVATION, "its day has passed", ended=deciding.day)


def _is_past(until: str | None, day: date) -> bool:
    return until is not None and until not in ENDS and date.fromisoformat(until) < day


def withdraw(deciding: Deciding) -> None:
    """Reject suspicions of values that no record holds any more: they were taken back."""
    for one in list(deciding.present.values()):
        if one.state == "suspected" and not any(hold.holds for hold in one.holds):
            deciding.happen(one.id, "rejected", OBSERVATION, "no system says so any more")
