"""What results say of measures and published numbers: sentences, observed and expected figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from catalog.totals import exact
from expectations.engine.port import Counted
from expectations.found import Beside, Lateness, Move, Moves, Published, Twice, Unread
from expectations.measures import label, plain
from expectations.plan import (
    BoundsFigure,
    ChangeFigure,
    FeedFigure,
    LateFigure,
    Limit,
    PublishedFigure,
    SameFigure,
    WorkbookFigure,
)

NUMBERS_FOUND = (Beside, Lateness, Moves, Published, Twice, Unread)
MOST_TOLD = 5
MOST_PROBLEMS = 100
MOST_DIGITS = 100


def observed_number(found: object) -> Any:
    """What was found, as a result's `observed`: the published number, the moved values."""
    match found:
        case Published():
            return plain(found.comparison.published)
        case Twice():
            return plain(found.numbers[0])
        case Beside():
            return plain(found.shown)
        case Moves():
            return [_moved(move) for move in _by_distance(found.moves)[:MOST_TOLD]]
        case Lateness(late=late):
            return max((day.isoformat() for _, day in late), default=None)
        case _:
            return None


def expected_number(found: object) -> Any:
    """What it was held against: the truth, the other cell's number, the day it was due."""
    match found:
        case Published():
            return plain(found.comparison.truth)
        case Twice():
            return plain(found.numbers[1])
        case Beside():
            return plain(found.stated)
        case Lateness(issue=issue):
            return issue.due.isoformat() if issue.due else None
        case _:
            return None


def period_found(found: object) -> str | None:
    """The period it speaks of, as files write it."""
    match found:
        case Published(period=period) | Twice(period=period) | Beside(period=period):
            return period.label
        case Lateness(issue=issue):
            return issue.period.label
        case _:
            return None


def stated_limits(figure: BoundsFigure) -> Any:
    """The bounds of a measure as a result's `expected`."""
    limits = [
        {"min": plain(one.least), "max": plain(one.most)}
        | ({"where": dict(one.where)} if one.where else {})
        for one in figure.limits
    ]
    return limits[0] if len(limits) == 1 else limits


def number(value: object) -> str:
    """A number with thousands separated: 12,345.67; four decimals at most, unless it is tiny."""
    told = exact(value)
    if told is None or told.adjusted() > MOST_DIGITS // 2:
        return str(value)
    with localcontext(prec=MOST_DIGITS):
        short = told.quantize(Decimal("0.0001"), ROUND_HALF_UP)
        shown = short if short or not told else told
        shown = shown.quantize(1) if shown == shown.to_integral_value() else shown.normalize()
    return f"{shown:,f}"


def _moved(move: Move) -> dict[str, Any]:
    named = {"of": move.of} if move.of else {}
    return named | {"before": plain(move.before), "now": plain(move.now)}


def _by_distance(moves: Sequence[Move]) -> list[Move]:
    return sorted(moves, key=lambda move: (not move.is_leap, -abs(move.far), move.of))


def _bounds(figure: BoundsFigure, answer: Counted, observed: Any) -> str:
    rows = observed if isinstance(observed, list) else [{"value": observed}]
    said = [_named(row) for row in rows[:MOST_TOLD]]
    more = f" and {len(rows) - MOST_TOLD} more" if len(rows) > MOST_TOLD else ""
    if not answer.violations:
        return f"it is {'; '.join(said)}{more}, within {_limits(figure)}"
    return f"it is {'; '.join(said)}{more}; allowed is {_limits(figure)}"


def _named(row: Mapping[str, Any]) -> str:
    of = label({name: value for name, value in row.items() if name != "value"})
    value = "not there" if row["value"] is None else number(row["value"])
    return f"{value} for {of}" if of else value


def _limits(figure: BoundsFigure) -> str:
    return "; ".join(_limit(one) for one in figure.limits)


def _limit(one: Limit) -> str:
    of = label(dict(one.where))
    if one.least is None:
        said = f"up to {number(one.most)}"
    elif one.most is None:
        said = f"{number(one.least)} or more"
    else:
        said = f"{number(one.least)} to {number(one.most)}"
    return f"{said} for {of}" if of else said


