"""Numbers that are alike are grouped into whole rectangles, and none is lost or written twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lineage.importing.excel.grouping import FEWEST, group
from lineage.importing.excel.keys import Named
from lineage.importing.excel.numbers import Number
from lineage.workbooks.book import Content

GRIDS = st.lists(st.lists(st.sampled_from(" aab"), min_size=1, max_size=7), min_size=1, max_size=9)


def laid(grid: list[list[str]]) -> tuple[list[Number], list[Named]]:
    """Numbers row by row: a blank is an empty cell, letters that are the same are alike."""
    numbers, named = [], []
    for row, letters in enumerate(grid, start=1):
        for column, letter in enumerate(letters, start=1):
            if letter != " ":
                cell = Content(row, column, 1.5)
                numbers.append(Number("S", (row, column), cell, pattern=ord(letter)))
                named.append(Named(f"r{row}", f"c{column}", "", ""))
    return numbers, named


@given(GRIDS, st.data())
def test_groups_are_whole_rectangles_of_what_is_alike(
    grid: list[list[str]], data: st.DataObject
) -> None:
    numbers, named = laid(grid)
    indices = st.integers(0, max(0, len(numbers) - 1))
    single = frozenset(data.draw(st.sets(indices, max_size=3))) if numbers else frozenset()
    groups, alone = group(numbers, named, {}, single)
    held = [index for one in groups for index in one.indices]
    assert sorted([*held, *alone]) == list(range(len(numbers)))
    assert not single.intersection(held)
    for one in groups:
        block = one.block
        spots = [
            (row, column)
            for row in range(block.top, block.bottom + 1)
            for column in range(block.left, block.right + 1)
        ]
        assert [numbers[index].spot for index in one.indices] == spots
        assert len({numbers[index].pattern for index in one.indices}) == 1
        assert len(spots) >= FEWEST


def test_the_larger_of_two_ways_to_grow_is_taken() -> None:
    numbers, named = laid([list("aaaa"), list("abbb"), list("abbb"), list("abbb"), list("abbb")])
    groups, alone = group(numbers, named, {}, frozenset())
    assert sorted(str(one.block) for one in groups) == ["A1:A5", "B2:D5"]
    assert [numbers[index].spot for index in alone] == [(1, 2), (1, 3), (1, 4)]


def test_a_row_of_another_name_is_a_row_of_its_own() -> None:
    numbers, named = laid([list("aa"), list("aa"), list("aa"), list("aa")])
    named[3] = named[3]._replace(row="other")
    groups, _ = group(numbers, named, {}, frozenset())
    assert [str(one.block) for one in groups] == ["A1:A4", "B1:B4"]


def test_a_column_of_another_name_ends_a_rectangle() -> None:
    numbers, named = laid([list("aaa"), list("aaa"), list("aaa")])
    named[4] = named[4]._replace(column="other")
    groups, alone = group(numbers, named, {}, frozenset())
    assert [str(one.block) for one in groups] == []
    assert alone == list(range(9))


def test_what_stays_single_is_never_inside_a_rectangle() -> None:
    numbers, named = laid([list("aa"), list("aa"), list("aa"), list("aa")])
    groups, alone = group(numbers, named, {}, frozenset({5}))
    assert [str(one.block) for one in groups] == ["A1:A4"]
    assert alone == [1, 3, 5, 7]
