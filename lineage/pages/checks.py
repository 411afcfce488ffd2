"""The lists of checks and of systems that disagree, with what each line can be found by."""

from __future__ import annotations

from markupsafe import Markup

from catalog.results import Result
from lineage.pages.context import PageContext
from lineage.pages.filters import Filters, Row, Table, heads
from lineage.pages.numbers import pairs_of
from lineage.pages.usability import fields_of, gravest_first

MOST_CHECKS = 10_000
KEYS = ("verdict", "severity", "team", "owner", "source")


def checks_table(ctx: PageContext) -> Table:
    """Every check of the last run, the worst first."""
    words = ctx.words
    filters = Filters(ctx, KEYS)
    results = gravest_first(ctx.results)
    rows = [
        Row(
            (
                ctx.link(r.urn),
                _found(r, ctx),
                ctx.result_mark(r),
                words(f"severity.{r.severity}"),
                ctx.owner_link(r.urn),
            ),
            filters.of(r.urn, **_marks(r)),
        )
        for r in results[:MOST_CHECKS]
    ]
    return Table(
        "checks",
        words("list.checks"),
        words("list.checks_about", day=ctx.run_day) if ctx.run else words("list.checks_about_none"),
        words("list.checks_none"),
        heads(ctx, "list.name", "list.found", "page.result", "list.severity", "list.owner"),
        rows,
        checks_note(ctx),
        filters.shown(rows),
    )


def checks_note(ctx: PageContext) -> Markup | None:
    """How many checks the list of them leaves out; None where it has all."""
    words, notes = ctx.words, []
    if len(ctx.results) > MOST_CHECKS:
        n, m = words.number(MOST_CHECKS), words.number(len(ctx.results))
        notes.append(words("list.more_checks", n=n, m=m))
    if ctx.unshown:
        notes.append(words.counted("list.unshown_checks", ctx.unshown))
    return Markup(" ").join(notes) if notes else None


def conflicts_table(ctx: PageContext) -> Table:
    """Every pair of systems that was compared, the widest disagreement first."""
    words, privacy = ctx.words, ctx.privacy
    filters = Filters(ctx, KEYS)
    rows = [
        Row(
            (
                ctx.link(p.result.urn),
                " ↔ ".join(ctx.sentences.pair(p.left, p.right)),
                privacy.count(p.result.urn, p.result.rows_compared),
                privacy.count(p.result.urn, p.result.violations),
                privacy.share(p.result.urn, p.result.violations, p.result.rows_compared),
                _with_remarks(ctx.result_mark(p.result), p.result, ctx),
                ctx.owner_link(p.result.urn),
            ),
            filters.of(p.result.urn, **_marks(p.result)),
        )
        for p in pairs_of(ctx.results)
    ]
    numbers = ("page.compared", "page.differing", "list.share")
    keys = ("kind.attribute", "page.pair", *numbers, "page.result", "list.owner")
    return Table(
        "conflicts",
        words("list.conflicts"),
        words("list.conflicts_about"),
        words("list.conflicts_none"),
        heads(ctx, *keys, numbers=numbers),
        rows,
        filters=filters.shown(rows),
    )


def _marks(result: Result) -> dict[str, str | tuple[str, ...]]:
    paths = (*fields_of(result), result.urn.partition(":")[2])
    of_data = result.urn.startswith(("dataset:", "field:", "source:"))
    named = paths if of_data else paths[:-1]
    sources = tuple(dict.fromkeys(path.partition(".")[0] for path in named if "." in path))
    return {"verdict": result.outcome, "severity": result.severity, "source": sources}


def _found(result: Result, ctx: PageContext) -> Markup:
    return _with_remarks(ctx.sentences.found(result), result, ctx)


def _with_remarks(said: Markup, result: Result, ctx: PageContext) -> Markup:
    for line in ctx.remarks(result):
        said += Markup('<br><span class="td-quiet td-small">{}</span>').format(line)
    return said