def _change(figure: ChangeFigure, answer: Counted, _: Any) -> str:
    found: Moves = answer.value
    moves = _by_distance(found.moves)
    told = [move for move in moves if move.is_leap or None in (move.before, move.now)]
    said = list(map(_move, told[:MOST_TOLD] or [move for move in moves[:1] if move.far]))
    said = said or ["nothing has moved"]
    more = f" and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return f"since {found.since}: {'; '.join(said)}{more}"


def _move(move: Move) -> str:
    of = f"{move.of}: " if move.of else ""
    if move.now is None:
        return f"{of}{number(move.before)} and not there any more"
    if move.before is None:
        return f"{of}{number(move.now)}, which was not there"
    share = f" ({move.far / move.before:+.1%})" if move.before else ""
    said = f"{of}from {number(move.before)} to {number(move.now)}{share}"
    return f"{said}, allowed {number(move.allowed)}" if move.is_leap else said


def _feed(figure: FeedFigure, answer: Counted, _: Any) -> str:
    found: Unread = answer.value
    what = "cell(s) of workbooks" if found.of_workbooks else "line(s)"
    note = [found.note] if found.note else []
    if not found.problems:
        return "; ".join([f"{answer.rows:,} {what} are readable", *note])
    told, more = found.problems[:MOST_PROBLEMS], len(found.problems) - MOST_PROBLEMS
    rest = [f"and {more:,} more problem(s)"] if more > 0 else []
    bad = f"{answer.violations:,} {what} cannot be read"
    return "; ".join([bad, *told, *rest, *note])


def _late(figure: LateFigure, answer: Counted, _: Any) -> str:
    found: Lateness = answer.value
    due = f"{found.issue.period.words} was due on {found.issue.due}"
    said = []
    if found.missing:
        cells = ", ".join(path.partition("/")[2] for path in found.missing[:MOST_TOLD])
        every = len(found.missing) == answer.rows
        said.append("it is not published" if every else f"not published: {cells}")
    if found.late:
        last = max(day for _, day in found.late)
        said.append(f"{len(found.late)} of {answer.rows} number(s) came late, the last on {last}")
        if found.by_file:
            said.append(
                "by the time of the file, since the workbook does not say when it was saved"
            )
    if said:
        return f"{due}; {'; '.join(said)}"
    return f"{found.issue.period.words} is due on {found.issue.due}, and nothing is late"


def _published(figure: PublishedFigure, answer: Counted, _: Any) -> str:
    found: Published = answer.value
    one = found.comparison
    parts = [f"{found.cell.label}, {found.period.words}: published {number(one.published)}"]
    if one.earlier:
        parts[0] += f" (version {one.version}; before that {number(one.earlier[-1])})"
    counted = f", as counted on {one.counted_on}," if one.counted_on else ""
    parts.append(f"the truth{counted} is {number(one.truth)}")
    if one.apart or one.verdict == "fail":
        parts.append(f"{number(one.apart)} apart, allowed {number(one.allowed)}")
    if one.reason:
        parts.append(one.reason)
    return "; ".join([*parts, *_others(found.others)])


def _same(figure: SameFigure, answer: Counted, _: Any) -> str:
    found: Twice = answer.value
    left, right = map(number, found.numbers)
    said = f"{found.period.words}: {found.left.label} published {left}, {found.right.label} {right}"
    apart = []
    if found.apart:
        known = [] if found.truth is None else [f"the truth is {number(found.truth)}"]
        apart = [f"{number(found.apart)} apart, allowed {number(found.allowed)}", *known]
    return "; ".join([said, *apart, *_others(found.others)])


def _workbook(figure: WorkbookFigure, answer: Counted, _: Any) -> str:
    found: Beside = answer.value
    stated, shown = number(found.stated), number(found.shown)
    where = f"{found.place}, saved on {found.saved_on},"
    if found.stated == found.shown:
        return f"{found.period.words}: {where} shows {shown}, as was published"
    said = f"{found.period.words}: {where} shows {shown}; published is {stated}"
    unshown = [found.unshown] if found.unshown else []
    return "; ".join([said, *_others(found.others), *unshown])


def _others(count: int) -> Iterator[str]:
    if count:
        yield f"wrong for {count} more period(s)"


NUMBER_SENTENCES: Mapping[type, Callable[[Any, Counted, Any], str]] = {
    BoundsFigure: _bounds,
    ChangeFigure: _change,
    FeedFigure: _feed,
    LateFigure: _late,
    PublishedFigure: _published,
    SameFigure: _same,
    WorkbookFigure: _workbook,
}
