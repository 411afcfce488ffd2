"""Says in a department's workbook what the catalog knows of its cells: a sheet of links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from catalog.consolidations import Cluster, Consolidation
from catalog.errors import UsageError
from catalog.formulas import read_address
from catalog.model import Catalog, Cell, Report
from catalog.model.definition import Language
from catalog.settings import Settings
from catalog.validation.problems import nearest
from catalog.visibility import visible_to
from expectations.consolidation.package import Text, sheet_names, with_sheet
from expectations.consolidation.words import Words
from lineage.pages.addresses import address_of

NAME = "Tekdoğru"
WIDTHS = [42, 60, 48, 30, 48]
PERIOD = "{period}"


@dataclass(frozen=True)
class Linked:
    """A workbook with its sheet: the whole file, how many cells are in it, and which lead nowhere.

    `strange` are cells whose place is not in this workbook.
    """

    content: bytes
    cells: int
    strange: tuple[str, ...]


def report_of_workbook(catalog: Catalog, file: Path, key: str | None) -> Report:
    """The report that a workbook is an issue of: the one named, else by its `workbook` pattern."""
    if key is not None:
        if key not in catalog.reports:
            raise UsageError(f"no report '{key}'; {nearest(key, catalog.reports)}")
        return catalog.reports[key]
    found = [one for one in catalog.reports.values() if one.workbook and _fits(one.workbook, file)]
    if len(found) == 1:
        return found[0]
    keys = ", ".join(one.key for one in found)
    said = f"{keys} state such a `workbook`" if found else "no report states such a `workbook`"
    raise UsageError(f"{file.name}: {said}; name the report with --report")


def linked(
    file: Path,
    report: Report,
    catalog: Catalog,
    settings: Settings,
    plan: Consolidation | None,
    language: Language,
) -> Linked:
    """The workbook with a sheet that says of each cell what it means, its verdict, owner and page.

    Only what everybody inside the institution may see is said. WorkbookRefused as `with_sheet`.
    """
    visible = visible_to(catalog)
    names = sheet_names(file, settings.workbooks)
    telling = _Telling(catalog, settings, plan, Words(language), names, frozenset(visible))
    cells = [cell for cell in report.cells if cell.urn in visible]
    rows = [*telling.heads(report), *(telling.row(cell) for cell in cells)]
    content = with_sheet(file, NAME, rows, WIDTHS, settings.workbooks)
    strange = tuple(cell.path for cell in cells if cell.at and telling.place(cell) is None)
    return Linked(content, len(cells), strange)


@dataclass(frozen=True)
class _Telling:
    """Says the rows of the sheet."""

    catalog: Catalog
    settings: Settings
    plan: Consolidation | None
    words: Words
    sheets: Sequence[str]
    visible: frozenset[str]

    def heads(self, report: Report) -> Iterator[list[Text]]:
        """What the sheet is, and the headings."""
        words = self.words
        name = report.named(words.language)
        day = words.day(self.plan.as_of) if self.plan else None
        said = words("links.about", name=name, institution=self.settings.institution)
        yield [Text(said, bold=True, address=self._page(report.urn))]
        yield [Text(words("links.as_of", day=day) if day else words("links.never"))]
        yield [Text(one, bold=True) for one in words("links.heads").split("|")]

    def row(self, cell: Cell) -> list[Text]:
        """One cell: leading to its place, its meaning, verdict, owner and page."""
        name = cell.named(self.words.language)
        label = f"{cell.at} · {name}" if cell.at else name
        page = self._page(cell.urn)
        return [
            Text(label, place=self.place(cell)),
            Text(self._meaning(cell)),
            Text(self._verdict(cell)),
            Text(self._owner(cell)),
            Text(page or address_of(cell.urn), address=page),
        ]

    def place(self, cell: Cell) -> str | None:
        """Where the cell stands in this workbook, as a link says it."""
        address = read_address(cell.at or "")
        if address is None:
            return None
        wanted = address.sheet or (self.sheets[0] if self.sheets else "")
        sheet = next((one for one in self.sheets if one.casefold() == wanted.casefold()), None)
        if sheet is None:
            return None
        quoted = sheet.replace("'", "''")
        return f"'{quoted}'!{address.column}{address.row}"

    def _meaning(self, cell: Cell) -> str:
        measure = self.catalog.measures.get(cell.measure or "")
        own = cell.meaning(self.words.language)
        if own or measure is None or measure.urn not in self.visible:
            return own or ""
        return measure.meaning(self.words.language) or ""

    def _verdict(self, cell: Cell) -> str:
        if self.plan is None:
            return ""
        found = self.plan.cluster_of(cell.urn)
        if found is None:
            return self.words("verdict.unknown")
        said = [self.words(f"verdict.{found.verdict}")]
        others = [one for one in found.cells if one != cell.urn and one in self.visible]
        if others:
            said.append(", ".join(map(self._full_name, others)))
        if keeps := self._survivor(found, cell):
            said.append(keeps)
        return ": ".join(said[:2]) + "".join(f". {one}" for one in said[2:])

    def _survivor(self, found: Cluster, cell: Cell) -> str:
        if found.surviving is None or found.surviving not in self.visible:
            return ""
        if found.surviving == cell.urn:
            return self.words("links.this")
        return self.words("links.other", cell=self._full_name(found.surviving))

    def _owner(self, cell: Cell) -> str:
        owner = self.catalog.owner_of(cell.urn)
        for kind in ("role", "team"):
            if definition := self.catalog.definitions.get(f"{kind}:{owner}"):
                return definition.named(self.words.language)
        return owner or ""

    def _page(self, urn: str) -> str | None:
        base = self.settings.site.url
        return f"{base.rstrip('/')}/{address_of(urn)}" if base else None

    def _full_name(self, urn: str) -> str:
        cell = self.catalog.cells[urn.partition(":")[2]]
        report = self.catalog.reports[cell.report].named(self.words.language)
        return f"{cell.named(self.words.language)} ({report})"


def _fits(pattern: str, file: Path) -> bool:
    """Whether a file is called as a report's workbooks are; without or with a copy's ending."""
    parts: Mapping[bool, str] = {True: ".+", False: ""}
    name = PurePosixPath(pattern).name
    pieces = [re.escape(one) for one in name.split(PERIOD)]
    return re.fullmatch(parts[True].join(pieces), file.name) is not None
