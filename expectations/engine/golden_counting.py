"""What checks count on golden records, as SQL over the joined rows of their entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from expectations.engine.aggregates import Counting
from expectations.golden_figures import (
    AgainstGoldenFigure,
    ContestedFigure,
    CurrentFigure,
    ReadsFigure,
    RequiredFigure,
    SharedFigure,
)
from expectations.plan import GoldenColumn

if TYPE_CHECKING:
    from expectations.engine.counting import Scope
    from expectations.engine.joining import Join


def _required(scope: Scope, figure: RequiredFigure) -> Counting:
    golden = figure.golden
    join = scope.joins[golden.entity]
    who = f"fed AND {join.belongs(golden)}" if figure.subtype else "fed"
    if golden.can_be_deleted:  # that there is none on purpose is known, and no gap
        value, decided = join.value(golden), join.told("i", golden)
        who = f"{who} AND NOT ({decided} AND {value} IS NULL)"
    who = who if who == "fed" else f"({who})"
    return _on_entities(join, golden, "fed", who, f"{join.value(golden)} IS NULL")


def _current(scope: Scope, figure: CurrentFigure) -> Counting:
    golden = figure.golden
    join = scope.ahead[golden.entity, figure.ahead] if figure.ahead else scope.joins[golden.entity]
    who = f"fed AND {join.value(golden)} IS NOT NULL AND {join.belongs(golden)}"
    if not figure.timed:
        who = "false"
    return _on_entities(join, golden, "fed", f"({who})", f"NOT {join.current(golden)}")


def _contested(scope: Scope, figure: ContestedFigure) -> Counting:
    golden = figure.golden
    join = scope.joins[golden.entity]
    who = f"({join.told('a', golden)} AND {join.belongs(golden)})"
    return _on_entities(join, golden, _claimed(join, golden), who, f"{join.told('d', golden)} > 0")


def _against_golden(scope: Scope, figure: AgainstGoldenFigure) -> Counting:
    golden = figure.golden
    join = scope.joins[golden.entity]
    listed = enumerate(join.contest(golden).candidates)
    said = [f"{join.told('j', golden)}_{n}" for n, c in listed if c.column.path == figure.field]
    present = " OR ".join(f"{one} IS NOT NULL" for one in said)
    same = " OR ".join(f"coalesce({one}, false)" for one in said)
    who = f"(({present}) AND {join.belongs(golden)})"
    knows = join.knows(figure.field.rpartition(".")[0])
    return _on_entities(join, golden, knows, who, f"NOT ({same})")


def _reads(scope: Scope, figure: ReadsFigure) -> Counting:
    golden = figure.golden
    join = scope.joins[golden.entity]
    read, held = join.hashed(figure.candidate), join.told("k", golden)
    is_set = golden.survival.is_set
    same = f"list_contains({held}, {read})" if is_set else f"{read} = {held}"
    bad = f"NOT coalesce({same}, false)"
    if golden.survival.can_be_stale and not figure.accepts_stale:
        bad = f"({bad} OR NOT {join.current(golden)})"
    knows = join.knows(figure.candidate.column.dataset)
    rows = f"({knows} AND {join.belongs(golden)})"
    decided = join.told("i", golden)
    counting = _on_entities(
        join, golden, rows, f"({rows} AND {decided} AND {read} IS NOT NULL)", bad
    )
    value = join.value(golden)
    return replace(
        counting,
        only_left=f"count_if({rows} AND {read} IS NULL AND {value} IS NOT NULL)",
        only_right=f"count_if({rows} AND {read} IS NOT NULL AND NOT {decided})",
    )


def _shared(scope: Scope, figure: SharedFigure) -> Counting:
    golden = figure.golden
    join = scope.joins[golden.entity]
    crowded = f"count(*) OVER (PARTITION BY h) > {figure.at_most}"
    borne = f"SELECT k, {join.told('k', golden)} AS h, true AS own"
    if figure.across:
        held = join.told("k", golden)
        own = f"list_contains({held}, h)" if golden.survival.is_set else f"h = {held}"
        borne = f"SELECT k, h, coalesce({own}, false) AS own"
        crowded = f"{crowded} AND bool_or(own) OVER (PARTITION BY h)"
    bearers = f"{borne} FROM {_spread(join, figure)} WHERE {join.belongs(golden)}"
    many = f"SELECT k, {crowded} AS crowded FROM ({bearers}) WHERE h IS NOT NULL"
    return Counting(
        f"(SELECT k, bool_or(crowded) AS crowded FROM ({many}) GROUP BY k)",
        join.step,
        f"(SELECT count_if({_claimed(join, golden)}) FROM {join.table})",
        "count(*)",
        "count_if(crowded)",
        "crowded",
        distinct=True,
        alone=golden.subtype is not None,
    )


def _spread(join: Join, figure: SharedFigure) -> str:
    """The rows of the join, one for each value that is borne where there may be several."""
    golden = figure.golden
    if figure.across:
        return f"(SELECT *, unnest({join.told('q', golden)}) AS h FROM {join.table})"
    if golden.survival.is_set:
        held = join.told("k", golden)
        return f"(SELECT * REPLACE (unnest({held}) AS {held}) FROM {join.table})"
    return join.table


def _on_entities(join: Join, golden: GoldenColumn, rows: str, who: str, bad: str) -> Counting:
    """Of the entities `rows` those that are compared, and which of these are bad."""
    wrong = f"{who} AND {bad}"
    return Counting(
        join.table,
        join.step,
        f"count_if({rows})",
        f"count_if({who})",
        f"count_if({wrong})",
        wrong,
        distinct=True,
        alone=golden.subtype is not None,
    )


def _claimed(join: Join, golden: GoldenColumn) -> str:
    """Whether a dataset that the attribute claims knows the entity."""
    paths = dict.fromkeys(candidate.column.dataset for candidate in golden.candidates)
    knowing = [join.knows(path) for path in paths if path in join.datasets]
    return f"({' OR '.join(knowing) or 'false'})"


GOLDEN_COUNTERS: Mapping[type, Callable[..., Counting]] = {
    RequiredFigure: _required,
    CurrentFigure: _current,
    ContestedFigure: _contested,
    SharedFigure: _shared,
    AgainstGoldenFigure: _against_golden,
    ReadsFigure: _reads,
}
