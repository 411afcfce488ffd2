"""Real workbooks and real formulas: nothing crashes, no formula is lost, and how far each goes."""

from __future__ import annotations

import csv
import re
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from catalog.filling import filled
from catalog.formulas import letters_of
from lineage.workbooks.book import ErrorValue, Workbook
from lineage.workbooks.circles import circles
from lineage.workbooks.descent import At, descend
from lineage.workbooks.graph import CellGraph, cell_graph
from lineage.workbooks.opening import read_workbook
from lineage.workbooks.templates import template_of_tokens
from lineage.workbooks.tokens import FormulaUnread, tokens_of

_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")


@pytest.fixture(scope="module")
def read(shared_data: Path) -> dict[str, tuple[CellGraph, float]]:
    """Every real workbook with its formulas resolved, and the seconds of CPU it took."""
    found = {}
    for file in sorted((shared_data / "workbooks").glob("*.xls?")):
        begun = time.process_time()
        graph = cell_graph(read_workbook(file))
        found[file.name] = graph, time.process_time() - begun
    assert len(found) >= 8
    return found


def test_every_real_workbook_reads_and_no_formula_disappears(
    read: dict[str, tuple[CellGraph, float]], shared_data: Path
) -> None:
    print(
        f"\n{'workbook':52} {'cells':>6} {'formulas':>8} {'patterns':>8} "
        f"{'resolved':>8} {'unresolved':>10} {'dynamic':>7} {'unread':>6} {'seconds':>7}"
    )
    for name, (graph, seconds) in read.items():
        tally, book = graph.tally(), graph.book
        print(
            f"{name:52} {book.cells:6} {book.formulas:8} {len(graph.patterns):8} "
            f"{tally.resolved:8} {tally.unresolved:10} {tally.dynamic:7} {len(graph.unread):6} "
            f"{seconds:7.3f}"
        )
        with zipfile.ZipFile(shared_data / "workbooks" / name) as archive:
            sheets = [part for part in archive.namelist() if _SHEET.fullmatch(part)]
            written = sum(len(_FORMULA.findall(archive.read(part))) for part in sheets)
        assert book.formulas == written
        assert sum(len(spots) for spots in graph.carriers.values()) == written
        assert not graph.unread


def test_what_stays_unresolved_in_real_workbooks_is_truly_not_there(
    read: dict[str, tuple[CellGraph, float]],
) -> None:
    """Deleted cells (#REF!), and names that the file does not define."""
    reasons = Counter(
        (name, reference.reason)
        for name, (graph, _) in read.items()
        for pattern in graph.patterns
        for reference in pattern.references
        if reference.outcome == "unresolved"
    )
    assert {reason for _, reason in reasons} == {
        "the cells it named were deleted",
        "the workbook has no such name or table",
    }
    undefined = {
        (name, reference.text)
        for name, (graph, _) in read.items()
        for pattern in graph.patterns
        for reference in pattern.references
        if "no such name" in reference.reason
    }
    for name, text in undefined:
        names = {one.name.casefold() for one in read[name][0].book.names}
        assert text.casefold() not in names


@pytest.mark.filterwarnings("ignore:.* is not supported and will be removed:UserWarning")
def test_values_and_formulas_are_those_openpyxl_reads(
    read: dict[str, tuple[CellGraph, float]], shared_data: Path
) -> None:
    for name in ("47813.xlsx", "55906-MultiSheetRefs.xlsx", "FormulaEvalTestData_Copy.xlsx"):
        book = read[name][0].book
        shown = load_workbook(shared_data / "workbooks" / name, data_only=True)
        written = load_workbook(shared_data / "workbooks" / name)
        for page in shown.worksheets:
            sheet = book.sheet(page.title)
            assert sheet is not None
            theirs = {cell.coordinate: cell for row in page.iter_rows() for cell in row}
            formulas = {
                cell.coordinate: getattr(cell.value, "text", cell.value)
                for row in written[page.title].iter_rows()
                for cell in row
                if cell.data_type == "f"
            }
            ours = {cell.address: cell for cell in sheet.cells.values()}
            assert {at for at, cell in ours.items() if cell.formula} == set(formulas)
            for at, formula in formulas.items():
                assert ours[at].formula == f"={str(formula).removeprefix('=')}"
            for at, cell in ours.items():
                value = theirs[at].value
                if isinstance(cell.value, ErrorValue):
                    assert cell.value.code == value
                elif isinstance(cell.value, int | float) and not isinstance(value, str):
                    assert cell.value == pytest.approx(value)


def test_result_cells_of_real_workbooks_lead_down_to_input_cells(
    read: dict[str, tuple[CellGraph, float]],
) -> None:
    for graph, _ in read.values():
        assert circles(graph) == ()
    graph = read["55906-MultiSheetRefs.xlsx"][0]
    starts = [At(sheet, *spot) for sheet, spots in graph.carriers.items() for spot in spots]
    descent = descend(graph, starts)
    assert set(descent.formulas) == set(starts)
    inputs = {(cell.sheet, cell.spot) for cell in descent.inputs}
    assert inputs
    assert all(
        graph.book.sheet(sheet).cells[spot].formula is None  # type: ignore[union-attr]
        for sheet, spot in inputs
    )


def formulas_of(shared_data: Path) -> list[str]:
    """Every real formula, with its `=`."""
    folder = shared_data / "formulas"
    with (folder / "euses_half.txt").open(encoding="utf-8", newline="") as file:
        found = [row[0] for row in csv.reader(file) if row]
    text = (folder / "testformulas_structured_references.txt").read_text(encoding="utf-8-sig")
    found += [line for line in text.splitlines() if line.strip()]
    return [formula if formula.startswith("=") else f"={formula}" for formula in found]


@pytest.mark.long
def test_every_real_formula_is_read_or_listed_with_its_reason(shared_data: Path) -> None:
    formulas, unread = formulas_of(shared_data), {}
    for formula in formulas:
        try:
            tokens = tokens_of(formula)
        except FormulaUnread as error:
            unread[formula] = str(error)
            continue
        assert "=" + "".join(text for _, text in tokens) == formula
    share = 1 - len(unread) / len(formulas)
    print(f"\n{len(formulas):,} formulas, {share:.4%} read")
    for formula, reason in unread.items():
        print(f"  {formula}: {reason}")
    assert share > 0.999
    assert all(unread.values())


@pytest.mark.long
def test_real_formulas_are_copied_as_the_catalog_fills_blocks(shared_data: Path) -> None:
    """Blocks in YAML are filled without a tokeniser; both ways must write the same formula."""
    apart = {}
    for formula in formulas_of(shared_data):
        try:
            template = template_of_tokens(tokens_of(formula), 100, 30)
        except FormulaUnread:
            continue
        if (ours := template.at(103, 32)) != (theirs := filled(formula, 3, 2)):
            apart[formula] = ours, theirs
    assert {formula: pair for formula, pair in apart.items() if not _is_case(*pair)} == {}


def _is_case(ours: str, theirs: str) -> bool:
    return ours.casefold() == theirs.casefold()


def test_a_real_address_is_named_as_excel_names_it(
    read: dict[str, tuple[CellGraph, float]],
) -> None:
    book: Workbook = read["47813.xlsx"][0].book
    for cell in book.sheets[0].cells.values():
        assert cell.address == f"{letters_of(cell.column)}{cell.row}"
