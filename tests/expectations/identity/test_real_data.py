"""On real data: what is merged automatically is right, and what is asked completes it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from matching import childcare, febrl, groups, ids, match, score

from expectations.identity.resolution import Resolution


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


@pytest.fixture(scope="module")
def sites(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Resolution:
    """The sites of the childcare files, before anybody decided anything."""
    folder = tmp_path_factory.mktemp("sites")
    childcare(shared_data, folder)
    return match(folder, "site")


@pytest.mark.long
def test_the_order_of_rows_and_of_files_does_not_change_the_map(
    shared_data: Path, sites: Resolution, tmp_path: Path
) -> None:
    childcare(shared_data, tmp_path, seed=3)
    one, other = sites, match(tmp_path, "site")
    assert ids(one) == ids(other)
    assert [q.left for q in one.kept.queue] == [q.left for q in other.kept.queue]
    assert one.kept.map == other.kept.map


@pytest.mark.long
def test_decisions_hold_whatever_the_model_learns(
    shared_data: Path, sites: Resolution, tmp_path: Path
) -> None:
    childcare(shared_data, tmp_path)
    before = sites
    rng = random.Random(11)
    merged = [sorted(one)[:2] for one in rng.sample(sorted(groups(before), key=sorted), 30)]
    used = {name for pair in merged for name in pair}
    others = rng.sample([name for name in ids(before) if name not in used], 20)
    strangers = list(zip(others[::2], others[1::2], strict=True))
    lines = [
        f"  - {{entity: site, {verb}: [{left}, {right}], by: a@b.example, on: 2026-11-01, reason: x}}"
        for verb, pairs in (("different", merged), ("same", strangers))
        for left, right in pairs
    ]
    (tmp_path / "catalog" / "matches.yml").write_text("matches:\n" + "\n".join(lines), "utf-8")
    file = tmp_path / "catalog" / "definitions.yml"
    for learning in ("seed: 1", "seed: 99\n      merge: 0.9"):
        text = file.read_text("utf-8").replace(
            "agree: [site.address]", f"agree: [site.address]\n      {learning}", 1
        )
        file.write_text(
            text if learning == "seed: 1" else text.replace("      seed: 1\n", ""), "utf-8"
        )
        entity = ids(made := match(tmp_path, "site"))
        assert all(entity[left] != entity[right] for left, right in merged)
        assert all(entity[left] == entity[right] for left, right in strangers)
        asked = {frozenset((one.left, one.right)) for one in made.kept.queue}
        assert asked.isdisjoint(frozenset(pair) for pair in merged)
