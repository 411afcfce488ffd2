"""Drafts a report's cells and blocks as YAML has them, with the keys they have already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog.formulas import letters_of
from lineage.importing.excel.following import Followed, follow
from lineage.importing.excel.grouping import Group, group, is_filled
from lineage.importing.excel.keys import AGAIN, Named, name_all
from lineage.importing.excel.known_cells import KnownCell, cells_of
from lineage.importing.excel.numbers import Number, quoted
from lineage.importing.naming import key_of

Entry = Mapping[str, Any]
WAS = "its headings were"
GONE = "it is no longer in the workbook"


class CellChange(NamedTuple):
    """What happened to a cell since the import before; places are addresses, or headings."""

    how: str
    key: str
    was: str = ""
    now: str = ""


@dataclass(frozen=True)
class Drafted:
    """Cells and blocks of a report; of each number its key, doubts and label; and what changed.

    `new` are the indices of numbers that no cell was found for.
    """

    cells: list[Entry]
    blocks: list[Entry]
    keys: Sequence[str]
    unsure: Sequence[tuple[str, ...]]
    labels: Sequence[str]
    changes: tuple[CellChange, ...] = ()
    new: Sequence[int] = ()


def draft_cells(numbers: Sequence[Number], ours: Entry, base: Entry) -> Drafted:
    """Draft all numbers; `ours` is the report as it is written now, `base` as it was drafted."""
    return _Drafter(numbers, ours, base).drafted()


class _Drafter:
    def __init__(self, numbers: Sequence[Number], ours: Entry, base: Entry) -> None:
        self.ours, self.base = ours, base
        present = list(cells_of(ours))
        keys = {cell.key for cell in present}
        removed = [one for one in cells_of(base, present=False) if one.key not in keys]
        self.named = name_all(numbers)
        self.numbers = list(numbers)
        for index, name in enumerate(self.named):
            if name.again:
                one = numbers[index]
                self.numbers[index] = one._replace(unsure=(*one.unsure, AGAIN))
        self.followed = self._followed(present, removed)
        self.written = {str(one["key"]): one for one in ours.get("cells") or ()}
        self.drafted_before = {str(one["key"]): one for one in base.get("cells") or ()}
        self.names = self._named(keys | {cell.key for cell in removed})
        self.keys = [name.key for name in self.names]

    def _followed(self, present: list[KnownCell], removed: list[KnownCell]) -> Followed:
        """Which numbers are cells of the report, or were before they were taken out by hand."""
        found = follow(present, self.numbers, self.named)
        if not removed:
            return found
        left = [index for index in range(len(self.numbers)) if index not in found.cells]
        again = follow(
            removed,
            [self.numbers[index] for index in left],
            [self.named[index] for index in left],
        )
        cells = dict(found.cells) | {left[at]: cell for at, cell in again.cells.items()}
        return Followed(cells, found.vanished)

    def _named(self, taken: set[str]) -> list[Named]:
        """The names of all numbers: those they have, those of their lines, then new ones."""
        if not taken:
            return self.named
        names: dict[int, Named] = {}
        rows: dict[tuple[str, int], str] = {}
        columns: dict[tuple[str, int], str] = {}
        for index, cell in self.followed.cells.items():
            number = self.numbers[index]
            row, column = (cell.row, cell.column) if cell.block else (cell.key, "")
            names[index] = self.named[index]._replace(row=row, column=column)
            if cell.block:
                rows.setdefault((number.sheet, number.spot[0]), row)
                columns.setdefault((number.sheet, number.spot[1]), column)
        used = {key.casefold() for key in taken} | {one.key.casefold() for one in names.values()}
        for index, number in enumerate(self.numbers):
            if index in names:
                continue
            made = self.named[index]
            row = rows.get((number.sheet, number.spot[0]), made.row)
            column = columns.get((number.sheet, number.spot[1]), made.column)
            lined = made if (row, column) == made[:2] else made._replace(row=row, column=column)
            for one in (lined, made):
                if one.key and one.key.casefold() not in used:
                    names[index] = one
                    break
            else:
                names[index] = self._free(made, used)
            used.add(names[index].key.casefold())
        return [names[index] for index in range(len(self.numbers))]

    def _free(self, made: Named, used: set[str]) -> Named:
        count = 2
        while f"{made.key}_{count}".casefold() in used:
            count += 1
        part = f"{made.column}_{count}" if made.column else f"c{count}"
        return (
            made._replace(column=part)
            if made.row
            else made._replace(row=f"{made.key}_{count}", column="")
        )

    def drafted(self) -> Drafted:
        homes = {i: cell.block for i, cell in self.followed.cells.items() if cell.block}
        single = frozenset(i for i, cell in self.followed.cells.items() if not cell.block)
        groups, alone = group(self.numbers, self.names, homes, single)
        kept, loose = [], list(alone)
        for one in groups:
            if is_filled(one, self.numbers):
                kept.append(one)
            else:
                loose += one.indices
        doubts = [number.unsure for number in self.numbers]
        for index in self.followed.cells:
            doubts[index] = self._doubts(index)
        blocks = self._blocks(kept)
        cells = [self._cell(index, doubts[index]) for index in sorted(loose)]
        cells += self._gone(blocks)
        new = [index for index in range(len(self.numbers)) if index not in self.followed.cells]
        labels = [name.whole_label for name in self.names]
        return Drafted(cells, blocks, self.keys, doubts, labels, tuple(self._changes()), new)

    # single cells

    def _cell(self, index: int, doubts: tuple[str, ...]) -> Entry:
        number, name = self.numbers[index], self.names[index]
        row, column = number.headings
        stated = self.written.get(name.key, {})
        ours = self.followed.cells.get(index)
        entry: dict[str, Any] = {
            "key": name.key,
            "at": number.address,
            "label": name.whole_label or None,
            "find": {"row": row, "column": column, "sheet": number.sheet},
            "unit": number.unit,
            "calculation": number.cell.formula,
            "format": number.cell.format if number.cell.format != "General" else None,
            "unsure": list(doubts),
        }
        if ours and ours.stated:
            for said in ("calculation", "unit", "label" if "label" in stated else "unit"):
                entry[said] = None
        return _filled(entry)

    def _doubts(self, index: int) -> tuple[str, ...]:
        number, cell = self.numbers[index], self.followed.cells[index]
        doubts = list(number.unsure)
        if cell.stated:
            doubts = [one for one in doubts if not one.startswith("typed in")]
        before = self.drafted_before.get(cell.key, {}).get("unsure") or ()
        doubts += [one for one in before if one.startswith(WAS) and one not in doubts]
        if self._renamed(cell, number):
            was = " / ".join(filter(None, cell.headings or ()))
            said = f"{WAS} '{was}': is it still the same number?"
            doubts = [one for one in doubts if not one.startswith(WAS)] + [said]
        return tuple(doubts)

    def _renamed(self, cell: KnownCell, number: Number) -> bool:
        return cell.headings is not None and cell.headings != number.headings

    # blocks

    def _blocks(self, groups: Iterable[Group]) -> list[Entry]:
        """The entries of the groups; the largest of those that were one block keeps its key."""
        of_home: dict[str, list[Group]] = {}
        for one in groups:
            if one.home:
                of_home.setdefault(one.home, []).append(one)
        keeps = {max(held, key=lambda g: len(g.indices)): home for home, held in of_home.items()}
        used = {str(one["key"]) for e in (self.ours, self.base) for one in e.get("blocks") or ()}
        counts: Counter[str] = Counter()
        entries = []
        for one in groups:
            key = keeps.get(one)
            while key is None:
                stem = key_of(one.sheet, "sheet").lower()[:60]
                counts[stem] += 1
                key = f"{stem}_{counts[stem]}" if f"{stem}_{counts[stem]}" not in used else None
            entries.append(self._block(key, one))
        return entries

    def _block(self, key: str, one: Group) -> Entry:
        first = self.numbers[one.indices[0]]
        block = one.block
        at = f"{letters_of(block.left)}{block.top}:{letters_of(block.right)}{block.bottom}"
        heads = one.indices[: one.wide]
        columns = [self._line(index, down=False) for index in heads]
        entry = {
            "key": key,
            "at": f"{quoted(one.sheet)}!{at}",
            "unit": first.unit,
            "calculation": first.cell.formula,
            "format": first.cell.format if first.cell.format != "General" else None,
            "unsure": list(first.unsure),
            "rows": [self._line(index, down=True) for index in one.indices[:: one.wide]],
            "columns": columns if any(columns) or len(columns) > 1 else None,
        }
        return _filled(entry)

    def _line(self, index: int, *, down: bool) -> Entry:
        number, name = self.numbers[index], self.names[index]
        label = name.label if down else name.column_label
        heading = number.headings[0 if down else 1]
        key = name.row if down else name.column
        found = heading if heading != label else None
        return _filled({"key": key or None, "label": label or None, "find": found or None})

    # what changed

    def _gone(self, blocks: Sequence[Entry]) -> list[Entry]:
        """Cells that are no longer there: single ones stay as they are, marked; those of a block
        that goes on without them are written by themselves.
        """
        going_on = {str(one["key"]) for one in blocks}
        entries: list[Entry] = []
        for cell in self.followed.vanished:
            if cell.block is None:
                before = self.drafted_before.get(cell.key, {"key": cell.key})
                unsure = [one for one in before.get("unsure") or () if one != GONE]
                entries.append({**before, "unsure": [*unsure, GONE]})
            elif cell.block in going_on:
                find = dict(zip(("row", "column"), cell.headings or ("", ""), strict=True))
                made = {"key": cell.key, "label": cell.label, "unsure": [GONE]}
                entries.append(_filled({**made, "find": {**find, "sheet": cell.sheet}}))
        return entries

    def _changes(self) -> Iterable[CellChange]:
        for index, cell in sorted(self.followed.cells.items()):
            number = self.numbers[index]
            if not cell.present:
                yield CellChange("removed", cell.key, now=number.address)
                continue
            if cell.spot and (cell.sheet, cell.spot) != (number.sheet, number.spot):
                was = f"{quoted(cell.sheet)}!{letters_of(cell.spot[1])}{cell.spot[0]}"
                yield CellChange("moved", cell.key, was, number.address)
            if self._renamed(cell, number):
                was, now = (
                    " / ".join(filter(None, h or ())) for h in (cell.headings, number.headings)
                )
                yield CellChange("renamed", cell.key, was, now)
        for cell in self.followed.vanished:
            if self.written.get(cell.key, {}).get("status") == "retired":
                continue
            at = (
                f"{quoted(cell.sheet)}!{letters_of(cell.spot[1])}{cell.spot[0]}"
                if cell.spot
                else ""
            )
            yield CellChange("vanished", cell.key, at)


def _filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value is not None and value != []}
