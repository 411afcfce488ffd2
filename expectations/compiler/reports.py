"""What is asked of reports: that what they published is the truth, one number, and on time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import combinations

from catalog.model import Cell, Measure, Report
from catalog.model.definition import Severity
from catalog.model.reports import CurrencyUnit, Tolerance, is_formula
from catalog.periods import Period, PeriodUnit
from expectations.compiler.scene import Scene, is_calculated
from expectations.plan import (
    CellPlan,
    Check,
    FeedFigure,
    Issue,
    LateFigure,
    MeasurePlan,
    PublishedFigure,
    ReportPlan,
    SameFigure,
    WorkbookFigure,
)
from expectations.publishing import (
    has_workbooks,
    is_published,
    is_shown,
    publishes,
    shows_share,
)
from lineage.formulas import inputs_of
from lineage.places import Places, Position, positions

MOST_ISSUES = 400


def publishing(scene: Scene) -> list[Report]:
    """The reports in use whose published numbers can be compared, in the order of the files."""
    reports = scene.catalog.reports.values()
    return [r for r in reports if publishes(r) and r.status != "retired"]


def own_calculations(scene: Scene) -> Mapping[str, Cell]:
    """The cells of these reports, by path, that carry SQL or an expression of their own."""
    cells = [cell for report in publishing(scene) for cell in report.cells]
    return {c.path: c for c in cells if is_calculated(scene, c)}


def report_plans(scene: Scene) -> tuple[ReportPlan, ...]:
    """The reports with published figures, their cells and the issues in question."""
    return tuple(
        ReportPlan(
            key=report.key,
            issues=_issues(scene, report, report.period or "month"),
            cells=tuple(cell_plans(scene, report)),
            alone=scene.period is not None,
        )
        for report in publishing(scene)
    )


def _issues(scene: Scene, report: Report, unit: PeriodUnit) -> tuple[Issue, ...]:
    issues = [_issue(scene, report, scene.in_question(unit))]
    while not scene.period and len(issues) < MOST_ISSUES:
        due = issues[-1].due
        if due is None or due < scene.as_of:
            break
        issues.append(_issue(scene, report, issues[-1].period.before()))
    return tuple(issues)


def _issue(scene: Scene, report: Report, period: Period) -> Issue:
    return Issue(period, report.due.after(period.end, scene.holidays) if report.due else None)


def cell_plans(scene: Scene, report: Report) -> Iterator[CellPlan]:
    """The cells of a report and how the truth of each comes about, whether it publishes or not."""
    places = positions(report)
    return (_cell(scene, report, cell, places.of_cell(cell.path)) for cell in report.cells)


def _cell(scene: Scene, report: Report, cell: Cell, position: Position | None) -> CellPlan:
    measure = scene.catalog.measures.get(cell.measure or "")
    tolerance = cell.tolerance or (measure.tolerance if measure else Tolerance())
    factor, obstacle = _factor(measure, cell)
    own = not cell.measure
    written = own and is_formula(cell.calculation)
    formula = cell.calculation if written and not is_calculated(scene, cell) else None
    stated = measure.rounding if measure else None
    rounding = stated if cell.rounding is None else cell.rounding
    return CellPlan(
        path=cell.path,
        label=", ".join(dict.fromkeys([report.name, cell.at or cell.named("en")])),
        factor=Decimal(100) if written and cell.unit == "%" else factor,
        absolute=Decimal(str(tolerance.absolute)) * (Decimal(1) if cell.tolerance else factor),
        relative=Decimal(str(tolerance.relative)),
        rounding=rounding,
        as_published=own and rounding is None,
        calculation=None if formula else cell.measure or cell.urn,
        where=tuple(cell.where.items()),
        additive=bool(measure and measure.additive),
        formula=formula,
        position=position,
        is_share=shows_share(cell, measure),
        obstacle=obstacle,
        published=is_published(report, cell),
    )


def _factor(measure: Measure | None, cell: Cell) -> tuple[Decimal, str | None]:
    """What turns the measure's number into the cell's unit, or why nothing does."""
    own, shown = measure.unit if measure else None, cell.unit
    if not isinstance(own, CurrencyUnit) or not isinstance(shown, CurrencyUnit):
        return Decimal(1), None
    if own.currency != shown.currency:
        said = f"the measure is in {own.currency}, the cell in {shown.currency}"
        return Decimal(1), said
    return Decimal(own.scale) / Decimal(shown.scale), None


def report_checks(scene: Scene, calculations: Mapping[str, MeasurePlan]) -> Iterator[Check]:
    """The checks of every report with published figures; `calculations` by measure or cell URN."""
    reports = publishing(scene)
    for report in reports:
        yield _feed(scene, report)
        if report.due:
            yield _late(scene, report)
        for cell, rests_on in _foundations(scene, report):
            if not is_published(report, cell):
                continue
            reads = [path for of in rests_on for path in calculations[of].reads]
            yield _published(scene, report, cell, rests_on, reads)
            if report.published and has_workbooks(report) and is_shown(cell):
                yield _workbook(scene, report, cell)
    alike: dict[tuple[object, ...], list[Cell]] = {}
    for cell in (cell for report in reports for cell in report.cells if cell.measure):
        if not is_published(scene.catalog.reports[cell.report], cell):
            continue
        alike.setdefault((cell.measure, *sorted(cell.where.items())), []).append(cell)
    for cells in alike.values():
        for left, right in combinations(cells, 2):
            yield _same(scene, left, right)


def _severity(report: Report) -> Severity:
    """How much its published numbers weigh; a draft closes no gate until somebody looks at it."""
    return "info" if report.status == "draft" else report.severity


def _feed(scene: Scene, report: Report) -> Check:
    return scene.check(
        report,
        "feed",
        FeedFigure(report.key),
        "expect_published_figures_to_be_readable",
        f"The published figures of {report.name} can be read",
        part=("published",) if report.published else ("workbook",),
        severity=_severity(report),
    )


def _late(scene: Scene, report: Report) -> Check:
    return scene.check(
        report,
        "late",
        LateFigure(report.key),
        "expect_report_to_be_published_on_time",
        f"{report.name} is published on time",
        part=("due",),
        severity=_severity(report),
    )


def _published(
    scene: Scene, report: Report, cell: Cell, rests_on: tuple[str, ...], reads: Iterable[str]
) -> Check:
    return scene.check(
        cell,
        "published",
        PublishedFigure(cell.path, rests_on),
        "expect_published_value_to_be_true",
        f"What {report.name} published as {cell.named('en')} is the truth",
        reads=tuple(dict.fromkeys(reads)),
        severity=_severity(report),
    )


def _workbook(scene: Scene, report: Report, cell: Cell) -> Check:
    return scene.check(
        cell,
        "workbook",
        WorkbookFigure(cell.path),
        "expect_workbook_to_show_what_was_published",
        f"The workbook of {report.name} shows what was published as {cell.named('en')}",
        part=("find",) if cell.find else ("at",),
        severity="info" if report.status == "draft" else "warning",
    )


def _foundations(scene: Scene, report: Report) -> Iterator[tuple[Cell, tuple[str, ...]]]:
    """Each cell with the calculations whose numbers make up its own."""
    places, cells = positions(report), {cell.path: cell for cell in report.cells}
    for cell in report.cells:
        yield cell, tuple(sorted(set(_rests_on(scene, cells, cell, places, set()))))


def _rests_on(
    scene: Scene, cells: Mapping[str, Cell], cell: Cell, places: Places, seen: set[str]
) -> Iterator[str]:
    """The calculations whose numbers make up a cell's, through formulas."""
    if cell.path in seen:
        return
    seen.add(cell.path)
    if cell.measure or not is_formula(cell.calculation) or is_calculated(scene, cell):
        yield cell.measure or cell.urn
        return
    for path in inputs_of(cell, places).cells:
        yield from _rests_on(scene, cells, cells[path], places, seen)


def _same(scene: Scene, left: Cell, right: Cell) -> Check:
    one, other = (scene.catalog.reports[cell.report] for cell in (left, right))
    measure = scene.catalog.measures[left.measure or ""]
    return scene.check(
        left,
        "same",
        SameFigure(left.path, right.path),
        "expect_published_values_to_be_the_same",
        f"{one.name} and {other.name} publish the same {measure.name}",
        what=right.path,
        part=("measure",),
        severity="info" if "draft" in (one.status, other.status) else one.severity,
    )
