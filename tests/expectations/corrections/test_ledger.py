"""The ledger of observations: what it remembers, and that it does not matter how it was told."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from examples import examples
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from observations import Seen, ledger_after, read_rows, write_observed
from workspaces import write_workspace

from catalog.errors import TekdogruError, UsageError
from catalog.store.snapshots import SnapshotStore
from catalog.workspace import Workspace, open_workspace
from expectations.corrections.ledger import keep_observations, ledger_steps

FIRST = date(2026, 11, 1)
CORE = "core.customers.address"
CRM = "crm.customers.adr"
KEPT = "value, first_seen, last_changed, last_seen, previous"


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(write_workspace(tmp_path, ""))


def test_a_value_is_known_since_it_was_first_seen_and_since_it_last_changed(
    workspace: Workspace, tmp_path: Path
) -> None:
    days = [(day(n), [Seen(CORE, value)]) for n, value in enumerate(["A", "A", "B", "B"])]
    ledger = ledger_after(workspace, tmp_path, days)
    assert read_rows(ledger, KEPT) == [("B", day(0), day(2), day(3), "A")]


def test_another_spelling_of_the_same_is_no_change(workspace: Workspace, tmp_path: Path) -> None:
    days = [(day(0), [Seen(CORE, "Moda")]), (day(1), [Seen(CORE, "MODA ")])]
    ledger = ledger_after(workspace, tmp_path, days)
    assert read_rows(ledger, KEPT) == [("MODA ", day(0), day(0), day(1), None)]


def test_a_value_that_comes_back_has_changed_twice(workspace: Workspace, tmp_path: Path) -> None:
    days = [(day(n), [Seen(CORE, value)]) for n, value in enumerate(["A", "B", "A"])]
    ledger = ledger_after(workspace, tmp_path, days)
    assert read_rows(ledger, KEPT) == [("A", day(0), day(2), day(2), "B")]


def test_an_emptied_value_is_a_change_that_remembers_what_was_there(
    workspace: Workspace, tmp_path: Path
) -> None:
    days = [(day(n), [Seen(CORE, value)]) for n, value in enumerate(["A", None, "B"])]
    ledger = ledger_after(workspace, tmp_path, days[:2])
    assert read_rows(ledger, KEPT) == [(None, day(0), day(1), day(1), "A")]
    ledger = ledger_after(workspace, tmp_path, days)
    assert read_rows(ledger, KEPT) == [("B", day(0), day(2), day(2), "A")]


def test_a_record_that_vanishes_is_remembered_and_goes_on_where_it_was(
    workspace: Workspace, tmp_path: Path
) -> None:
    here, gone = [Seen(CORE, "A"), Seen(CRM, "A")], [Seen(CRM, "A")]
    ledger = ledger_after(workspace, tmp_path, [(day(0), here), (day(1), gone)])
    assert read_rows(ledger, KEPT, "source = 'core'") == [("A", day(0), day(0), day(0), None)]
    back = [(day(0), here), (day(1), gone), (day(2), here)]
    ledger = ledger_after(workspace, tmp_path, back)
    assert read_rows(ledger, KEPT, "source = 'core'") == [("A", day(0), day(0), day(2), None)]
    other = [(day(0), here), (day(1), gone), (day(2), [Seen(CORE, "B")])]
    ledger = ledger_after(workspace, tmp_path, other)
    assert read_rows(ledger, KEPT, "source = 'core'") == [("B", day(0), day(2), day(2), "A")]


def test_a_confirmation_counts_for_the_value_it_confirmed(
    workspace: Workspace, tmp_path: Path
) -> None:
    early, late = datetime(2026, 10, 1), datetime(2026, 11, 1)
    said = [
        [Seen(CORE, "A", confirmed=early, means="confirmed")],
        [Seen(CORE, "A", confirmed=late, means="changed")],
        [Seen(CORE, "A", confirmed=late, means="confirmed")],
        [Seen(CORE, "B", confirmed=late, means="loaded")],
    ]
    for count, expected in enumerate([early, early, late, None], 1):
        ledger = ledger_after(
            workspace, tmp_path, [(day(n), rows) for n, rows in enumerate(said[:count])]
        )
        assert read_rows(ledger, "last_confirmed") == [(expected,)]


def test_a_record_keeps_its_history_when_it_turns_out_to_be_somebody_else_s(
    workspace: Workspace, tmp_path: Path
) -> None:
    days = [
        (day(0), [Seen(CORE, "A", entity="1", record="r")]),
        (day(1), [Seen(CORE, "A", entity="2", record="r")]),
    ]
    ledger = ledger_after(workspace, tmp_path, days)
    assert read_rows(ledger, f"entity_id, {KEPT}") == [("2", "A", day(0), day(0), day(1), None)]


def test_the_same_day_twice_is_the_last_one_of_that_day_and_adds_no_version(
    workspace: Workspace, tmp_path: Path
) -> None:
    now = datetime(2026, 11, 22, 12).astimezone()
    folder = tmp_path / "work"
    folder.mkdir()

    def keep(number: int, value: str) -> list[tuple[object, ...]]:
        today = write_observed(tmp_path / "today.parquet", [Seen(CORE, value)])
        kept = keep_observations(workspace, "customer", today, day(number), now, folder)
        return read_rows(kept.file, KEPT)

    keep(0, "A")
    wrong = keep(1, "X")
    assert wrong == [("X", day(0), day(1), day(1), "A")]
    mended = keep(1, "A")
    assert mended == [("A", day(0), day(0), day(1), None)]
    assert keep(1, "A") == mended
    versions = SnapshotStore(workspace.state_url).versions("observations", "customer")
    assert [one.as_of for one in versions] == [day(0), day(1), day(1)]
    with pytest.raises(
        UsageError, match="kept until 2026-11-02; those of 2026-11-01 come too late"
    ):
        keep(0, "A")


def test_a_file_that_is_none_is_told(workspace: Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "today.parquet"
    broken.write_bytes(b"no parquet")
    with pytest.raises(TekdogruError, match="observations of 2026-11-01 could not be kept"):
        keep_observations(
            workspace, "customer", broken, day(0), datetime(2026, 11, 1).astimezone(), tmp_path
        )


SAYS = st.lists(
    st.tuples(
        st.sampled_from(["core.c.a", "core.c.b", "crm.k.a"]),
        st.sampled_from(["1", "2"]),
        st.sampled_from([None, "A", "a", "B"]),
        st.sampled_from([None, datetime(2026, 10, 1), datetime(2026, 11, 1)]),
        st.sampled_from(["confirmed", "changed", None]),
    ),
    max_size=6,
)


def said(rows: list[tuple[str, str, str | None, datetime | None, str | None]]) -> list[Seen]:
    return [Seen(path, value, who, confirmed=t, means=m) for path, who, value, t, m in rows]


@pytest.mark.long
@settings(
    max_examples=examples(5, 40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(SAYS, min_size=1, max_size=3), st.randoms(use_true_random=False))
@example([[("core.c.a", "1", "a", datetime(2026, 11, 1), m) for m in ("confirmed", "changed")]] * 2,
         random.Random(1))  # fmt: skip
def test_neither_the_order_of_rows_nor_telling_a_day_twice_matters(
    tmp_path: Path, days: list[list[tuple[str, str, str | None, datetime | None, str | None]]],
    chance: random.Random,
) -> None:  # fmt: skip
    """A ledger brought up to a day by the ledger of that day is the same ledger."""
    plain = again = shuffled = None
    for number, rows in enumerate(days):
        today = write_observed(tmp_path / "today.parquet", said(rows))
        mixed = chance.sample(rows, len(rows))
        other = write_observed(tmp_path / "mixed.parquet", said(mixed))
        plain = step(tmp_path, today, plain, number, "plain")
        shuffled = step(tmp_path, other, shuffled, number, "shuffled")
        again = step(tmp_path, other, step(tmp_path, today, again, number, "x"), number, "again")
    assert plain is not None
    assert again is not None
    assert shuffled is not None
    assert read_rows(plain) == read_rows(shuffled) == read_rows(again)


def step(folder: Path, today: Path, ledger: Path | None, number: int, name: str) -> Path:
    """The same statements as in the guarded child, without the child, for it is asked often."""
    target = folder / f"{name}{number}.parquet"
    with duckdb.connect() as connection:
        for one in ledger_steps(today, ledger, day(number), target):
            connection.execute(one.sql)
    return target
