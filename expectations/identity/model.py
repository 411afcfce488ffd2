"""Splink's model of an entity's records: trained without labels, scoring pairs with its reasons.

Splink runs in this process on a DuckDB of its own in memory; it sees cleansed columns alone.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from catalog.model import Match
from catalog.model.matching import BlockPart
from catalog.settings import EngineSettings
from expectations.engine.functions import quote
from expectations.identity.comparing import Compared
from expectations.identity.loading import numbered
from expectations.runner import Progress

SAMPLED_PAIRS = 2e6
TRAINING_PAIRS = 2e6
FAINT = 0.0005
ROUNDS = 100
ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Scored:
    """The pairs of records that were compared, with their probability to be one entity.

    They are in the table `pairs` of `connection`: `l` and `r`, the numbers of the records, `p`,
    and of each comparison i the level's number `g{i}` (-1: not comparable) and its weight `w{i}`.
    """

    connection: Any
    compared: tuple[Compared, ...]

    def certain(self, merge: float, agree: Sequence[str]) -> Iterator[tuple[int, int, float]]:
        """The pairs to be merged automatically, the most probable first."""
        guards = [self.disagreement(name) for name in agree]
        where = " AND ".join([f"p >= {merge}", *(f"NOT ({guard})" for guard in guards)])
        found = self.connection.execute(
            f"SELECT l, r, p FROM pairs WHERE {where} ORDER BY p DESC, l, r"
        )
        while rows := found.fetchmany(ROWS_AT_ONCE):
            yield from rows

    def likely(self, review: float, groups: Sequence[int]) -> list[tuple[Any, ...]]:
        """Of each two groups the likeliest pair from a probability on.

        `groups` has of each record the number of its group. Each row is `l, r, p`, how many pairs
        there are between the groups, then `g0, w0, g1, w1 …`; the likeliest come first.
        """
        import pyarrow as pa

        reasons = ", ".join(f"g{i}, w{i}" for i in range(len(self.compared)))
        table = pa.table({"n": numbered(len(groups)), "g": pa.array(groups)})
        self.connection.register("grouped", table)
        found: list[tuple[Any, ...]] = self.connection.execute(
            f"SELECT l, r, p, count(*) OVER between_groups, {reasons} FROM pairs "
            "JOIN grouped one ON one.n = l JOIN grouped other ON other.n = r "
            f"WHERE p >= {review} AND one.g <> other.g "
            "WINDOW between_groups AS (PARTITION BY least(one.g, other.g), "
            "greatest(one.g, other.g)) "
            "QUALIFY row_number() OVER (PARTITION BY least(one.g, other.g), "
            "greatest(one.g, other.g) ORDER BY p DESC, l, r) = 1 ORDER BY p DESC, l, r"
        ).fetchall()
        return found

    def disagreement(self, attribute: str) -> str:
        """The condition under which a pair holds two values of an attribute that differ."""
        place = [one.comparison.attribute for one in self.compared].index(attribute)
        levels = self.compared[place].levels()
        numbers = [len(levels) - 1 - n for n, level in enumerate(levels) if not level.agrees]
        return f"g{place} IN ({', '.join(map(str, numbers))})"

    def reasons(self, row: Sequence[Any]) -> Iterator[tuple[str, str, float]]:
        """Of `g0, w0, g1, w1 …`: each attribute, what was found, and its weight in bits."""
        for place, one in enumerate(self.compared):
            number, weight = int(row[2 * place]), float(row[2 * place + 1])
            levels = one.levels()
            said = levels[len(levels) - 1 - number].said if number >= 0 else "not known of both"
            yield one.comparison.attribute, said, round(weight, 2)


def require_splink() -> None:
    """UsageError that says how to get it, where Splink is not installed."""
    if find_spec("splink") is None:
        raise UsageError(
            "`comparisons` need Splink, which is not installed; install it with "
            '`pip install "tekdogru[identity]"`, or match by `keys` alone'
        )


@contextmanager
def score_pairs(
    records: Path, match: Match, settings: EngineSettings, progress: Progress
) -> Iterator[Scored]:
    """Train the model on prepared records and compare them; everything ends with the block."""
    require_splink()
    import duckdb

    connection = duckdb.connect(config={"threads": settings.threads})
    try:
        connection.execute(f"SET memory_limit = '{settings.memory_mb}MB'")
        connection.execute(f"SET temp_directory = {quote(str(records.parent))}")
        connection.execute("CREATE TABLE records AS SELECT * FROM read_parquet(?)", [str(records)])
        yield _Model(connection, match, progress).scored()
    finally:
        connection.close()


class _Model:
    """One training and its predictions."""

    def __init__(self, connection: Any, match: Match, progress: Progress) -> None:
        self.connection, self.match, self.progress = connection, match, progress
        self.compared = tuple(
            Compared(one, f"c{match.attributes.index(one.attribute)}") for one in match.comparisons
        )

    def scored(self) -> Scored:
        count = self.connection.execute("SELECT count(*) FROM records").fetchall()[0][0]
        if count < 2:
            self.connection.execute(f"CREATE TABLE pairs AS {self._no_pairs()}")
            return Scored(self.connection, self.compared)
        from splink import DuckDBAPI, Linker

        logging.getLogger("splink").setLevel(logging.CRITICAL)
        self.prior: float = min(0.5, 1 / count)
        database = DuckDBAPI(connection=self.connection)
        records = database.register(self.connection.table("records"))
        linker = Linker(records, self._settings(), log_level=None)
        self.progress("learning from pairs", 1, 3)
        learn(linker, self.rules, self.match.seed)
        self.progress("comparing records", 2, 3)
        predicted = linker.inference.predict(
            threshold_match_probability=FAINT, warning_mode="never"
        )
        self._keep(predicted.physical_name, count)
        return Scored(self.connection, self.compared)

    def _settings(self) -> Any:
        from splink import SettingsCreator

        return SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="n",
            probability_two_random_records_match=self.prior,
            comparisons=[_for_splink(one) for one in self.compared],
            blocking_rules_to_generate_predictions=self.rules,
            retain_matching_columns=True,
            retain_intermediate_calculation_columns=True,
        )

    @cached_property
    def rules(self) -> list[Any]:
        """The blocking rules as Splink's."""
        from splink import block_on

        return [block_on(*map(self._block, rule)) for rule in self.match.blocking]

    def _block(self, part: BlockPart) -> str:
        column = f"c{self.match.attributes.index(part.attribute)}"
        if part.first is not None:
            return f"substr({column}, 1, {part.first})"
        if part.part is not None:
            return f"{column}_{part.part}s[1]"
        return column

    def _keep(self, predicted: str, count: int) -> None:
        """The predictions as `pairs`, with the share of matches that they themselves speak for.

        Probabilities are rounded, so that the order in which sums were made never shows.
        """
        odds = math.log2(self.prior / (1 - self.prior))
        self.connection.execute(
            f"CREATE TABLE weighed AS SELECT match_weight - {odds!r} AS w, * FROM {predicted}"
        )
        prior = self._prior(count)
        odds = math.log2(prior / (1 - prior))
        columns = [
            f"CAST(gamma_{one.column} AS INTEGER) AS g{i}, {_weight(one)} AS w{i}"
            for i, one in enumerate(self.compared)
        ]
        self.connection.execute(
            "CREATE TABLE pairs AS SELECT least(n_l, n_r) AS l, greatest(n_l, n_r) AS r, "
            f"round(1 / (1 + pow(2, -(w + {odds!r}))), 6) AS p, {', '.join(columns)} FROM weighed"
        )

    def _prior(self, count: int) -> float:
        """The share of all pairs that match: what the found pairs add up to, to a fixed point."""
        prior: float = self.prior
        pairs = count * (count - 1) / 2
        weights = self.connection.execute(
            "SELECT round(w, 1) AS w, count(*) FROM weighed GROUP BY 1 ORDER BY 1"
        ).fetchall()
        for _ in range(ROUNDS):
            odds = prior / (1 - prior)
            chances = (n / (1 + math.pow(2, -w) / odds) for w, n in weights)
            found = min(0.5, max(math.fsum(chances) / pairs, 0.01 / pairs))
            if abs(found - prior) <= prior * 1e-6:
                break
            prior = found
        return prior

    def _no_pairs(self) -> str:
        columns = [f"0 AS g{i}, 0.0 AS w{i}" for i in range(len(self.compared))]
        return f"SELECT 0 AS l, 0 AS r, 0.0 AS p, {', '.join(columns)} WHERE false"


