"""Number formats are what openpyxl's table of them says, whether it is loaded for them or not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS

from lineage.workbooks.styles import _built_in, shows_date


@pytest.mark.parametrize("number", range(50))
def test_a_built_in_format_is_excels(number: int) -> None:
    assert _built_in(str(number)) == BUILTIN_FORMATS.get(number, "General")


@pytest.mark.parametrize(
    ("format_", "date"),
    [("#,##0.00", False), ("DD.MM.YYYY", True), ('0 "gün"', False), ("[h]:mm", False), ("s", True)],
)
def test_a_format_shows_a_date_or_none(format_: str, date: bool) -> None:
    assert shows_date(format_) is date


def test_a_workbook_of_plain_numbers_is_read_without_loading_openpyxl(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["Krediler", 5, "=B1*2"])
    book.worksheets[0]["B1"].number_format = "#,##0"
    book.save(tmp_path / "k.xlsx")
    reads = (
        "import sys; from pathlib import Path; from lineage.workbooks.opening import read_workbook;"
        "from lineage.workbooks.graph import cell_graph;"
        "cell_graph(read_workbook(Path(sys.argv[1]))); print('openpyxl' in sys.modules)"
    )
    command = [sys.executable, "-c", reads, str(tmp_path / "k.xlsx")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
