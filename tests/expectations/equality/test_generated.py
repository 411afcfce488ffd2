"""Generated data lie where two calculations come apart: around their constants, at period ends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlglot import parse_one

from catalog.periods import PeriodUnit
from expectations.equality.constants import Constants, constants_of
from expectations.equality.generated import ENDS, IDS, Needed, databases, start_of

TABLE = {"id": "code", "kind": "code", "amount": "money", "day": "date", "yes": "boolean"}


@pytest.mark.parametrize(
    ("unit", "starts"),
    [
        ("day", [(2026, 3, 31), (2026, 2, 28), (2028, 2, 29)]),
        ("week", [(2026, 3, 25), (2026, 2, 22), (2028, 2, 23)]),
        ("month", [(2026, 3, 1), (2026, 2, 1), (2028, 2, 1)]),
        ("quarter", [(2026, 1, 1), (2025, 12, 1), (2027, 12, 1)]),
        ("year", [(2025, 4, 1), (2025, 3, 1), (2027, 3, 2)]),
    ],
)
def test_a_period_of_every_length_begins_before_it_ends(
    unit: PeriodUnit, starts: list[tuple[int, int, int]]
) -> None:
    assert [start_of(end, unit) for end in ENDS] == [date(*start) for start in starts]


def test_the_constants_of_a_calculation_are_found_by_their_columns() -> None:
    found = constants_of(
        [
            parse_one(sql, dialect="duckdb")
            for sql in (
                "SELECT 1 FROM t WHERE Kind IN ('a', 'b') AND amount BETWEEN 5 AND 1e30 AND t.id = u.no",
                "SELECT 1 FROM t WHERE day > DATE '2026-03-01' - INTERVAL 2 WEEK AND kind = '2026-01-05'",
                "SELECT 1 FROM t WHERE no IN (SELECT x FROM u) AND day > day - INTERVAL '9' HOUR",
            )
        ]
    )
    assert list(found.texts["kind"]) == ["a", "b", "2026-01-05"]
    assert found.numbers == {"amount": {Decimal(5): None}}
    assert list(found.days) == [date(2026, 3, 1), date(2026, 1, 5)]
    assert list(found.spans) == [14]
    assert {"id", "no", "x"} <= set(found.joined)


def test_databases_hold_the_values_asked_for_and_the_ones_beside_them() -> None:
    constants = Constants(
        texts={"kind": {"loan": None}}, numbers={"amount": {Decimal(100): None}}, spans={30: None}
    )
    made = databases(Needed({"t": TABLE}, {"t": "id"}), constants)
    assert made == databases(Needed({"t": TABLE}, {"t": "id"}), constants)
    assert made != databases(Needed({"t": TABLE}, {"t": "id"}), constants, seed=1)
    rows = [row for one in made for row in one.rows["t"]]
    kinds, amounts = {row[1] for row in rows}, {row[2] for row in rows}
    assert {"loan", "LOAN", "ı", None} <= kinds
    assert {Decimal(100), Decimal("99.99"), Decimal("100.01"), Decimal(0), None} <= amounts
    assert set(ENDS) <= {row[3] for row in rows}
    assert any(not one.rows["t"] for one in made)
    for one in made:
        ids = [row[0] for row in one.rows["t"]]
        assert len(ids) == len(set(ids))
        assert None not in ids
        if one.complete:
            assert all(None not in row for row in one.rows["t"])
    keyless = databases(Needed({"t": TABLE}, {}), constants)
    assert any(len(set(one.rows["t"])) < len(one.rows["t"]) for one in keyless)
    assert {row[0] for one in keyless for row in one.rows["t"]} <= {
        *IDS,
        "zz",
        "Zz",
        " ",
        "ı",
        "İ",
        None,
    }
