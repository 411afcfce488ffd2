"""One run: read the sources, count, let GX judge, decide, and make the record."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from catalog.errors import SourceUnreadable, UsageError
from catalog.model import Catalog
from catalog.model.definition import Severity
from catalog.periods import Period
from catalog.results import Result, RunRecord
from catalog.scratch import scratch_folder
from catalog.validation.problems import nearest
from catalog.workspace import Workspace
from expectations.carrying import confirm, look_back, with_inputs
from expectations.compiler.whole import compile_plan
from expectations.engine.embedded import EmbeddedEngine
from expectations.engine.knowing import Known
from expectations.engine.port import Answers, Counted, Missing
from expectations.engine.scope import needed_datasets
from expectations.figures import Figure, Judgement
from expectations.gate import decide_gate
from expectations.meanwhile import loaded_meanwhile
from expectations.numbers import Numbers, read_published, with_published_periods
from expectations.past import Past
from expectations.plan import ExpiryFigure, Plan
from expectations.published import Feed
from expectations.resting import tell_what_rests
from expectations.results import make_result
from expectations.sources.port import Extract
from expectations.sources.registry import connector_for
from expectations.suites import build_suites
from expectations.waivers import apply_waivers, used_waivers

PERSONAL_TYPES = ("national_id", "tax_id", "email", "phone", "iban")
TELLING_VALUES = frozenset(
    {
        "expect_column_max_to_be_between",
        "expect_column_min_to_be_between",
        "expect_column_median_to_be_between",
        "expect_column_most_common_value_to_be_in_set",
        "expect_column_quantile_values_to_be_between",
    }
)
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


def plan_checks(
    workspace: Workspace,
    catalog: Catalog,
    as_of: date,
    select: str | Sequence[str] | None,
    period: Period | None = None,
) -> Plan:
    """The plan of a run; UsageError when a pattern selects nothing or the period is not over."""
    if period and period.end > as_of:
        last = Period.last_closed(period.unit, as_of).label
        said = f"the last {period.unit} that is, is {last}"
        raise UsageError(f"--period {period.label} is not over on {as_of}; {said}")
    plan = compile_plan(catalog, as_of, workspace.settings, period)
    for pattern in [select] if isinstance(select, str) else select or ():
        if not pattern.strip():
            raise UsageError("--select is empty; name a check or a definition, or leave it out")
        if not plan.select(pattern).checks:
            hint = nearest(pattern, [check.key for check in plan.checks])
            said = f"--select {pattern} matches none of {len(plan.checks)} checks; {hint}"
            raise UsageError(said)
    return plan.select(select)


def run_checks(  # noqa: PLR0913  each by its name
    workspace: Workspace,
    catalog: Catalog,
    plan: Plan,
    *,
    selection: str | None = None,
    note: str | None = None,
    fail_on: Severity = "critical",
    carry_from: Iterable[RunRecord] = (),
    past: Past = Past(),  # noqa: B008 - frozen
    feeds: Mapping[str, Feed] | None = None,
    known: Known = Known(),  # noqa: B008 - frozen
    progress: Progress = silent,
) -> RunRecord:
    """Run a plan and give its record; nothing is kept or written by this.

    `carry_from` are the runs kept, newest first: what they counted from the same data and the same
    definitions is carried over. Without them everything is counted. `past` are the numbers of
    earlier runs; without them no number is compared with an earlier one. `feeds` are what
    `read_published` gave for this plan; without them it is asked. `known` is what is known of
    entities beside the sources.
    """
    started = workspace.clock.now()
    lookback = look_back(workspace, catalog, plan, carry_from, known.digest)
    touched = lookback.touched(plan)
    answers = gather(workspace, catalog, touched, past, progress, feeds=feeds, known=known)
    judgements = judge_all(touched, answers, progress)
    held = confirm(workspace, catalog, lookback, touched)
    baseline = {key: entry.share for key, entry in catalog.baseline.items()}
    results = [
        lookback.result(check, baseline, plan)
        if check.key in lookback.kept
        else with_inputs(
            make_result(
                check, answers.checks[check.key], judgements.get(check.key), baseline, plan.as_of
            ),
            check,
            lookback,
            held,
        )
        for check in plan.checks
    ]
    results = tell_what_rests(_with_reach(_masked(results, workspace, catalog), catalog))
    results = apply_waivers(results, catalog, plan.as_of, workspace.settings)
    gate = decide_gate(results, fail_on)
    return RunRecord(
        run=_run_id(started),
        started=started,
        finished=workspace.clock.now(),
        as_of=plan.as_of,
        selection=selection,
        note=note,
        fail_on=fail_on,
        verdict=gate.verdict,
        exit_code=gate.exit_code,
        results=tuple(results),
        waivers=used_waivers(results, catalog, plan.as_of, workspace.settings),
        measures={**lookback.values(plan), **answers.values},
        published=answers.published,
        fingerprints=held,
    )


def gather(
    workspace: Workspace,
    catalog: Catalog,
    plan: Plan,
    past: Past,
    progress: Progress,
    *,
    feeds: Mapping[str, Feed] | None = None,
    known: Known = Known(),  # noqa: B008 - frozen
) -> Answers:
    """Every figure of a plan: counted, or known from the calendar, the history and the reports."""
    feeds = read_published(workspace, catalog, plan) if feeds is None else feeds
    plan = with_published_periods(plan, feeds)
    with scratch_folder("spool") as spool:
        extracts = read_sources(workspace, catalog, needed_datasets(plan), spool, progress)
        engine = EmbeddedEngine(workspace.settings.engine, workspace.settings.timezone, known)
        is_any = any(isinstance(one, Extract) for one in extracts.values())
        with loaded_meanwhile("expectations.judge", wanted=is_any):
            counted = engine.run(plan, extracts, lambda done, of: progress("counting", done, of))
    numbers = Numbers(plan, counted.measures, past, feeds)
    checks = dict(counted.checks)
    for check in plan.checks:
        if isinstance(check.figure, ExpiryFigure):
            checks[check.key] = Counted(1, 1, int(plan.as_of > check.figure.review_date))
        elif (figured := numbers.count(check)) is not None:
            checks[check.key] = figured
    return Answers(checks, counted.measures, numbers.values(), numbers.comparisons())


def read_sources(
    workspace: Workspace, catalog: Catalog, paths: list[str], spool: Path, progress: Progress
) -> dict[str, Extract | Missing]:
    """Make each dataset readable; one that is not says why, and the others go on."""
    extracts: dict[str, Extract | Missing] = {}
    for number, path in enumerate(paths):
        progress("reading sources", number, len(paths))
        dataset = catalog.datasets[path]
        source = catalog.sources[dataset.source]
        try:
            connector = connector_for(source.connector, workspace.settings.plugins)
            extracts[path] = connector.extract(source, dataset, root=workspace.root, spool=spool)
        except SourceUnreadable as error:
            extracts[path] = Missing("source", f"{path} cannot be read: {error}")
    return extracts


def judge_all(plan: Plan, answers: Answers, progress: Progress) -> dict[str, Judgement]:
    """GX's judgement on every check that was counted; imports GX only if there is one.

    Review dates are decided by the calendar alone.
    """
    dated = {check.key for check in plan.checks if isinstance(check.figure, ExpiryFigure)}
    figures = {
        key: Figure(answer.rows, answer.compared, answer.violations, answer.value)
        for key, answer in answers.checks.items()
        if isinstance(answer, Counted) and key not in dated
    }
    if not figures:
        return {}
    progress("judging", 0, 1)
    from expectations.judge import judge

    found: dict[str, Judgement] = {}
    for suite in build_suites(plan):
        found |= judge(suite.document, figures)
    return found


def _run_id(started: datetime) -> str:
    return f"{started:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def _masked(results: list[Result], workspace: Workspace, catalog: Catalog) -> list[Result]:
    """Samples are keys; where the id itself is personal data they are masked, and so is the
    value that an expectation about a whole personal column observed.
    """
    if not workspace.settings.privacy.mask:
        return results
    personal = datasets_with_personal_ids(catalog)
    entities = {catalog.datasets[path].entity for path in personal}
    masked = []
    for result in results:
        hidden: dict[str, Any] = {}
        if _speaks_of(result, personal, entities):
            hidden["samples"] = tuple(mask(key) for key in result.samples)
        attribute = catalog.attributes.get(result.urn.removeprefix("attribute:"))
        if attribute and attribute.personal_data and result.expectation in TELLING_VALUES:
            hidden |= {"observed": "…", "message": f"{result.title}: a personal value is observed"}
        masked.append(result.model_copy(update=hidden) if hidden else result)
    return masked


def datasets_with_personal_ids(catalog: Catalog) -> set[str]:
    """The datasets whose ids are personal data themselves."""
    claimed = {
        claim.field
        for attribute in catalog.attributes.values()
        if attribute.personal_data
        for claim in attribute.claims
    }
    return {
        path
        for path, dataset in catalog.datasets.items()
        if (field := dataset.field(dataset.id or ""))
        and (field.path in claimed or field.type in PERSONAL_TYPES)
    }


def _speaks_of(result: Result, datasets: set[str], entities: set[str | None]) -> bool:
    kind, _, path = result.urn.partition(":")
    if kind == "touchpoint" and result.kind == "reads":
        return result.check.rpartition("/reads:")[2].partition(".")[0] in entities
    if kind == "dataset":
        return path in datasets
    return kind == "attribute" and path.partition(".")[0] in entities


def mask(key: str) -> str:
    """The ends of a key: enough to recognise it by, not to read it."""
    return f"{key[:1]}…{key[-1:]}" if len(key) > 2 else "…"


def _with_reach(results: list[Result], catalog: Catalog) -> list[Result]:
    bad = [result for result in results if result.verdict != "pass"]
    if not bad:
        return results
    from lineage.graph import build_lineage
    from lineage.impact import reaches

    graph = build_lineage(catalog)
    reached = {urn: reaches(graph, urn) for urn in {result.urn for result in bad}}
    return [
        result.model_copy(update={"reaches": reached[result.urn]})
        if result.verdict != "pass"
        else result
        for result in results
    ]
