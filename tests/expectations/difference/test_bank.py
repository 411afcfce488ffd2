"""The seven departments' active customers on the sample bank, each explained by each other."""

from __future__ import annotations

from itertools import combinations

import pytest
from workspaces import TODAY

from catalog.consolidations import Difference
from catalog.sample.bank import create_bank
from catalog.validation.opening import open_valid
from expectations.difference.explaining import explain_differences


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Difference]:
    folder = tmp_path_factory.mktemp("differences") / "bank"
    create_bank(folder, customers=1_000, as_of=TODAY)
    workspace, catalog = open_valid(folder)
    cells = [f"cell:{path}" for path in catalog.cells if path.endswith("/active_customers")]
    assert len(cells) == 7
    pairs = list(combinations([*cells, "measure:active_customers"], 2))
    return explain_differences(workspace, catalog, pairs, as_of=TODAY)


@pytest.mark.long
def test_what_is_counted_is_explained_to_the_last_customer(told: list[Difference]) -> None:
    """What remains is what was published otherwise than it is counted."""
    for one in told:
        assert one.unknown == ()
        assert one.left_counted is not None
        assert one.right_counted is not None
        left = (one.left_published or one.left_counted) - one.left_counted
        right = (one.right_published or one.right_counted) - one.right_counted
        assert one.remainder == right - left, (one.left, one.right)


@pytest.mark.long
def test_finance_counts_prospects_and_repeated_rows(told: list[Difference]) -> None:
    (finance,) = (
        one
        for one in told
        if one.left.startswith("cell:finance") and one.right.startswith("measure:")
    )
    assert {cause.cause for cause in finance.causes} == {
        "population", "source", "cut_off", "duplicates",
    }  # fmt: skip
    shares = {cause.key: cause.share for cause in finance.causes}
    assert shares["population"] < 0
    assert shares["duplicates"] < 0


@pytest.mark.long
def test_risk_differs_by_its_filter_alone(told: list[Difference]) -> None:
    (risk,) = (
        one for one in told if one.left.startswith("cell:risk") and one.right.startswith("measure:")
    )
    assert [cause.key for cause in risk.causes] == ["filter:customer.status"]
