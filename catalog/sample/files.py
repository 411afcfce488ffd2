"""Writes the sample bank's rows as the files its systems deliver."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.sample.faults import WEB_SILENT_DAYS
from catalog.sample.rows import Row
from catalog.sample.systems import Systems
from catalog.sample.xlsx import Sheet, write_workbook

_CONSENT_COLUMNS = {
    "musteri_no": "Müşteri No",
    "eposta": "E-posta",
    "izin": "İzin",
    "onay_tarihi": "Onay tarihi",
}


def write_systems(folder: Path, systems: Systems, as_of: date) -> None:
    """Write every dataset below `folder`; the files' times are those of their delivery."""
    delivered = as_of - timedelta(days=1)
    written = {
        write_parquet(folder / "core/customers.parquet", systems.customers): delivered,
        write_parquet(folder / "core/accounts.parquet", systems.accounts): delivered,
        write_csv(folder / "crm/customers.csv", systems.crm): delivered,
        write_turkish_csv(folder / "call_centre/irtibat.csv", systems.contacts): delivered,
        write_turkish_csv(folder / "call_centre/cagrilar.csv", systems.calls): delivered,
        write_csv(folder / "web/users.csv", systems.users): as_of - timedelta(days=WEB_SILENT_DAYS),
        write_csv(folder / "applications/web_form.csv", systems.web_form): delivered,
        write_turkish_csv(folder / "applications/fuar.csv", systems.fair): delivered,
        write_consents(folder / "consents/izin_listesi.xlsx", systems.consents, as_of): delivered,
    }
    for path, day in written.items():
        moment = datetime.combine(day, time(20)).timestamp()
        os.utime(path, (moment, moment))


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    """UTF-8, commas, ISO dates, true and false."""
    return _write_text(path, rows, ",", "utf-8", _plain)


def write_turkish_csv(path: Path, rows: Sequence[Row]) -> Path:
    """As Turkish desktop programs write: windows-1254, semicolons, 31.12.2026, decimal comma."""
    return _write_text(path, rows, ";", "windows-1254", _turkish)


def _write_text(path: Path, rows: Sequence[Row], delimiter: str, encoding: str, write: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        columns = list(rows[0])
        writer.writerow(columns)
        writer.writerows([write(row.get(column)) for column in columns] for row in rows)
    return path


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return "" if value is None else str(value)


def _turkish(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return _plain(value)


def write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    """Columns typed by their values; a column of nothing but None is text."""
    import pyarrow
    import pyarrow.parquet

    arrow: Any = pyarrow
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds: Mapping[type, Any] = {
        str: arrow.string(),
        date: arrow.date32(),
        datetime: arrow.timestamp("us"),
        Decimal: arrow.decimal128(18, 2),
    }
    arrays = {}
    for column in rows[0]:
        values = [row[column] for row in rows]
        kind = next((type(value) for value in values if value is not None), str)
        arrays[column] = arrow.array(values, kinds[kind])
    arrow.parquet.write_table(arrow.table(arrays), path)
    return path


def write_consents(path: Path, rows: Sequence[Row], as_of: date) -> Path:
    """The consent list as somebody keeps it in Excel: headings in Turkish, dates as dates."""
    cells: dict[str, Any] = {
        f"{letter}1": heading
        for letter, heading in zip("ABCD", _CONSENT_COLUMNS.values(), strict=True)
    }
    for line, row in enumerate(rows, start=2):
        for letter, column in zip("ABCD", _CONSENT_COLUMNS, strict=True):
            cells[f"{letter}{line}"] = row[column]
    write_workbook(path, [Sheet("İzinler", cells, widths={"A": 12, "B": 38, "D": 14})], as_of)
    return path
