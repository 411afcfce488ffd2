"""What corrections must do alike, on SQLite and on Postgres."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from catalog.corrections import (
    STEPS,
    Correction,
    Event,
    EventKind,
    Evidence,
    Hold,
    Observed,
    Refused,
    Vote,
    state_after,
)
from catalog.errors import UsageError
from catalog.store.corrections import Batch, CorrectionStore, Happened
from catalog.store.forgetting import ForgettingStore
from catalog.store.runs import RunStore
from catalog.store.snapshots import SnapshotStore

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def event(kind: EventKind, by: str = "a@bank.example", day: date = DAY) -> Event:
    return Event(kind=kind, at=NOW, on=day, by=by, why="ş")


def correction(number: int = 1, kind: EventKind = "suspected", **more: object) -> Correction:
    state = STEPS[None, kind]
    said: dict[str, object] = {
        "id": f"{number:012}", "entity_id": "4711", "attribute": "customer.address",
        "from_value": "Eski Sok. 1", "to_value": "Yeni Cad. 2", "origin": "source",
        "state": state, "since": DAY, "made": NOW + timedelta(minutes=number),
        "events": (event(kind),),
    }  # fmt: skip
    return Correction.model_validate({**said, **more})


def test_a_correction_comes_back_with_its_events_and_what_was_held(url: str) -> None:
    one = correction(
        due=DAY, until="forever", author="b@bank.example", reason="ı", keep_when_equal=True
    )
    holds = (
        Hold(dataset="core.customers", record_id="1", field="address", holds=False, was=True),
        Hold(dataset="crm.customers", record_id="7", field="adr", holds=True, changed=DAY),
    )
    CorrectionStore(url).apply(Batch(new=[one], holds={one.id: holds}))
    found = CorrectionStore(url, reading=True)
    assert found.listed() == [one.model_copy(update={"holds": holds})]
    assert found.get("00000000000") == found.listed()[0]
    assert found.listed(states=["verified"]) == []
    assert found.listed(attributes=["customer.email"]) == []
    assert found.listed(entity_id="1") == []


def test_what_is_known_already_is_left_as_it_is(url: str) -> None:
    store = CorrectionStore(url)
    store.apply(Batch(new=[correction()], happened=[Happened(correction().id, event("verified"))]))
    before = store.listed()
    store.apply(Batch(new=[correction()]))
    assert store.listed() == before
    assert [one.kind for one in before[0].events] == ["suspected", "verified"]


def test_a_batch_of_which_one_part_is_refused_is_not_written_at_all(url: str) -> None:
    store = CorrectionStore(url)
    store.apply(Batch(new=[correction()]))
    wrong = [Happened(correction().id, event("verified")), Happened("0" * 12, event("verified"))]
    for happened in (wrong, [Happened(correction().id, event("fell_back"))]):
        with pytest.raises(UsageError):
            store.apply(Batch(new=[correction(2)], happened=happened))
    assert [one.id for one in store.listed()] == [correction().id]
    assert store.listed()[0].state == "suspected"


def test_an_id_nobody_knows_and_one_that_several_begin_with_are_told(url: str) -> None:
    store = CorrectionStore(url)
    store.apply(Batch(new=[correction(1), correction(2)]))
    with pytest.raises(UsageError, match="several corrections begin with '0000'"):
        store.get("0000")
    for unknown in ("9", "%", ""):
        with pytest.raises(UsageError, match="there is no correction whose id begins"):
            store.get(unknown)


def test_evidence_votes_and_days_of_observation_are_kept_once(url: str) -> None:
    store = CorrectionStore(url)
    proof = Evidence(
        id="e1", entity_id="4711", attribute="customer.address", value="Eski Sok. 1",
        kind="returned_mail", right=False, on=DAY,
    )  # fmt: skip
    vote = Vote(fact="e1", source="core", attribute="customer.address", right=False, on=DAY)
    seen = Observed(attribute="customer.address", on=DAY, entities=3)
    for day in (DAY, DAY + timedelta(days=1)):
        later = seen.model_copy(update={"on": day})
        store.apply(Batch(evidence=[proof], votes=[vote], observed=[later]))
    assert store.votes(DAY) == [vote]
    assert store.votes(DAY - timedelta(days=1)) == []
    assert store.known_evidence(["e1", "e2"]) == {"e1"}
    assert store.observed()["customer.address"].on == DAY + timedelta(days=1)


def test_a_history_of_an_older_step_has_no_corrections(url: str) -> None:
    RunStore(url)
    assert CorrectionStore(url, reading=True).listed() == []
    assert CorrectionStore(url, reading=True).observed() == {}


KINDS = st.sampled_from(
    ["verified", "rejected", "superseded", "taken_over", "fell_back", "doubted", "ended"]
)


@settings(
    max_examples=examples(15, 100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(KINDS, max_size=12))
def test_no_event_is_lost_and_the_state_is_what_the_events_make_it(
    url: str, kinds: list[EventKind]
) -> None:
    """A refused event changes nothing; every other one is there, in its order, for good."""
    store = CorrectionStore(url)
    one = correction(store.count() + 1)
    store.apply(Batch(new=[one]))
    accepted: list[EventKind] = ["suspected"]
    for number, kind in enumerate(kinds):
        said = event(kind, by=f"p{number}")
        try:
            store.apply(Batch(happened=[Happened(one.id, said)]))
        except Refused:
            continue
        accepted.append(kind)
        found = store.get(one.id)
        assert [told.kind for told in found.events] == accepted
        assert found.events[-1] == said
    assert store.get(one.id).state == state_after(accepted)


# erasure


def test_of_a_person_who_is_erased_states_and_counts_stay_and_nothing_else(
    url: str, tmp_path: Path
) -> None:
    store, one = CorrectionStore(url), correction(until="forever", reason="ı", due=DAY)
    other = correction(2, entity_id="2", from_value="Bir", to_value="İki")
    held = Hold(dataset="core.customers", record_id="1", field="address", holds=False)
    proof = Evidence(
        id="e1", entity_id="4711", attribute="customer.address", value="Eski Sok. 1",
        kind="bounce", right=False, on=DAY,
    )  # fmt: skip
    facts = [
        Vote(fact=fact, source="core", attribute="customer.address", right=False, on=DAY)
        for fact in (one.id, "e1")
    ]
    store.apply(Batch(new=[one, other], holds={one.id: [held]}, evidence=[proof], votes=facts))
    file = tmp_path / "ledger.parquet"
    for content in (b"Eski Sok. 1", b"Yeni Cad. 2"):
        file.write_bytes(content)
        SnapshotStore(url).save("observations", "customer", file, as_of=DAY, created=NOW)
    erased = ForgettingStore(url).forget(
        "customer", "4711", ledger=(b"rest", DAY, 3), by="dpo@bank.example", now=NOW, day=DAY
    )
    assert (erased.corrections, erased.evidence, erased.observations) == (1, 1, 3)
    assert [found.id for found in store.listed()] == [other.id]
    assert store.count() == 2
    assert len(store.votes(DAY)) == 2
    assert {vote.fact for vote in store.votes(DAY)}.isdisjoint({one.id, "e1"})
    (left,) = SnapshotStore(url).versions("observations", "customer")
    SnapshotStore(url).write_content(left, file)
    assert (left.version, file.read_bytes()) == (3, b"rest")
    assert everything(url).isdisjoint({"4711", "Eski Sok. 1", "Yeni Cad. 2", "ı", one.id, "e1"})
    (kept,) = ForgettingStore(url).erasures()
    assert (kept["id"], kept["entity"], kept["corrections"]) == (erased.token, "customer", 1)
    nothing = ForgettingStore(url).forget(
        "customer", "4711", ledger=None, by="dpo@bank.example", now=NOW, day=DAY
    )
    assert (nothing.corrections, nothing.evidence, nothing.observations) == (0, 0, 0)
    assert len(ForgettingStore(url).erasures()) == 1


def everything(url: str) -> set[object]:
    """Every value of every table that may speak of a person."""
    engine = create_engine(url)
    found: set[object] = set()
    with engine.connect() as connection:
        for table in ("correction", "correction_event", "correction_hold", "evidence", "vote"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            found |= {value for row in rows for value in row}
    engine.dispose()
    return found