def learn(linker: Any, rules: Sequence[Any], seed: int) -> None:
    """Train a Splink model: u from random pairs, m by expectation maximisation in each block.

    Where every pair of a block matches, the share of matches grows to 1 and Splink gives up half
    way, with a part of the model taken away; so the model is put back, and that share is held.
    A block without pairs, or of all attributes, teaches nothing.
    """
    from splink.internals.exceptions import SplinkException

    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=seed)
    model = linker._settings_obj
    for rule in rules:
        for held in (False, True):
            before = model.core_model_settings.copy()
            try:
                linker.training.estimate_parameters_using_expectation_maximisation(
                    rule,
                    max_pairs=TRAINING_PAIRS,
                    fix_probability_two_random_records_match=held,
                )
                break
            except SplinkException:
                model.core_model_settings = before


def _weight(one: Compared) -> str:
    """The weight of a comparison in bits, with the correction for how frequent the value is."""
    by_frequency = any(level.by_frequency for level in one.levels())
    more = f" + coalesce(mw_tf_adj_{one.column}, 0)" if by_frequency else ""
    return f"coalesce(mw_{one.column}, 0){more}"


def _for_splink(one: Compared) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": one.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for number, level in enumerate(one.levels()):
        label = f"{number}: {level.said}"
        shown: dict[str, Any] = {"sql_condition": level.condition, "label_for_charts": label}
        if level.by_frequency:
            shown |= {"tf_adjustment_column": one.column, "tf_adjustment_weight": 1.0}
        levels.append(shown)
    return {"output_column_name": one.column, "comparison_levels": levels}
