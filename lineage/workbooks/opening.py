"""Reads a workbook: its cells, values and formulas in one pass, its names, tables and links."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from catalog.settings import WorkbookLimits
from lineage.workbooks.archive import Archive, Relation, WorkbookRefused, open_archive, refuse
from lineage.workbooks.book import Finding, Name, Sheet, Table, Workbook, block_of
from lineage.workbooks.cells import Budget, Grid, TooMuch, read_cells
from lineage.workbooks.collecting import uncollected
from lineage.workbooks.markup import Growing, local, true, whole
from lineage.workbooks.styles import read_styles
from lineage.workbooks.texts import text_of, unescaped
from lineage.workbooks.values import Shared

__all__ = ["WorkbookRefused", "read_workbook"]

_NO_TITLE = frozenset("[]:*?/\\")
_STATES: dict[str, Literal["visible", "hidden", "very hidden"]] = {
    "hidden": "hidden",
    "veryHidden": "very hidden",
}


def read_workbook(
    path: Path, limits: WorkbookLimits | None = None, only: Collection[str] | None = None
) -> Workbook:
    """The workbook in an .xlsx or .xlsm file; macros are never run, only told of.

    With `only`, the cells of sheets with other titles (folded) are not read: they are no grids.
    Raises WorkbookRefused for what is no such file, is damaged, or is beyond the limits.
    """
    with uncollected(), open_archive(path, limits or WorkbookLimits()) as archive:
        return _Reading(archive, Budget(limits or WorkbookLimits()), only).workbook()


@dataclass(frozen=True)
class _Reading:
    """One workbook being read."""

    archive: Archive
    budget: Budget
    only: Collection[str] | None = None

    def workbook(self) -> Workbook:
        archive = self.archive
        main = self._main()
        root, relations = archive.tree(main), archive.relations(main)
        if local(root.tag) != "workbook":
            refuse(archive.file, f"{main} is not the main part of a workbook")
        shared = self._shared(root, relations)
        by_id = {one.id: one for one in relations}
        sheets, tables, findings = [], [], []
        self._check_sheets(root, by_id)
        for said in root.iterfind("sheets/sheet"):
            relation = by_id.get(said.get("id", ""))
            sheet, grid = self._sheet(said, relation, shared)
            sheets.append(sheet)
            findings += grid.findings
            if relation and sheet.grid:
                tables += list(self._tables(sheet.title, relation.target))
        if not sheets:
            refuse(archive.file, "it has no sheet")
        links = dict(self._links(root, by_id, findings))
        names = tuple(_names(root, sheets))
        macros = self._macros(findings)
        saved = self._saved()
        return Workbook(
            archive.file,
            tuple(sheets),
            tuple(tables),
            names,
            links,
            saved,
            macros,
            (*findings, *_without_values(sheets)),
        )

    def _check_sheets(self, root: Element, by_id: Mapping[str, Relation]) -> None:
        """Refuse sheets that Excel would not have: cells of two could not be told apart."""
        titles: set[str] = set()
        parts: dict[str, str] = {}
        for said in root.iterfind("sheets/sheet"):
            title, relation = said.get("name", ""), by_id.get(said.get("id", ""))
            if not title or not _NO_TITLE.isdisjoint(title):
                why = f"a sheet is called '{title[:40]}', which Excel does not allow"
                refuse(self.archive.file, f"{why}; rename it and save the workbook anew")
            if title.casefold() in titles:
                why = f"two sheets are called '{title[:40]}'"
                refuse(self.archive.file, f"{why}; rename one and save the workbook anew")
            titles.add(title.casefold())
            part = relation.target if relation else title
            if part in parts:
                why = f"the sheets '{parts[part][:40]}' and '{title[:40]}' are one part of the file"
                refuse(self.archive.file, f"{why}; save it anew in Excel")
            parts[part] = title

    def _main(self) -> str:
        for relation in self.archive.relations(""):
            if relation.kind == "officeDocument" and relation.target in self.archive:
                return relation.target
        if "xl/workbook.xml" not in self.archive:
            refuse(self.archive.file, "it is no Excel workbook: its main part is missing")
        return "xl/workbook.xml"

    def _shared(self, root: Element, relations: list[Relation]) -> Shared:
        targets = {one.kind: one.target for one in relations}
        strings: list[str] = []
        part = targets.get("sharedStrings", "xl/sharedStrings.xml")
        if part in self.archive:
            strings = self._strings(part)
        styles = read_styles(self.archive, targets.get("styles", "xl/styles.xml"))
        properties = root.find("workbookPr")
        since_1904 = properties is not None and true(properties.get("date1904"))
        return Shared(strings, styles, since_1904)

    def _strings(self, part: str) -> list[str]:
        """The texts that cells share."""
        found: list[str] = []
        with self.archive.open(part) as stream:
            growing = Growing(stream)
            for _ in growing.steps():
                done = growing.root[:-1]
                found += map(text_of, done)
                del growing.root[: len(done)]
                if done:
                    growing.lightened()
            found += map(text_of, growing.root)
        return found

    def _sheet(
        self, said: Element, relation: Relation | None, shared: Shared
    ) -> tuple[Sheet, Grid]:
        title, state = said.get("name", ""), _STATES.get(said.get("state", ""), "visible")
        grid = Grid()
        if relation is None:
            refuse(self.archive.file, f"sheet '{title}' has no part in it; save it anew in Excel")
        if relation.kind != "worksheet":
            reason = f"a sheet of another kind ({relation.kind}) is not read"
            grid.findings.append(Finding("cut", reason, title))
            return Sheet(title, state=state, grid=False), grid
        if self.only is not None and title.casefold() not in self.only:
            return Sheet(title, state=state, grid=False), grid
        try:
            with self.archive.open(relation.target) as stream:
                grid = read_cells(stream, title, shared, self.budget)
        except TooMuch as error:
            self._too_much(error)
        sheet = Sheet(
            title,
            grid.cells,
            state,
            tuple(grid.merged),
            frozenset(grid.hidden_rows),
            tuple(grid.hidden_columns),
        )
        return sheet, grid

    def _too_much(self, error: TooMuch) -> NoReturn:
        said, _, setting = str(error).partition("|")
        refuse(
            self.archive.file,
            f"it has too many {said} are read (workbooks.{setting} in tekdogru.toml)",
        )

    def _tables(self, title: str, part: str) -> Iterator[Table]:
        for relation in self.archive.relations(part):
            if relation.kind != "table" or relation.target not in self.archive:
                continue
            said = self.archive.tree(relation.target)
            block = block_of(said.get("ref", ""))
            if block is None:
                continue
            columns = (one.get("name", "") for one in said.iterfind("tableColumns/tableColumn"))
            yield Table(
                said.get("displayName", "") or said.get("name", ""),
                title,
                block,
                tuple(unescaped(one) for one in columns),
                _count(said, "headerRowCount", 1),
                _count(said, "totalsRowCount", 0),
            )

    def _links(
        self, root: Element, by_id: dict[str, Relation], findings: list[Finding]
    ) -> Iterator[tuple[int, str]]:
        said = root.iterfind("externalReferences/externalReference")
        for number, reference in enumerate(said, start=1):
            relation = by_id.get(reference.get("id", ""))
            part = relation.target if relation else ""
            outside = self.archive.relations(part) if part in self.archive else []
            targets = [one.target for one in outside if one.outside]
            if targets:
                yield number, unquote(targets[0])
            else:
                findings.append(Finding("odd", f"link [{number}] does not say which file it means"))

    def _macros(self, findings: list[Finding]) -> bool:
        found = [part for part in self.archive.parts if re.search(r"vbaproject|macrosheets/", part)]
        if found:
            findings.append(Finding("macros", "it has macros; they are not run, and not looked at"))
        return bool(found)

    def _saved(self) -> datetime | None:
        if "docProps/core.xml" not in self.archive:
            return None
        said = self.archive.tree("docProps/core.xml").findtext("modified")
        try:
            moment = datetime.fromisoformat((said or "").strip())
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None


def _names(root: Element, sheets: list[Sheet]) -> Iterator[Name]:
    for said in root.iterfind("definedNames/definedName"):
        at = whole(said.get("localSheetId"))
        scope = sheets[at].title if at is not None and at < len(sheets) else None
        text = "".join(said.itertext()).strip()
        yield Name(said.get("name", ""), text, scope, true(said.get("hidden")))


def _without_values(sheets: list[Sheet]) -> Iterator[Finding]:
    """Formulas that show nothing, because what wrote the file does not calculate."""
    for sheet in sheets:
        formulas = [cell for cell in sheet.cells.values() if cell.formula is not None]
        empty = [cell for cell in formulas if cell.value is None]
        if empty:
            reason = f"{len(empty):,} of {len(formulas):,} formulas hold no calculated value"
            yield Finding("no_value", reason, sheet.title, empty[0].address)


def _count(said: Element, name: str, otherwise: int) -> int:
    number = whole(said.get(name))
    return otherwise if number is None else number
