"""What every history must keep of published numbers, on SQLite and on Postgres alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from catalog.publications import Look, Sighting, told_apart
from catalog.store.publications import PublicationStore
from catalog.store.runs import RunStore

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def shown(value: str, day: int, cell: str = "r/a", **more: object) -> Sighting:
    saved = datetime(2026, 11, day, 9, tzinfo=UTC)
    place = "reports/r_2026-10.xlsx#S!C5"
    one = Sighting(
        cell, "2026-10", "workbook", 0, Decimal(value), saved.date(), place, "workbook", saved,
        "0.0", "at S!C5",
    )  # fmt: skip
    return replace(one, **more)


def stated(value: str, version: int, day: int = 5) -> Sighting:
    place = f"published/r.csv:{version + 1}"
    return Sighting(
        "r/a", "2026-10", "feed", version, Decimal(value), date(2026, 11, day), place
    )  # fmt: skip


def kept(url: str, *sightings: Sighting) -> int:
    return PublicationStore(url).keep(sightings, run="run", at=AT)


def test_what_a_workbook_showed_is_kept_as_it_was(url: str) -> None:
    assert kept(url, shown("0.456", 5)) == 1
    (found,) = PublicationStore(url, reading=True).seen(["r"])
    assert found == shown("0.456", 5, version=1, seen=AT, run="run")
    assert PublicationStore(url).seen(["s"]) == []


def test_seeing_the_same_again_keeps_nothing(url: str) -> None:
    assert kept(url, shown("1.50", 5), stated("7", 1)) == 2
    assert kept(url, shown("1.50", 5), stated("7", 1), shown("1.5", 9)) == 0


def test_another_number_is_the_next_version_once(url: str) -> None:
    kept(url, shown("1", 5))
    assert [kept(url, shown("2", 9)), kept(url, shown("2", 9))] == [1, 0]
    found = PublicationStore(url).seen(["r"])
    assert [(one.version, one.value) for one in found] == [(1, 1), (2, 2)]


def test_a_feeds_version_stays_as_it_was_first_stated(url: str) -> None:
    kept(url, stated("7", 1), stated("8", 2, 9))
    assert kept(url, stated("6", 1)) == 0
    found = PublicationStore(url).seen(["r"])
    assert [(one.version, one.value) for one in found] == [(1, 7), (2, 8)]


def test_a_cell_that_is_found_otherwise_begins_anew(url: str) -> None:
    kept(url, shown("1", 5))
    assert kept(url, shown("1", 5, locator="at S!C6")) == 1


def test_several_keep_at_once_and_each_number_is_there_once(url: str) -> None:
    RunStore(url)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: kept(url, shown("1", 5), shown("2", 9)), range(4)))
    assert sorted(counts) == [0, 0, 0, 2]


def test_a_history_of_an_older_step_holds_none_and_is_not_touched(tmp_path: Path) -> None:
    nowhere = PublicationStore(f"sqlite:///{tmp_path}/none.db", reading=True)
    assert nowhere.seen(["r"]) == []
    assert nowhere.looks() == {}
    assert not (tmp_path / "none.db").exists()


def test_what_a_file_said_is_replaced_and_forgotten_with_the_file(url: str) -> None:
    store = PublicationStore(url)
    one, other = (Look(name, "c", None, "a", "{}") for name in ("one.xlsx", "other.xlsx"))
    store.keep_looks([one, other], ["one.xlsx", "other.xlsx"])
    newer = replace(one, content="d", signs="s")
    store.keep_looks([newer], ["one.xlsx"])
    assert PublicationStore(url, reading=True).looks() == {"one.xlsx": newer}


SEEN = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=1, max_size=6)


@given(SEEN, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_the_versions(
    pairs: list[tuple[int, int]], random: object
) -> None:
    by_day = {day: shown(str(value), day) for value, day in pairs}
    once = list(by_day.values())
    again = [*once, *once]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert told_apart(again) == told_apart(once)
    values = [one.value for one in told_apart(once)]
    assert all(left != right for left, right in pairwise(values))
