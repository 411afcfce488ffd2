"""Expressions of other tools become calculations of ours, or it is said why not."""

from __future__ import annotations

import pytest

from lineage.importing.calculations import calculation_of

COLUMNS = {"Balance": "balance", "ORDER_DATE": "ordered_on", "kind": "kind"}


def test_an_expression_is_written_with_our_names() -> None:
    said = calculation_of(
        "sum(Balance)", "Kind = 'a' and order_date > '2026-01-01'", "crm.o", COLUMNS
    )
    assert said == (
        "SELECT SUM(balance) AS value FROM crm.o WHERE kind = 'a' AND ordered_on > '2026-01-01'"
    )
    assert calculation_of("balance", None, "o", COLUMNS) == "SELECT balance AS value FROM o"


@pytest.mark.parametrize(
    ("select", "where", "said"),
    [
        ("sum(", None, "cannot be read"),
        ("sum(fee)", None, "its column 'fee' is not in the file"),
        ("sum(balance)", "o.fee > 1", "its column 'o.fee' is not in the file"),
        ("sum(balance)", "random() > 0.5", "is not allowed"),
        ("getenv('HOME')", None, "is not allowed"),
        ("sum(balance)", "read_text('/etc/passwd') = kind", "is not allowed"),
    ],
)
def test_what_a_calculation_cannot_hold_is_refused(
    select: str, where: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        calculation_of(select, where, "o", COLUMNS)
