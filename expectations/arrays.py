"""Reads and makes columns with pyarrow without loading pandas.

pyarrow imports pandas, a third of a second, for whatever might come from it: for every Python
value that becomes an array or a scalar, and for every data set. Commands that read a few small
files are spared that by these two functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


def read_columns(file: Path, columns: Sequence[str] | None = None) -> Any:
    """A Parquet file as a table of pyarrow, all columns or these."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(file) as opened:
        return opened.read(columns=columns)


def texts(values: Iterable[str | None]) -> Any:
    """An array of pyarrow of these texts."""
    from pyarrow.lib import StringBuilder

    building = StringBuilder()
    building.append_values(list(values))
    return building.finish()
