"""The pages of the run history: the kept runs, and what the latest found that is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from catalog.results import WORST_FIRST, Result, RunRecord
from lineage.pages.checks import checks_note
from lineage.pages.context import PageContext
from lineage.pages.filters import ORDERS, Row, Table, heads
from lineage.pages.usability import gravest_first

MOST_LISTED = 50
CHECKS = "../../all/checks/index.html"
RUN = "../../all/run/index.html"


@dataclass(frozen=True)
class Share:
    """How the checks of one owner came out; `href` leads to those that are not fine."""

    owner: Markup
    counts: Mapping[str, int]
    href: str


def runs_table(ctx: PageContext) -> Table:
    """The kept runs, the newest first, with how many checks came out how."""
    words = ctx.words
    latest = ctx.run.run if ctx.run else ""
    rows = []
    for run in ctx.past.runs:
        day = Markup.escape(words.day(run.as_of))
        if run.run == latest:
            day = Markup('<a href="{}">{}</a>').format(RUN, day)
        scope = words("run.whole")
        if run.selection:
            scope = words("run.part", selection=ctx.say_selection(run.selection))
        gate = words("run.gate_open" if run.exit_code == 0 else "run.gate_closed")
        counts = (words.number(run.counts.get(verdict, 0)) for verdict in WORST_FIRST)
        started = Markup('<span class="td-unbroken">{}</span>').format(words.instant(run.started))
        rows.append(Row((day, started, scope, *counts, gate)))
    verdicts = tuple(f"verdict.{verdict}" for verdict in WORST_FIRST)
    keys = ("run.as_of", "run.started", "run.scope", *verdicts, "run.gate")
    return Table(
        "runs",
        words("list.runs"),
        words("list.runs_about"),
        words("list.checks_none"),
        heads(ctx, *keys, numbers=verdicts),
        rows,
        words("run.counts_all") if ctx.unshown else None,
    )


def run_page(ctx: PageContext) -> str:
    """The latest run: its counts, what is new since the one before, and whose the failures are."""
    run = ctx.shown_run
    previous = _previous(ctx, run)
    worse, mended = _changes(ctx, run, previous) if run and previous else ([], [])
    counts = Counter(result.outcome for result in ctx.results)
    return ctx.pages.get_template("run.html").render(
        run=run,
        previous=previous,
        counts=[(verdict, counts[verdict]) for verdict in ORDERS["verdict"] if counts[verdict]],
        worse=worse[:MOST_LISTED],
        worse_more=max(0, len(worse) - MOST_LISTED),
        mended=mended[:MOST_LISTED],
        mended_more=max(0, len(mended) - MOST_LISTED),
        shares=_shares(ctx, run) if run else [],
        waived=[r for r in gravest_first(ctx.results) if r.is_waived],
        ended=[r for r in gravest_first(ctx.results) if r.waiver and r.waiver.state == "ended"],
        carried=sum(r.carried_from is not None for r in ctx.results),
        note=checks_note(ctx),
    )


def _previous(ctx: PageContext, run: RunRecord | None) -> object | None:
    """The run before the latest that looked at the same; None without one."""
    if run is None:
        return None
    before = (
        one for one in ctx.past.runs if one.started < run.started and one.selection == run.selection
    )
    return next(before, None)


def _changes(
    ctx: PageContext, run: RunRecord, previous: object
) -> tuple[list[Result], list[Result]]:
    """The checks that fail since this run, and those that do not fail any more."""
    before = getattr(previous, "run", "")
    worse, mended = [], []
    for result in gravest_first(run.results):
        was = ctx.past.verdict(result.check, before)
        if was is None or was == result.verdict:
            continue
        if result.verdict == "fail":
            worse.append(result)
        elif was == "fail" and result.verdict in ("pass", "warn"):
            mended.append(result)
    return worse, mended


def _shares(ctx: PageContext, run: RunRecord) -> Sequence[Share]:
    counts: dict[str, dict[str, int]] = {}
    for result in run.results:
        owner = ctx.catalog.owner_of(result.urn) or ""
        own = counts.setdefault(owner, dict.fromkeys(WORST_FIRST, 0))
        own[result.verdict] += 1
    worst = sorted(counts, key=lambda owner: [-counts[owner][verdict] for verdict in WORST_FIRST])
    return [
        Share(
            ctx.owner_name(owner) if owner else ctx.words("list.owner_none"),
            counts[owner],
            f"{CHECKS}?owner={quote(owner)}" if owner else CHECKS,
        )
        for owner in worst
    ]
