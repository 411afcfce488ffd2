"""Whatever two calculations ask and whatever the data hold: all changes at once give the right one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from workspaces import TODAY, write_workspace

from catalog.consolidations import Difference
from catalog.validation.opening import open_valid
from expectations.difference.explaining import explain_differences

HEAD = """
entities: [{key: customer, name: Customer}]
teams: [{key: t, name: Team}]
sources:
  - {key: core, name: Core, owner: t, location: data, datasets: [
      {key: people, path: core.csv, entity: customer, id: k, confirmed_at: at, fields: [
        {key: k, type: code}, {key: status, type: code}, {key: segment, type: code},
        {key: amount, type: integer}, {key: since, type: date}, {key: at, type: date}]}]}
  - {key: crm, name: CRM, owner: t, location: data, datasets: [
      {key: people, path: crm.csv, entity: customer, id: k, confirmed_at: at,
       population: "status <> 'p'", fields: [
        {key: k, type: code}, {key: status, type: code}, {key: segment, type: code},
        {key: amount, type: integer}, {key: since, type: date}, {key: at, type: date}]}]}
attributes:
"""
REPORT = """
reports:
  - {key: r, name: R, definition: x, owner: t, expires_on: 2030-01-01, team: t, period: month,
     published: r.csv, cells: [
"""
STATED = "definition: x, owner: t, expires_on: 2030-01-01"
ADJUSTED = 1_000_003


def _definitions(calculations: list[str]) -> str:
    lines = []
    for name, kind, more in (
        ("status", "code", "values: [a, b, p]"),
        ("segment", "code", "valid_for: 100d"),
        ("amount", "integer", "survive: most_recent"),
        ("since", "date", "survive: oldest"),
    ):
        claims = f"[{{field: core.people.{name}}}, {{field: crm.people.{name}}}]"
        lines.append(
            f"  - {{key: customer.{name}, name: {name}, {STATED}, type: {kind}, {more}, "
            f"claims: {claims}}}"
        )
    cells = [f'      {{key: c{n}, calculation: "{sql}"}},' for n, sql in enumerate(calculations)]
    adjusted = f'      {{key: adjusted, calculation: "{calculations[0]}"}}]}}'
    return HEAD + "\n".join(lines) + REPORT + "\n".join([*cells, adjusted]) + "\n"


def _rows(random: Random, most: int) -> list[dict[str, str]]:
    """Few customers, often repeated, some without id, status, segment or date."""
    days = [date(2026, 10, 31) + timedelta(n) for n in (-200, -31, -30, -1, 0, 1)]
    return [
        {
            "k": random.choice(["", *(str(n) for n in range(most // 2))]),
            "status": random.choice(["", "a", "a", "b", "p"]),
            "segment": random.choice(["", "x", "y"]),
            "amount": random.choice(["", *(str(n) for n in range(1, 9))]),
            "since": random.choice(["", *map(str, days)]),
            "at": random.choice(["", *map(str, days)]),
        }
        for _ in range(most)
    ]


def _calculation(random: Random, totals: list[str]) -> str:
    table = random.choice(["core.people", "crm.people", "customer"])
    key = "entity_id" if table == "customer" else "k"
    total = random.choice(totals).replace("KEY", key)
    conditions = random.sample(
        ["status = 'a'", "status IN ('a', 'b')", "segment = 'x'", "since <= :period_end",
         "since < :period_end", "since BETWEEN :period_start AND :period_end", "amount > 3",
         "(status = 'a' OR segment = 'y')", "since >= :period_end - interval 90 day"],
        random.randint(0, 3),
    )  # fmt: skip
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {total} AS value FROM {table}{where}"


COUNTS = ["count(*)", "count(*)", "count(segment)"]
TOTALS = [*COUNTS, "count(DISTINCT KEY)", "sum(amount)", "sum(amount) / 1000", "-sum(amount)",
          "round(sum(amount), -1)"]  # fmt: skip


@pytest.mark.long
@settings(
    max_examples=examples(2, 10),
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**32))
def test_nothing_remains_but_what_nothing_calculates(seed: int) -> None:
    """Of random calculations over random rows each is compared with the next, both ways; one is
    published as a number that no calculation gives.
    """
    random = Random(seed)
    calculations = [_calculation(random, COUNTS if n < 2 else TOTALS) for n in range(9)]
    published = {"cell": "adjusted", "period": "2026-10", "version": "1",
                 "published_at": "2026-11-03", "value": str(ADJUSTED)}  # fmt: skip
    pairs = [(f"r/c{one}", f"r/c{other}") for one, other in pairwise(range(9))]
    both = [*pairs, *((other, one) for one, other in pairs), ("r/adjusted", "r/c1")]
    with TemporaryDirectory() as made:
        files = {"data/core.csv": _rows(random, 20), "data/crm.csv": _rows(random, 30),
                 "r.csv": [published]}  # fmt: skip
        folder = write_workspace(Path(made), _definitions(calculations), files)
        workspace, catalog = open_valid(folder)
        *told, adjusted = explain_differences(workspace, catalog, both, as_of=TODAY)
    for one, back in zip(told[: len(pairs)], told[len(pairs) :], strict=True):
        _holds(one, back)
    assert _shares(adjusted) == _shares(told[0])
    counted = told[0].left_counted
    assert counted is not None
    assert adjusted.remainder == counted - ADJUSTED


def _shares(one: Difference) -> dict[str, Decimal]:
    return {cause.key: cause.share for cause in one.causes}


def _holds(one: Difference, back: Difference) -> None:
    """A sum of no rows is no number; every other difference is explained, from either side."""
    if None in (one.left_counted, one.right_counted):
        assert one.unknown
        return
    assert one.unknown == ()
    assert (one.remainder, back.remainder) == (0, 0)
    assert one.apart == _minus(back.apart)
    whole = one.together[-1].share if one.together else sum(_shares(one).values())
    assert whole == one.apart


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value
