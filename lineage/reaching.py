"""Writes what a change reaches, and what a wrong figure may come from, for people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from catalog.model import Catalog
from catalog.plurals import counted
from lineage.diagnosis import Diagnosis, Finding
from lineage.impact import Impact, Reached
from lineage.listing import label

_MOST_CHECKS = 5


def impact_text(impact: Impact, catalog: Catalog) -> str:
    """The impact in words: cells by report and team, then touchpoints, each with its way."""
    title = label(catalog, impact.urn)
    if not impact:
        return f"{title}\n\nNo cell, report or touchpoint rests on it."
    lines = [title, "", _summary(impact)]
    for report in impact.reports:
        lines += ["", _report_line(report, catalog)]
        mine = [c for c in impact.cells if catalog.cells[_path(c.urn)].report == _path(report.urn)]
        lines += [line for cell in mine for line in _reached_lines(cell, catalog)]
        if not mine:
            lines.append(f"    {_way(report, catalog)}")
    if impact.touchpoints:
        lines += ["", "Touchpoints that read it or should:"]
        lines += [line for t in impact.touchpoints for line in _reached_lines(t, catalog)]
    return "\n".join(lines)


def impact_document(impact: Impact, expired: Mapping[str, date] | None = None) -> dict[str, Any]:
    """The impact as plain values; `expired` holds the review dates of what is past them."""
    lists = ("cells", "reports", "teams", "touchpoints")
    past = {urn: on.isoformat() for urn, on in (expired or {}).items() if urn in impact.all}
    return {"urn": impact.urn, "expired": past} | {
        name: [_reached(reached) for reached in getattr(impact, name)] for name in lists
    }


def causes_text(diagnosis: Diagnosis, catalog: Catalog) -> str:
    """What is wrong above a definition in words, the nearest first."""
    lines = [label(catalog, diagnosis.urn), "", _known(diagnosis)]
    if diagnosis.own:
        lines += ["", "Itself:", *_finding_lines(diagnosis.own, catalog)]
    for finding in diagnosis.causes:
        steps = counted(finding.distance, "step")
        lines += ["", f"{steps} above:", *_finding_lines(finding, catalog)]
    if not diagnosis.causes:
        fine = "No check failed on anything it rests on, and nothing there is expired."
        lines += ["", fine if diagnosis.run else "Nothing it rests on is expired."]
    return "\n".join(lines)


def causes_document(diagnosis: Diagnosis) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "urn": diagnosis.urn,
        "run": diagnosis.run,
        "as_of": diagnosis.as_of.isoformat() if diagnosis.as_of else None,
        "own": _finding(diagnosis.own) if diagnosis.own else None,
        "causes": [_finding(finding) for finding in diagnosis.causes],
    }


def _known(diagnosis: Diagnosis) -> str:
    if diagnosis.run is None or diagnosis.as_of is None:
        return "No run is kept yet: only review dates are known; run tekdogru check."
    return f"By the run of {diagnosis.as_of.isoformat()} ({diagnosis.run}):"


def _finding_lines(finding: Finding, catalog: Catalog) -> list[str]:
    lines = [f"  {finding.verdict.upper()}  {label(catalog, finding.urn)}"]
    if finding.expired_on:
        lines.append(f"    its review was due on {finding.expired_on.isoformat()}")
    for said in finding.checks[:_MOST_CHECKS]:
        lines += [f"    {said.message}", f"      {said.check}"]
    if (more := len(finding.checks) - _MOST_CHECKS) > 0:
        lines.append(f"    and {counted(more, 'more check')}")
    if owner := catalog.owner_of(finding.urn):
        lines.append(f"    ask {owner}")
    if len(finding.path) > 1:
        steps = " → ".join(label(catalog, urn) for urn in finding.path[1:])
        only = "" if finding.dependency == "value" else " (only as a condition)"
        lines.append(f"    reaches it by {steps}{only}")
    return lines


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "urn": finding.urn,
        "verdict": finding.verdict,
        "distance": finding.distance,
        "path": list(finding.path),
        "dependency": finding.dependency,
        "expired_on": finding.expired_on.isoformat() if finding.expired_on else None,
        "checks": [
            {"check": said.check, "verdict": said.verdict, "message": said.message}
            for said in finding.checks
        ],
    }


def _reached(reached: Reached) -> dict[str, Any]:
    return {
        "urn": reached.urn,
        "name": reached.name,
        "path": list(reached.path),
        "dependency": reached.dependency,
    }


def _summary(impact: Impact) -> str:
    numbers = [
        counted(len(impact.cells), "cell"),
        counted(len(impact.reports), "report"),
        counted(len(impact.teams), "team"),
        counted(len(impact.touchpoints), "touchpoint"),
    ]
    return f"Reaches {', '.join(numbers[:-1])} and {numbers[-1]}."


def _report_line(report: Reached, catalog: Catalog) -> str:
    definition = catalog.reports[_path(report.urn)]
    team = catalog.teams.get(definition.team)
    made = team.named(catalog.language) if team else definition.team
    return f"Report “{report.name}” of {made}:"


def _reached_lines(reached: Reached, catalog: Catalog) -> list[str]:
    path = _path(reached.urn)
    cell = catalog.cells.get(path)
    where = f", {cell.at}" if cell and cell.at else ""
    key = path.rpartition("/")[2]
    return [f"  {reached.name} ({key}{where})", f"    {_way(reached, catalog)}"]


def _way(reached: Reached, catalog: Catalog) -> str:
    between = reached.path[1:-1]
    way = "by way of " + " → ".join(label(catalog, urn) for urn in between)
    only = "" if reached.dependency == "value" else "; only as a condition, no value comes from it"
    return (way if between else "directly") + only


def _path(urn: str) -> str:
    return urn.partition(":")[2]
