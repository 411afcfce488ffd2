"""Small columns are read and made as pyarrow does it, without loading pandas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MADE = """
import sys
from pathlib import Path
import pyarrow as pa
from pyarrow.parquet import write_table
from expectations.arrays import read_columns, texts

made = {"name": texts(["ı", None]), "day": texts(["2026-01-31", None]).cast(pa.date32())}
file = Path(sys.argv[1])
write_table(pa.Table.from_arrays(list(made.values()), names=list(made)), file)
print(read_columns(file).to_pylist(), read_columns(file, ["name"]).column_names)
print(texts([]).type, "pandas" in sys.modules)
"""


def test_texts_are_written_and_read_without_pandas(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", MADE, str(tmp_path / "made.parquet")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.stdout.splitlines() == [
        "[{'name': 'ı', 'day': datetime.date(2026, 1, 31)}, {'name': None, 'day': None}] ['name']",
        "string False",
    ], ran.stderr
