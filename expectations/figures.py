"""The figure of a check: how it is counted, what was counted, and what a judge said about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was counted for one check.

    ``rows`` are the rows available, ``compared`` those that could be judged (for most checks the
    rows that hold a value), ``violations`` the bad ones among them. ``value`` is the observed
    value of an aggregate expectation (a mean, a maximum, a count of distinct values), ``samples``
    a few of the bad values.
    """

    rows: int
    compared: int
    violations: int
    value: object | None = None
    samples: tuple[object, ...] = ()


@dataclass(frozen=True)
class FigureSql:
    """The SQL of one figure: aggregate expressions over a view.

    ``rows``, ``compared``, ``violations`` and ``value`` may stand beside others in one SELECT
    from the view. Where ``counted`` is set they are aggregates over the values of that column
    counted instead (columns ``v`` and ``n``, see ``relation``), and fuse with others of the same
    ``counted``. Aggregate expectations have ``violations`` 0: the judge decides, and a failed
    judgement counts as one. ``bad`` is true for the rows to fetch as samples; it holds a window
    function where ``counted`` is set, so it belongs behind QUALIFY.
    """

    rows: str
    compared: str
    violations: str
    value: str
    bad: str | None = None
    counted: str | None = None

    @property
    def by_row(self) -> bool:
        """Whether each row is judged by itself, so that the violations are the bad rows counted."""
        return self.counted is None and self.violations == f"count(*) FILTER (WHERE {self.bad})"

    def relation(self, view: str) -> str:
        """What the aggregates are taken FROM: the view, or its values counted."""
        if self.counted is None:
            return view
        top = f"max(count(*)) FILTER (WHERE {self.counted} IS NOT NULL) OVER ()"
        return f"(SELECT {self.counted} AS v, count(*) AS n, {top} AS top FROM {view} GROUP BY 1)"

    def statement(self, view: str) -> str:
        """One SELECT of rows, compared, violations, value for this figure alone."""
        return (
            f"SELECT {self.rows} AS rows, {self.compared} AS compared, "
            f"{self.violations} AS violations, {self.value} AS value FROM {self.relation(view)}"
        )


@dataclass(frozen=True)
class Judgement:
    """What Great Expectations said about one check.

    ``success`` is None when it could not judge, and then ``error`` says why. ``observed`` is the
    share of good values for expectations about rows, else the observed value.
    """

    check: str
    success: bool | None
    observed: object | None
    error: str | None
