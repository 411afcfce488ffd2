"""A run as SARIF 2.1.0, which code review tools show at the lines of the definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from catalog.model import Catalog
from catalog.results import DARK, Result, Verdict
from catalog.validation.problems import Problem
from expectations.reports.findings import Finding, findings_of, findings_of_problems
from expectations.reports.kinds import kind_of
from expectations.reports.telling import Telling

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
MOST_RELATED = 10
Document = dict[str, Any]


def told_run(telling: Telling) -> str:
    """Everything that did not pass. What is unknown or could not be done is `open`, with a
    notification of its own; what is accepted for now is suppressed.
    """
    record = telling.record
    found = findings_of(telling)
    rules = list(dict.fromkeys(result.kind for result in record.results))
    run = _run(found, rules)
    dark = [finding for finding in found if finding.result and finding.result.verdict in DARK]
    run["results"] = [_result(finding, rules, telling) for finding in found]
    run["invocations"] = [
        {
            "executionSuccessful": not any(r.verdict == "error" for r in record.results),
            "exitCode": record.exit_code,
            "startTimeUtc": _instant(record.started),
            "endTimeUtc": _instant(record.finished),
            "toolExecutionNotifications": [_notification(finding, rules) for finding in dark],
        }
    ]
    run["automationDetails"] = {"id": f"tekdogru/check/{record.as_of}/{record.run}"}
    run["properties"] = {
        "asOf": record.as_of.isoformat(),
        "verdict": record.verdict,
        "failOn": record.fail_on,
        "counts": dict(record.counts()),
    }
    return _text(run)


def told_problems(problems: Iterable[Problem], below: str) -> str:
    """What is wrong with the definitions; nothing was checked, so the run was not successful."""
    found = findings_of_problems(problems, below)
    rules = list(dict.fromkeys(finding.rule for finding in found))
    run = _run(found, rules)
    run["results"] = [{**_common(finding, rules), "level": finding.level} for finding in found]
    run["invocations"] = [{"executionSuccessful": False}]
    return _text(run)


def _run(found: Sequence[Finding], rules: Sequence[str]) -> Document:
    return {
        "tool": {
            "driver": {
                "name": "Tekdogru",
                "fullName": "Tekdoğru",
                "semanticVersion": version("tekdogru"),
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The top folder of the repository."}}
        },
        "artifacts": [
            {"location": _location(file)} for file in dict.fromkeys(one.file for one in found)
        ],
        "columnKind": "unicodeCodePoints",
    }


def _rule(rule: str) -> Document:
    kind = kind_of(rule)
    return {
        "id": rule,
        "name": kind.name,
        "shortDescription": {"text": kind.demands},
        "fullDescription": {"text": kind.help},
        "help": {"text": kind.help, "markdown": f"**{kind.demands}**\n\n{kind.remedy}"},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, rules: Sequence[str], telling: Telling) -> Document:
    result = finding.result
    assert result is not None
    dark = result.verdict in DARK
    told = {
        **_common(finding, rules),
        "kind": "open" if dark else "fail",
        "level": "none" if dark else finding.level,
        "properties": _properties(result, telling),
    }
    told["locations"][0]["logicalLocations"] = _logical(result.urn, telling.catalog)
    told["relatedLocations"] = _related(result, telling)
    if telling.earlier:
        told["baselineState"] = _state(result, telling.earlier)
    if result.waiver:
        told["suppressions"] = [_suppression(result, telling)]
    return told


def _common(finding: Finding, rules: Sequence[str]) -> Document:
    """What results of both kinds have.

    GitHub tells findings apart by `primaryLocationLineHash` alone, which otherwise is made of the
    line's text and would take a reworded definition for a new finding.
    """
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "message": {"text": finding.text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _location(finding.file),
                    "region": {"startLine": finding.line},
                }
            }
        ],
        "partialFingerprints": {
            "tekdogruCheck/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:1",
        },
    }


def _properties(result: Result, telling: Telling) -> Document:
    figures = result.model_dump(
        mode="json",
        include={
            "check", "verdict", "severity", "owner", "sources", "rows_available", "rows_compared",
            "violations", "only_left", "only_right", "observed", "expected", "period", "samples",
            "truncated",
        },
    )  # fmt: skip
    more = {
        "title": result.title,
        "measured": result.message,
        "ask": telling.ask(result.owner),
        "failingSince": _instant(start) if (start := telling.since.get(result.check)) else None,
        "carriedFrom": result.carried_from,
    }
    return {name: value for name, value in {**figures, **more}.items() if value is not None}


def _logical(urn: str, catalog: Catalog) -> list[Document]:
    """The definition by its URN, and for a cell where it stands in its workbook."""
    kind, _, path = urn.partition(":")
    locations: list[Document] = [
        {"name": path.rpartition("/")[2], "fullyQualifiedName": urn, "kind": kind}
    ]
    cell = catalog.cells.get(path) if kind == "cell" else None
    if cell:
        report = catalog.reports[cell.report]
        where = [report.workbook or report.location, cell.at]
        if stated := [part for part in where if part]:
            locations.append(
                {
                    "name": cell.at or cell.key,
                    "fullyQualifiedName": "!".join(stated),
                    "kind": "spreadsheetCell",
                }
            )
    return locations


def _related(result: Result, telling: Telling) -> list[Document]:
    """The first cells it reaches, at their lines where these are known."""
    related: list[Document] = []
    for urn in result.reaches.cells[:MOST_RELATED] if result.reaches else ():
        location: Document = {
            "id": len(related) + 1,
            "message": {"text": telling.named(urn)},
            "logicalLocations": _logical(urn, telling.catalog),
        }
        if place := telling.catalog.places.find(urn):
            location["physicalLocation"] = {
                "artifactLocation": _location(f"{telling.below}{place.file}"),
                "region": {"startLine": place.line},
            }
        related.append(location)
    return related


def _state(result: Result, earlier: Mapping[str, Verdict]) -> str:
    """Whether it was found before: `updated` when its verdict is another one now."""
    before = earlier.get(result.check)
    if before is None or before == "pass":
        return "new"
    return "unchanged" if before == result.verdict else "updated"


def _suppression(result: Result, telling: Telling) -> Document:
    assert result.waiver is not None
    status = "accepted" if result.is_waived else "rejected"
    return {
        "kind": "external",
        "status": status,
        "justification": telling.accepted(result) or result.waiver.reason,
    }


def _notification(finding: Finding, rules: Sequence[str]) -> Document:
    return {
        "level": finding.level,
        "message": {"text": finding.text},
        "associatedRule": {"id": finding.rule, "index": rules.index(finding.rule)},
        "locations": _common(finding, rules)["locations"],
    }


def _location(file: str) -> Document:
    from urllib.parse import quote

    return {"uri": quote(file), "uriBaseId": ROOT}


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(run: Document) -> str:
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2)
