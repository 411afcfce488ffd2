"""Imports the workbooks of one report: read, survey, draft, merge; nothing is written here."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from catalog.loading.yaml_files import MOST_VALUES
from catalog.model import Catalog, Report
from catalog.periods import PeriodUnit
from catalog.workspace import Workspace
from lineage.importing.excel.drafts import Drafted, draft_cells
from lineage.importing.excel.following import follow
from lineage.importing.excel.keys import name_all
from lineage.importing.excel.known_cells import cells_of
from lineage.importing.excel.marks import still_marked
from lineage.importing.excel.numbers import Survey, survey
from lineage.importing.excel.siblings import latest_of
from lineage.importing.excel.stating import file_name
from lineage.importing.excel.titles import definition_of, name_in_words, title_of
from lineage.importing.files import read_all, refuse_missing
from lineage.importing.known import Known
from lineage.importing.merging import Entries, Entry
from lineage.importing.naming import require_key
from lineage.importing.wishes import Wishes, check_wishes
from lineage.importing.writing import Origin, Prepared, prepare
from lineage.workbooks.opening import read_workbook

FORMAT = "excel"
_PER_CELL, _PER_LINE = 12, 4
MOST_VALIDATED = 5_000
"""Beyond so many numbers the import leaves it to `validate` to look at each formula's inputs."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What is asked for: the workbooks of one report, whose it is."""

    files: tuple[Path, ...]
    report: str
    team: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Imported:
    """An import worked out: every workbook's survey with its keys, and what would be written."""

    asked: Asked
    surveys: tuple[Survey, ...]
    drafted: tuple[Drafted, ...]
    prepared: Prepared
    unlike: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def import_workbooks(
    workspace: Workspace, asked: Asked, progress: Progress = lambda _: None
) -> Imported:
    """Read the workbooks and work out what their report is; the newest one says where cells stand.

    Raises UsageError for what cannot be asked for so and for files that are not read, all at once,
    CatalogInvalid where the catalog is not valid or would not be any more.
    """
    _refuse(asked)
    unit = _unit(workspace, asked.report)

    def surveyed(file: Path) -> Survey:
        progress(f"{file.name}: reading")
        book = read_workbook(file, workspace.settings.workbooks)
        return survey(book, workspace.settings.language, unit, _telling(progress, file))

    surveys = sorted(read_all(asked.files, surveyed), key=_age)
    _refuse_twice(surveys)
    drafting = _Drafting(workspace, asked, surveys)
    pattern = file_name(surveys[-1].file).pattern
    origin = Origin(
        f"{FORMAT}/{asked.report}",
        FORMAT,
        pattern,
        f"reports/{asked.report}.yml",
        (f"reports/{asked.report}",),
    )
    progress("merging")
    prepared = prepare(
        workspace,
        origin,
        drafting,
        identity=lambda _, entry: str(entry["key"]),
        validated=len(surveys[-1].numbers) <= MOST_VALIDATED,
    )
    return Imported(
        asked,
        tuple(surveys),
        tuple(drafting.drafted),
        prepared,
        tuple(drafting.unlike),
        tuple(drafting.unsure),
    )


def _telling(progress: Progress, file: Path) -> Progress:
    return lambda sheet: progress(f"{file.name}: sheet {sheet}")


def _refuse(asked: Asked) -> None:
    require_key("--report", asked.report, "report")
    if len({file.resolve() for file in asked.files}) < len(asked.files):
        raise UsageError("the same file is named twice; name each workbook once")
    refuse_missing(asked.files)


def _unit(workspace: Workspace, report: str) -> PeriodUnit | None:
    """The span a report is known to speak of."""
    folder = workspace.root / workspace.settings.catalog
    if not any(folder.rglob("*.y*ml")):
        return None
    known = workspace.load().catalog.reports.get(report)
    return known.period if known else None


def _age(one: Survey) -> tuple[Any, ...]:
    return (one.period.end.isoformat() if one.period else "", one.file.name, str(one.file))


def _refuse_twice(surveys: Sequence[Survey]) -> None:
    for one, other in itertools.pairwise(surveys):
        if one.period and one.period == other.period:
            raise UsageError(
                f"{one.file.name} and {other.file.name} both speak of {one.period.label}; several "
                "files are several periods of one report: import other reports one by one"
            )


def _refuse_too_many(drafted: Drafted) -> None:
    """UsageError for more than one file of definitions can hold, or anybody would review."""
    lines = sum(len(block.get("rows", ())) for block in drafted.blocks)
    values = _PER_CELL * len(drafted.cells) + _PER_LINE * lines
    if values > MOST_VALUES:
        raise UsageError(
            f"{len(drafted.keys):,} numbers were found, {len(drafted.cells):,} of them unlike "
            "their neighbours: more than one report can hold. Import a workbook without its raw "
            "data, or name sheets of raw data so (Veri, Data)"
        )


