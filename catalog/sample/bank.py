"""Makes the workspaces `tekdogru init` offers: the sample bank and the commented starter."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

import yaml

from catalog.errors import UsageError
from catalog.sample.files import write_systems
from catalog.sample.people import make_people
from catalog.sample.published import write_published
from catalog.sample.systems import make_systems
from catalog.sample.workbooks import write_reports

_BANK = Path(__file__).parent / "bank"
_STARTER = Path(__file__).parent / "starter"
_DAY = re.compile(r"<as_of([+-]\d+)(d|m)>")


def create_bank(
    target: Path,
    *,
    customers: int = 5_000,
    seed: int = 2026,
    as_of: date,
    overwrite: bool = False,
) -> None:
    """Write the sample bank to `target`: definitions, data of its systems, three months' reports
    and the numbers published in them.

    The same arguments give the same files, byte for byte; `as_of` is the day it pretends to be, and
    every date in it lies at a fixed distance from that day. Raises UsageError when `target` holds
    anything already (unless `overwrite`), or when `customers` is under 100.
    """
    if customers < 100:
        raise UsageError(
            f"customers={customers}: the sample bank needs at least 100 to have faults"
        )
    _copy(_BANK, target, as_of, overwrite)
    people = make_people(seed, customers, as_of)
    systems = make_systems(people, seed, as_of)
    write_systems(target / "data", systems, as_of)
    issues = write_reports(target / "reports", people, systems, as_of)
    written = yaml.safe_load((target / "catalog/reports.yml").read_text(encoding="utf-8"))
    write_published(target, written["reports"], issues, as_of)


def create_starter(target: Path, *, as_of: date, overwrite: bool = False) -> None:
    """Write the commented starter to `target`; UsageError as in `create_bank`."""
    _copy(_STARTER, target, as_of, overwrite)


def fill_days(text: str, as_of: date) -> str:
    """Replace `<as_of+90d>` by the day 90 days on, `<as_of-2m>` by the last day two months back."""

    def day(found: re.Match[str]) -> str:
        count = int(found[1])
        if found[2] == "d":
            return (as_of + timedelta(days=count)).isoformat()
        year, month = divmod(as_of.year * 12 + as_of.month - 1 + count, 12)
        return date(year, month + 1, monthrange(year, month + 1)[1]).isoformat()

    return _DAY.sub(day, text)


def _copy(template: Path, target: Path, as_of: date, overwrite: bool) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file; name a folder for the new workspace")
    if target.is_dir() and any(target.iterdir()) and not overwrite:
        raise UsageError(
            f"{target} is not empty, and nothing in it was touched; "
            "name a new or empty folder for the workspace"
        )
    for source in sorted(path for path in template.rglob("*") if path.is_file()):
        copy = target / source.relative_to(template)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = fill_days(source.read_text(encoding="utf-8"), as_of)
        copy.write_text(text, encoding="utf-8", newline="\n")
