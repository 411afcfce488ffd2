"""What snapshots must do alike, on SQLite and on Postgres."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from catalog.errors import TekdogruError
from catalog.store.runs import RunStore
from catalog.store.snapshots import KEPT, Content, SnapshotStore

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)


def file(folder: Path, content: bytes) -> Path:
    path = folder / "content.parquet"
    path.write_bytes(content)
    return path


def test_a_file_comes_back_byte_by_byte_with_what_was_said_of_it(url: str, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    saved = SnapshotStore(url).save(
        "golden", "customer/2026-10", file(tmp_path, content), as_of=DAY, created=NOW, reason="ı"
    )
    found = SnapshotStore(url, reading=True).latest("golden", "customer/2026-10")
    assert found == saved
    assert (found.version, found.created, found.as_of, found.reason) == (1, NOW, DAY, "ı")
    target = tmp_path / "deep" / "again.parquet"
    SnapshotStore(url).write_content(found, target)
    assert target.read_bytes() == content


def test_versions_are_added_and_an_equal_file_adds_none(url: str, tmp_path: Path) -> None:
    store = SnapshotStore(url)
    for content in (b"a", b"b", b"b", b"a"):
        store.save("golden", "k", file(tmp_path, content), as_of=DAY, created=NOW)
    assert [one.version for one in store.versions("golden", "k")] == [1, 2, 3]
    assert store.latest("golden", "other") is None
    assert store.latest("match", "k") is None


def test_two_files_are_kept_together_or_not_at_all(url: str, tmp_path: Path) -> None:
    store = SnapshotStore(url)
    one = file(tmp_path, b"a")
    nameless = Content("golden", {"no": "key"}, one)  # type: ignore[arg-type]
    with pytest.raises(TekdogruError, match="cannot be used"):
        store.save_all([Content("golden", "a", one), nameless], as_of=DAY, created=NOW)
    assert store.latest("golden", "a") is None
    both = [Content("golden", "a", one), Content("measures", "a", one)]
    assert [s.version for s in store.save_all(both, as_of=DAY, created=NOW)] == [1, 1]


def test_of_match_maps_the_last_ten_stay_and_of_closed_periods_all(
    url: str, tmp_path: Path
) -> None:
    store = SnapshotStore(url)
    for kind in ("match", "golden"):
        for number in range(KEPT + 3):
            content = file(tmp_path, str(number).encode())
            store.save(kind, "k", content, as_of=DAY, created=NOW + timedelta(days=number))
    assert [one.version for one in store.versions("match", "k")] == list(range(4, KEPT + 4))
    assert len(store.versions("golden", "k")) == KEPT + 3


def test_those_who_save_at_once_each_get_a_version_of_their_own(url: str, tmp_path: Path) -> None:
    SnapshotStore(url)

    def save(number: int) -> int:
        path = tmp_path / f"{number}"
        path.write_bytes(str(number).encode())
        return SnapshotStore(url).save("golden", "k", path, as_of=DAY, created=NOW).version

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(save, range(10))) == list(range(1, 11))


def test_a_content_that_was_changed_in_the_database_is_not_given_out(
    url: str, tmp_path: Path
) -> None:
    store = SnapshotStore(url)
    saved = store.save("golden", "k", file(tmp_path, b"truth"), as_of=DAY, created=NOW)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE snapshot SET content = :c"), {"c": b"lie"})
    engine.dispose()
    with pytest.raises(TekdogruError, match="version 1 of golden k, but not as it was saved"):
        store.write_content(saved, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_history_without_snapshots_is_read_as_one_that_has_none(url: str) -> None:
    RunStore(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE snapshot"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    engine.dispose()
    store = SnapshotStore(url, reading=True)
    assert (store.latest("match", "k"), store.versions("match", "k")) == (None, [])