@dataclass
class _Drafting:
    """Drafts the report for `prepare`, and remembers what it found."""

    workspace: Workspace
    asked: Asked
    surveys: Sequence[Survey]
    drafted: list[Drafted] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    def __call__(self, catalog: Catalog, known: Known) -> Entries:
        check_wishes(Wishes(self.asked.owner, self.asked.team), catalog)
        ours = self._entry(known.ours)
        base = self._entry(known.base.entries)
        present = catalog.reports.get(self.asked.report)
        if self.asked.team and present and present.team != self.asked.team:
            raise UsageError(
                f"report {present.key} is of team {present.team}, not {self.asked.team}; "
                "leave --team out, or name another --report"
            )
        newest = self.surveys[-1]
        last = draft_cells(newest.numbers, ours, base)
        self.unsure = [*newest.unsure, *(note for one in newest.sheets for note in one.unsure)]
        _refuse_too_many(last)
        head = self._head(catalog, present, base, newest, last)
        entry = {**head, **_parts(last)}
        for one in self.surveys[:-1]:
            self.drafted.append(_waiting(draft_cells(one.numbers, entry, {}), ours, base))
            self.unlike += self._unlike(one, entry, last)
        self.drafted.append(_waiting(last, ours, base))
        if later := latest_of(newest):
            self.unlike.append(
                f"{later.name} is of a later period than {newest.file.name}: cells stand now as in "
                "the earlier one; import the later one too"
            )
        return {"reports": [entry]}

    def _entry(self, entries: Entries) -> Entry:
        listed = entries.get("reports", ())
        return next((one for one in listed if one["key"] == self.asked.report), {})

    def _head(
        self,
        catalog: Catalog,
        present: Report | None,
        base: Entry,
        newest: Survey,
        last: Drafted,
    ) -> dict[str, Any]:
        """What the report says of itself; of one that was written by hand nothing but its key."""
        key = self.asked.report
        if present is not None and "definition" not in base:
            return {"key": key}
        if self.asked.team is None and present is None:
            raise UsageError(f"report {key} is new: name the team that makes it with --team")
        name = file_name(newest.file)
        pattern, doubts = self._pattern(newest, name.plain or name.period is None)
        language = catalog.language
        title = title_of(newest) or name_in_words(newest.file) or key
        team = catalog.teams.get(self.asked.team or (present.team if present else ""))
        owner = self.asked.owner or (team.head if team else None)
        said = {
            "en": "name, definition and owner are drafts from the workbook",
            "tr": "ad, tanım ve sahip çalışma kitabından taslaktır",
        }
        made = {
            "key": key,
            "name": title,
            "definition": definition_of(title, last.labels, language),
            "team": self.asked.team or str(base.get("team")),
            "owner": owner or str(base.get("owner") or self.asked.team),
            "status": "draft",
            "imported": {"format": FORMAT, "file": name.pattern},
            "period": newest.period.unit if newest.period else None,
            "workbook": pattern,
            "unsure": [said[language], *doubts, *self.unsure],
        }
        for said_once in ("name", "definition", "team", "owner"):
            if said_once in base:
                made[said_once] = base[said_once]
        if base and self.asked.owner:
            made["owner"] = self.asked.owner
        return {name: value for name, value in made.items() if value is not None}

    def _pattern(self, newest: Survey, plain: bool) -> tuple[str, list[str]]:
        """Where the workbooks lie, seen from the workspace."""
        doubts = []
        folder = newest.file.resolve().parent
        relative = Path(os.path.relpath(folder, self.workspace.root)).as_posix()
        pattern = file_name(newest.file).pattern
        if relative.startswith(".."):
            doubts.append("the workbook lies outside the workspace; say where it will lie")
            relative = "reports"
        if not plain:
            period = newest.period.label if newest.period else "2026-10"
            doubts.append(
                f"the period in the name {newest.file.name} is not written as {period}; rename the "
                "files, or say where their numbers are published"
            )
        return (pattern if relative == "." else f"{relative}/{pattern}"), doubts

    def _unlike(self, older: Survey, entry: Entry, last: Drafted) -> list[str]:
        """In what a workbook of an earlier period differs from the newest one."""
        found = follow(list(cells_of(entry)), older.numbers, name_all(older.numbers))
        keys = set(last.keys)
        missing = sorted(cell.key for cell in found.vanished if cell.key in keys)
        extra = [n.address for i, n in enumerate(older.numbers) if i not in found.cells]
        said = []
        if missing:
            said.append(f"{older.file.name} has no {_some(missing)}")
        if extra:
            said.append(f"{older.file.name} has numbers that the newest lacks: {_some(extra)}")
        return said


def _waiting(drafted: Drafted, ours: Entry, base: Entry) -> Drafted:
    """The same with those marks alone that a steward has not taken out yet."""
    return replace(drafted, unsure=still_marked(drafted.unsure, drafted.keys, ours, base))


def _parts(drafted: Drafted) -> dict[str, Any]:
    parts = {"cells": drafted.cells, "blocks": drafted.blocks}
    return {name: list(found) for name, found in parts.items() if found}


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
