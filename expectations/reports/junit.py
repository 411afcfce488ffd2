"""A run as JUnit XML, as Jenkins and GitLab read it: one test case for each check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import groupby
from xml.etree import ElementTree

from catalog.results import Result
from catalog.validation.problems import Problem
from expectations.reports.findings import Finding, findings_of, findings_of_problems
from expectations.reports.telling import Telling

# What XML 1.0 cannot hold at all, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_ELEMENTS = {"fail": "failure", "unknown": "error", "error": "error"}


def told_run(telling: Telling) -> str:
    """A suite for each owner. A failure is a failure; what is unknown or could not be done is an
    error, never passed and never skipped; a warning passes and says why on standard output.
    """
    record = telling.record
    found = {finding.key: finding for finding in findings_of(telling)}
    order = [owner for owner, _ in telling.by_owner()]
    results = sorted(record.results, key=lambda r: _place(r.owner, order))
    root = _element("testsuites", name="tekdogru")
    for owner, group in groupby(results, key=lambda result: result.owner):
        mine = list(group)
        suite = _suite(root, owner or "-", [found.get(result.check) for result in mine])
        suite.set("time", f"{sum(result.seconds for result in mine):.3f}")
        suite.set("timestamp", f"{record.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
        _describe(suite, telling)
        for result in mine:
            _add_case(suite, result, found.get(result.check), telling)
    return _text(root)


def told_problems(problems: Iterable[Problem], below: str) -> str:
    """Definitions that are invalid: every error is an error, warnings pass with their text."""
    found = findings_of_problems(problems, below)
    root = _element("testsuites", name="tekdogru")
    suite = _element("testsuite", root, name="definitions", tests=str(len(found)), failures="0")
    suite.set("errors", str(sum(finding.level == "error" for finding in found)))
    for number, finding in enumerate(found, start=1):
        name = f"{number}. {finding.subject} ({finding.file}:{finding.line})"
        case = _element("testcase", suite, name=name, classname=f"definitions.{finding.rule}")
        if finding.level == "error":
            error = _element("error", case, type=finding.rule, message=finding.sentence)
            error.text = _clean(f"{finding.sentence}\n{finding.file}:{finding.line}")
        else:
            _element("system-out", case).text = _clean(finding.sentence)
    return _text(root)


def _place(owner: str | None, order: Sequence[str | None]) -> tuple[int, str]:
    """Owners of findings in their order, those whose checks all passed behind them by name."""
    return (order.index(owner) if owner in order else len(order), owner or "")


def _suite(
    root: ElementTree.Element, name: str, found: Sequence[Finding | None]
) -> ElementTree.Element:
    kinds = [_kind(finding) for finding in found]
    return _element(
        "testsuite",
        root,
        name=name,
        tests=str(len(found)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped="0",
    )


def _kind(finding: Finding | None) -> str | None:
    """Which element tells it; None for what passes, with or without words."""
    result = finding.result if finding else None
    if result is None or result.is_waived:
        return None
    return _ELEMENTS.get(result.verdict)


def _describe(suite: ElementTree.Element, telling: Telling) -> None:
    record = telling.record
    facts = {
        "run": record.run,
        "as_of": record.as_of.isoformat(),
        "selection": record.selection,
        "note": record.note,
        "fail_on": record.fail_on,
        "verdict": record.verdict,
        "exit_code": str(record.exit_code),
    }
    properties = _element("properties", suite)
    for name, value in facts.items():
        if value is not None:
            _element("property", properties, name=name, value=value)


def _add_case(
    suite: ElementTree.Element, result: Result, finding: Finding | None, telling: Telling
) -> None:
    """Named by what is stable, so that histories of test cases hold."""
    name = result.check.removeprefix(f"{result.urn}/")
    case = _element("testcase", suite, name=name, classname=result.urn.replace(":", ".", 1))
    case.set("time", f"{result.seconds:.3f}")
    if finding is None:
        if said := telling.remarks(result):
            _element("system-out", case).text = _clean("\n".join(said))
        return
    place = f"{finding.file}:{finding.line}"
    text = "\n".join([finding.text, "", result.message, result.check, place])
    if kind := _kind(finding):
        problem = _element(kind, case, message=finding.title)
        problem.set("type", result.severity if kind == "failure" else result.verdict)
        problem.text = _clean(text)
    else:
        _element("system-out", case).text = _clean(f"{result.verdict.upper()}: {text}")


def _element(
    tag: str, parent: ElementTree.Element | None = None, **attributes: str
) -> ElementTree.Element:
    made = {name: _clean(value) for name, value in attributes.items()}
    if parent is None:
        return ElementTree.Element(tag, made)
    return ElementTree.SubElement(parent, tag, made)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _text(root: ElementTree.Element) -> str:
    ElementTree.indent(root)
    return f"{DECLARATION}\n{ElementTree.tostring(root, encoding='unicode')}"
