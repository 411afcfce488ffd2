"""Measures reading a workbook of many formulas beside a bare openpyxl read of the same file.

    python tests/bench/workbooks.py --formulas 100000 --rounds 3

`openpyxl` is one `load_workbook`: it keeps formulas, without their values. `cells` reads values and
formulas, takes every formula apart, resolves every reference and looks for circles. `import` is the
command `tekdogru import excel` on the same file, which drafts definitions besides. Three workbooks:
formulas copied down their columns as openpyxl writes them, the same shared as Excel writes them,
and formulas of which no two are copies (of these more are refused than are a report: what it took
is until then). Each run is a process of its own; ratios are of CPU.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from watch import Taken, run

COLUMNS = 10
BARE = "import sys, openpyxl; openpyxl.load_workbook(sys.argv[1])"
CELLS = """
import sys
from pathlib import Path
from lineage.workbooks.circles import circles
from lineage.workbooks.graph import cell_graph
from lineage.workbooks.opening import read_workbook
book = read_workbook(Path(sys.argv[1]))
graph = cell_graph(book)
assert not circles(graph) and not graph.unread
print(book.formulas, sum(map(len, graph.carriers.values())), graph.tally().resolved)
"""
LIMIT_MB, LIMIT_RATIO = 1536, 2.0
TEAM = "teams: [{key: bench, name: Bench}]\n"


def copied(row: int, column: int) -> str:
    """A formula like those above and beside it."""
    if column == 0:
        return f"$A{row}*B{row}+SUM(A$2:A{row})"
    before = "CDEFGHIJKLMN"[column - 1]
    if column == 1:
        return f"IF({before}{row}>0,VLOOKUP($A{row},$A$2:$B$999,2,0),0)"
    return f"ROUND({before}{row}/2,2)+Oran"


def distinct(row: int, column: int) -> str:
    """A formula of which there is no other copy."""
    before = "BCDEFGHIJKLMN"[column]
    return f"ROUND({before}{row}*1.{row}{column},2)+SUM(A$2:A{row})-Oran"


def make(path: Path, formulas: int, says: Callable[[int, int], str], shares: bool) -> None:
    """A workbook of so many formulas, with headings and values, as one sheet."""
    from openpyxl import Workbook
    from openpyxl.workbook.defined_name import DefinedName

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Veri")
    sheet.append(["No", "Tutar", *(f"Sütun {number}" for number in range(COLUMNS))])
    rows = formulas // COLUMNS
    for row in range(2, rows + 2):
        found = (f"={says(row, column)}" for column in range(COLUMNS))
        sheet.append([row, row * 1.5, *found])
    book.defined_names["Oran"] = DefinedName("Oran", attr_text="Veri!$B$2")
    book.save(path)
    _rewrite(path, rows, shares)


def _rewrite(path: Path, rows: int, shares: bool) -> None:
    """Give the formulas values, as Excel does, and share them if asked."""
    import re

    found = re.compile(r'<c r="([A-Z]+)(\d+)"><f>([^<]*)</f><v ?/?>(?:</v>)?</c>')

    def cell(match: re.Match[str]) -> str:
        letters, row, formula = match[1], int(match[2]), match[3]
        if not shares:
            said = f"<f>{formula}</f>"
        elif row == 2:
            said = f'<f t="shared" ref="{letters}2:{letters}{rows + 1}" si="{ord(letters)}">'
            said += f"{formula}</f>"
        else:
            said = f'<f t="shared" si="{ord(letters)}"/>'
        return f'<c r="{letters}{row}">{said}<v>{row}.25</v></c>'

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text, count = found.subn(cell, parts[name].decode())
    if count != rows * COLUMNS:
        raise SystemExit(f"{count} formulas were made, not {rows * COLUMNS}")
    parts[name] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


SHAPES: dict[str, tuple[Callable[[int, int], str], bool]] = {
    "copied": (copied, False),
    "shared": (copied, True),
    "distinct": (distinct, False),
}


def measured(file: Path, rounds: int, tasks: list[str]) -> Iterator[tuple[str, list[Taken]]]:
    """What each task took, the rounds of all tasks by turns."""
    taken: dict[str, list[Taken]] = {task: [] for task in ("openpyxl", *tasks)}
    for _ in range(rounds):
        for task, found in taken.items():
            found.append(_run(task, file))
    yield from taken.items()


def _run(task: str, file: Path) -> Taken:
    if task != "import":
        ended = run(["-c", BARE if task == "openpyxl" else CELLS, str(file)])
    else:
        with tempfile.TemporaryDirectory() as folder:
            workspace = Path(folder)
            (workspace / "catalog").mkdir()
            (workspace / "catalog" / "teams.yml").write_text(TEAM, encoding="utf-8")
            (workspace / "tekdogru.toml").touch()
            shutil.copy(file, workspace / file.name)
            asked = ["import", "excel", str(workspace / file.name), "--report", "bench"]
            where = ["--team", "bench", "--workspace", folder]
            ended = run(["-m", "catalog.cli", *asked, *where])
    if ended.status and not is_refused(ended):
        raise SystemExit(f"{task} ended with {ended.status}")
    return ended


def is_refused(ended: Taken) -> bool:
    """Whether an import was refused because no report can hold so many single cells."""
    return "more than one report can hold" in ended.errors


def main() -> int:
    """Measure, and print a line per workbook and task."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--formulas", type=int, default=100_000)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--shapes", nargs="*", choices=list(SHAPES), default=list(SHAPES))
    reader.add_argument(
        "--tasks", nargs="*", choices=["cells", "import"], default=["cells", "import"]
    )
    asked = reader.parse_args()
    print(f"{asked.formulas:,} formulas; CPU is the median of {asked.rounds} round(s)")
    print(f"{'workbook':10} {'task':9} {'CPU s':>8} {'ratio':>7} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for shape in asked.shapes:
            says, shares = SHAPES[shape]
            file = Path(folder) / f"{shape}.xlsx"
            make(file, asked.formulas, says, shares)
            bare = 0.0
            for task, taken in measured(file, asked.rounds, asked.tasks):
                cpu = statistics.median(one.cpu for one in taken)
                bare = bare or cpu
                peak = max(one.peak_mb for one in taken)
                refused = "  refused: more single cells than a report can hold"
                said = refused if any(map(is_refused, taken)) else ""
                print(f"{shape:10} {task:9} {cpu:8.2f} {cpu / bare:7.2f} {peak:8.0f}{said}")
    print(f"aims: import within {LIMIT_RATIO:g} times openpyxl's CPU, and {LIMIT_MB:,} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
