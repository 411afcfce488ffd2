"""Says in a department's workbook what the catalog knows of its cells: a sheet of links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from catalog.consolidations import Cluster, Consolidation
from catalog.errors import UsageError
from catalog.formulas import column_of, letters_of, read_address
from catalog.model import Catalog, Cell, Report
from catalog.model.definition import Language
from catalog.periods import Period
from catalog.settings import Settings
from catalog.validation.problems import nearest
from catalog.visibility import visible_to
from expectations.consolidation.package import Text, sheet_names, with_sheet
from expectations.consolidation.words import Words
from lineage.pages.addresses import address_of
from lineage.workbooks.descent import At
from lineage.workbooks.locating import Locator, NotFound
from lineage.workbooks.opening import read_workbook

NAME = "Tekdoğru"
WIDTHS = [42, 60, 48, 30, 48]
PERIOD = "{period}"


@dataclass(frozen=True)
class Linked:
    """A workbook with its sheet: the whole file, how many cells are in it, and which lead nowhere.

    `strange` says of cells, by their paths, why their place is not in this workbook.
    """

    content: bytes
    cells: int
    strange: Mapping[str, str]


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
    cells = [cell for cell in report.cells if cell.urn in visible]
    places, strange = _places(file, report, cells, names, settings)
    telling = _Telling(catalog, settings, plan, Words(language), places, frozenset(visible))
    rows = [*telling.heads(report), *(telling.row(cell) for cell in cells)]
    content = with_sheet(file, NAME, rows, WIDTHS, settings.workbooks)
    return Linked(content, len(cells), strange)


def _places(
    file: Path, report: Report, cells: Sequence[Cell], sheets: Sequence[str], settings: Settings
) -> tuple[dict[str, At], dict[str, str]]:
    """Where cells stand in this workbook, and of the others why they do not, by their paths.

    As everywhere headings count more than an address: an inserted row moves the cell.
    """
    places: dict[str, At] = {}
    strange: dict[str, str] = {}
    locator = None
    if any(cell.find for cell in cells):
        others = {one.casefold() for one in sheets if one != NAME}
        book = read_workbook(file, settings.workbooks, others)
        locator = Locator(book, _period_of(report, file))
    for cell in cells:
        try:
            if cell.find and locator:
                places[cell.path] = locator.place(cell.at, cell.find)
            elif cell.at:
                places[cell.path] = _addressed(cell.at, sheets)
        except NotFound as lost:
            strange[cell.path] = str(lost)
    return places, strange


def _addressed(at: str, sheets: Sequence[str]) -> At:
    """The cell at an address, on the first sheet where it names none."""
    address = read_address(at)
    if address is None:
        raise NotFound(f"'{at}' is not the address of a cell")
    wanted = address.sheet or (sheets[0] if sheets else "")
    sheet = next((one for one in sheets if one.casefold() == wanted.casefold()), None)
    if sheet is None:
        raise NotFound(f"there is no sheet '{wanted}'; {nearest(wanted, sheets)}")
    return At(sheet, address.row, column_of(address.column))


def _period_of(report: Report, file: Path) -> Period | None:
    """The period that a workbook's name states, where the report's pattern says where."""
    found = _named(report.workbook or "", file)
    try:
        return Period.parse(found[1]) if found and found.re.groups else None
    except ValueError:
        return None


@dataclass(frozen=True)
class _Telling:
    """Says the rows of the sheet."""

    catalog: Catalog
    settings: Settings
    plan: Consolidation | None
    words: Words
    places: Mapping[str, At]
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
        place = self.places.get(cell.path)
        stands = str(place) if place and cell.find else cell.at
        label = f"{stands} · {name}" if stands else name
        page = self._page(cell.urn)
        return [
            Text(label, place=_link(place) if place else None),
            Text(self._meaning(cell)),
            Text(self._verdict(cell)),
            Text(self._owner(cell)),
            Text(page or address_of(cell.urn), address=page),
        ]

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
        if found.surviving is None and found.measure in self.visible:
            measure = self.catalog.measures[(found.measure or "").partition(":")[2]]
            return self.words("links.instead", measure=measure.named(self.words.language))
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


def _link(place: At) -> str:
    """A cell of a workbook as a link says it."""
    quoted = place.sheet.replace("'", "''")
    return f"'{quoted}'!{letters_of(place.column)}{place.row}"


def _fits(pattern: str, file: Path) -> bool:
    """Whether a file is called as a report's workbooks are; without or with a copy's ending."""
    return _named(pattern, file) is not None


def _named(pattern: str, file: Path) -> re.Match[str] | None:
    """How a file's name fits a pattern; its group is the period, where the pattern has one."""
    first, *rest = (re.escape(one) for one in PurePosixPath(pattern).name.split(PERIOD))
    form = first + "".join(f"{'(.+)' if at == 0 else '.+'}{one}" for at, one in enumerate(rest))
    return re.fullmatch(form, file.name)
