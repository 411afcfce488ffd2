"""Carries over what earlier runs counted: results whose inputs have not changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.model import Catalog
from catalog.results import Fingerprint, MeasureValue, Result, RunRecord
from catalog.workspace import Workspace
from expectations.engine.port import Counted
from expectations.engine.scope import needed_datasets
from expectations.figures import Judgement
from expectations.fingerprints import Meanings, look_at
from expectations.native import figure_sql
from expectations.plan import (
    BoundsFigure,
    Check,
    ComputesFigure,
    FreshFigure,
    NativeFigure,
    Plan,
    calculations_of,
    thaw,
)
from expectations.results import make_result

SETTLED = ("pass", "warn", "fail")


@dataclass(frozen=True)
class Kept:
    """An earlier result and the run it stands in."""

    result: Result
    record: RunRecord

    @property
    def counted_by(self) -> str:
        """The run that really looked at the data."""
        return self.result.carried_from or self.record.run


@dataclass(frozen=True)
class Lookback:
    """What a run found when it looked at its sources and its predecessors, before it read data.

    `inputs` are by check where they can be told; `kept` are the results that are carried over.
    """

    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)
    inputs: Mapping[str, str | None] = field(default_factory=dict)
    kept: Mapping[str, Kept] = field(default_factory=dict)

    def touched(self, plan: Plan) -> Plan:
        """The plan without what is carried over."""
        return replace(plan, checks=tuple(c for c in plan.checks if c.key not in self.kept))

    def result(self, check: Check, baseline: Mapping[str, float], plan: Plan) -> Result:
        """The result of a check that is carried over.

        Its figures and GX's judgement are those of then; floor, dates, owner and words are today's.
        """
        kept = self.kept[check.key]
        counted, judgement = _counted(check, kept.result), _judgement(kept.result)
        result = make_result(check, counted, judgement, baseline, plan.as_of)
        return result.model_copy(
            update={"inputs": kept.result.inputs, "carried_from": kept.counted_by}
        )

    def values(self, plan: Plan) -> dict[str, tuple[MeasureValue, ...]]:
        """The values of the measures whose checks are carried over."""
        found = {}
        for check in plan.checks:
            kept = self.kept.get(check.key)
            if kept is None:
                continue
            for key in calculations_of(check.figure):
                if key in kept.record.measures:
                    found[key] = kept.record.measures[key]
        return found


def look_back(
    workspace: Workspace,
    catalog: Catalog,
    plan: Plan,
    past: Iterable[RunRecord],
    known: str = "",
) -> Lookback:
    """Compare a plan with `past`, the runs kept, newest first.

    A check is carried over when its newest result was counted from the same inputs and is settled:
    what was unknown or an error is always tried again. `known` is a digest of what is known of
    entities beside the datasets.
    """
    last, fingerprints = _latest(plan, past)
    held = look_at(workspace, catalog, needed_datasets(plan), fingerprints)
    meanings = Meanings(plan, catalog, workspace.settings, known)
    inputs = {check.key: meanings.inputs(check, held) for check in plan.checks}
    kept = {key: one for key, one in last.items() if _is_settled(one, inputs[key])}
    return Lookback(held, inputs, kept)


def _latest(
    plan: Plan, past: Iterable[RunRecord]
) -> tuple[dict[str, Kept], dict[str, Fingerprint]]:
    """The newest result of each check of a plan, and the newest fingerprint of each dataset."""
    missing = {check.key for check in plan.checks if check.reads}
    found: dict[str, Kept] = {}
    fingerprints: dict[str, Fingerprint] = {}
    for record in past:
        fingerprints = {**record.fingerprints, **fingerprints}
        for result in record.results:
            if result.check in missing:
                missing.discard(result.check)
                found[result.check] = Kept(result, record)
        if not missing:
            break
    return found, fingerprints


def _is_settled(kept: Kept, inputs: str | None) -> bool:
    return inputs is not None and kept.result.inputs == inputs and kept.result.verdict in SETTLED


def confirm(
    workspace: Workspace, catalog: Catalog, lookback: Lookback, touched: Plan
) -> dict[str, Fingerprint]:
    """The fingerprints that still hold after the data was read: what changed meanwhile has none."""
    read = needed_datasets(touched)
    before = lookback.fingerprints
    after = look_at(workspace, catalog, [path for path in read if path in before], before)
    changed = {
        path
        for path in read
        if path in before and (path not in after or after[path].content != before[path].content)
    }
    return {path: one for path, one in {**before, **after}.items() if path not in changed}


def with_inputs(
    result: Result, check: Check, lookback: Lookback, held: Mapping[str, Fingerprint]
) -> Result:
    """A result that was counted now, with its inputs where these can be told and held still."""
    told = result.verdict in SETTLED and set(check.reads) <= held.keys()
    inputs = lookback.inputs.get(check.key) if told else None
    return result.model_copy(update={"inputs": inputs}) if inputs else result


def _counted(check: Check, result: Result) -> Counted:
    return Counted(
        rows=result.rows_available,
        compared=result.rows_compared,
        violations=result.violations,
        only_left=result.only_left,
        only_right=result.only_right,
        value=_value(check, result),
        samples=result.samples,
        truncated=result.truncated,
    )


def _value(check: Check, result: Result) -> Any:
    """What an aggregate observed; expectations about single values observed none."""
    figure = check.figure
    if isinstance(figure, ComputesFigure | BoundsFigure | FreshFigure):
        return result.observed
    if isinstance(figure, NativeFigure):
        sql = figure_sql(figure.expect, "v", thaw(figure.arguments))
        return None if sql.value == "NULL" else result.observed
    return None


def _judgement(result: Result) -> Judgement:
    return Judgement(result.check, result.verdict == "pass", result.observed, None)
