"""What checks said about a definition over time: a strip of verdicts, and findings in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from catalog.results import WORST_FIRST, Result, Verdict
from lineage.pages.context import SHAPE_OF, PageContext

STEP, HEIGHT = 12, 24
TALL = {"pass": 8, "warn": 14, "unknown": 14, "error": 14, "fail": 24}
MOST_FINDINGS = 25


@dataclass(frozen=True)
class Findings:
    """What is not fine, sentence by sentence, and how many checks found nothing wrong."""

    bad: tuple[Result, ...]
    more: int
    fine: int


def findings_of(results: Sequence[Result]) -> Findings:
    """Everything but what is fine; pairs of systems that disagree have a table of their own."""
    bad = [r for r in results if r.verdict != "pass"]
    fine = len(results) - len(bad)
    return Findings(tuple(bad[:MOST_FINDINGS]), max(0, len(bad) - MOST_FINDINGS), fine)


def draw_strip(strip: Sequence[tuple[date, Verdict]], ctx: PageContext) -> Markup:
    """One bar per run, taller the worse; said in words beside it. Empty before a second run."""
    if len(strip) < 2:
        return Markup("")
    bars = "".join(_bar(index, day, verdict, ctx) for index, (day, verdict) in enumerate(strip))
    said = say_strip(strip, ctx)
    width = len(strip) * STEP
    return Markup(  # noqa: S704
        f'<figure class="td-past"><svg viewBox="0 0 {width} {HEIGHT}" width="{width}"'
        f' height="{HEIGHT}" role="img" aria-label="{said}">{bars}</svg>'
        f'<figcaption class="td-quiet">{said}</figcaption></figure>'
    )


def say_strip(strip: Sequence[tuple[date, Verdict]], ctx: PageContext) -> Markup:
    """The strip in words: how many runs, how many of each verdict, from when to when."""
    words = ctx.words
    verdicts = [verdict for _, verdict in strip]
    counts = ", ".join(
        f"{words.number(verdicts.count(v))} {words.plain(f'verdict.{v}')}"
        for v in reversed(WORST_FIRST)
        if v in verdicts
    )
    first, last = words.day(strip[0][0]), words.day(strip[-1][0])
    key = "page.strip" if first != last else "page.strip_day"
    return words(key, n=words.number(len(strip)), counts=counts, first=first, last=last)


def _bar(index: int, day: date, verdict: Verdict, ctx: PageContext) -> str:
    tall = TALL[verdict]
    title = escape(f"{ctx.words.day(day)}: {ctx.words.plain(f'verdict.{verdict}')}")
    return (
        f'<rect class="td-fill-{SHAPE_OF[verdict]}" x="{index * STEP}" y="{HEIGHT - tall}"'
        f' width="{STEP - 3}" height="{tall}"><title>{title}</title></rect>'
    )
