"""On real data: what is merged automatically is right, and what is asked completes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from matching import answered, childcare, febrl, ids, match, score


@pytest.mark.long
def test_childcare_sites_are_found_and_few_questions_are_left(
    shared_data: Path, tmp_path: Path
) -> None:
    truth = childcare(shared_data, tmp_path)
    made = match(tmp_path, "site")
    alone = score(ids(made), truth)
    entities, asked, yes = answered(made, truth)
    both = score(entities, truth)
    print(
        f"childcare: automatic merges precision {alone.precision:.4f} recall {alone.recall:.4f}; "
        f"queue {len(made.kept.queue)}, asked {asked}, same {yes}; then precision "
        f"{both.precision:.4f} recall {both.recall:.4f} F1 {both.f1:.4f}"
    )
    assert alone.precision >= 0.99
    assert alone.recall >= 0.75
    assert len(made.kept.queue) <= 500
    assert both.f1 >= 0.97


@pytest.mark.long
def test_febrl_2_is_solved_almost_without_questions(shared_data: Path, tmp_path: Path) -> None:
    truth = febrl(shared_data, tmp_path)
    made = match(tmp_path, "person")
    alone = score(ids(made), truth)
    print(
        f"FEBRL 2: automatic merges precision {alone.precision:.4f} recall {alone.recall:.4f} "
        f"F1 {alone.f1:.4f}; queue {len(made.kept.queue)}"
    )
    assert alone.precision >= 0.999
    assert alone.f1 >= 0.99
    assert len(made.kept.queue) <= 20


@pytest.mark.long
def test_the_order_of_rows_and_of_files_does_not_change_the_map(
    shared_data: Path, tmp_path: Path
) -> None:
    childcare(shared_data, tmp_path / "one")
    childcare(shared_data, tmp_path / "other", seed=3)
    one, other = (match(tmp_path / name, "site") for name in ("one", "other"))
    assert ids(one) == ids(other)
    assert [q.left for q in one.kept.queue] == [q.left for q in other.kept.queue]
    assert one.kept.map == other.kept.map
