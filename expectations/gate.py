"""The gate: whether a run lets CI pass, and with which exit status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.errors import EXIT_FAIL, EXIT_PASS, EXIT_UNKNOWN
from catalog.model.definition import Severity
from catalog.results import SEVERITIES, Result, Verdict


@dataclass(frozen=True)
class Gate:
    """The decision on a run."""

    verdict: Verdict
    exit_code: int


def decide_gate(results: Iterable[Result], fail_on: Severity) -> Gate:
    """0: nothing at or above `fail_on` failed; 1: something did; 3: nothing failed there, but
    something is unknown or an error, or nothing ran at all. A failure that somebody accepts
    today (a waiver) closes nothing, but what it speaks of is not clean either.
    """
    everything = list(results)
    counting = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    judged = {
        result.verdict
        for result in everything
        if result.severity in counting and not result.is_waived
    }
    if "fail" in judged:
        return Gate("fail", EXIT_FAIL)
    if "error" in judged:
        return Gate("error", EXIT_UNKNOWN)
    if "unknown" in judged or not everything:
        return Gate("unknown", EXIT_UNKNOWN)
    clean = {result.verdict for result in everything} == {"pass"}
    return Gate("pass" if clean else "warn", EXIT_PASS)
