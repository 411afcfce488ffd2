"""Measured trust: known intervals, what decays, and when there is not enough evidence."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from story import BANK
from workspaces import write_workspace

from catalog.corrections import Vote
from catalog.measured_trust import measure_trust, wilson
from catalog.settings import TrustSettings
from catalog.validation.opening import open_valid
from expectations.corrections.doubting import contradictions

TODAY = date(2026, 11, 22)
SETTINGS = TrustSettings()


def votes(source: str, right: int, wrong: int, on: date = TODAY) -> list[Vote]:
    return [
        Vote(
            fact=f"{source}{n}{on}",
            source=source,
            attribute="customer.address",
            right=n < right,
            on=on,
        )
        for n in range(right + wrong)
    ]


@pytest.mark.parametrize(
    ("right", "compared", "low", "high"),
    [
        (8, 10, 0.490162, 0.943318),
        (0, 10, 0.0, 0.277533),
        (10, 10, 0.722467, 1.0),
        (50, 100, 0.403832, 0.596168),
        (1, 1, 0.206549, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilson_s(right: int, compared: int, low: float, high: float) -> None:
    """Values as published tables and other implementations give them."""
    assert wilson(right, compared) == pytest.approx((low, high), abs=5e-7)


@example(right=0, more=475)
@given(st.integers(0, 500), st.integers(1, 500))
def test_the_share_lies_in_its_interval_and_more_facts_narrow_it(right: int, more: int) -> None:
    compared = right + more
    low, high = wilson(right, compared)
    assert 0 <= low <= right / compared <= high <= 1
    narrower = wilson(2 * right, 2 * compared)
    assert narrower[1] - narrower[0] < high - low


def test_a_source_is_told_with_its_counts_and_its_interval() -> None:
    (one,) = measure_trust(votes("core", 8, 2), TODAY, SETTINGS)
    assert (one.right, one.wrong, one.share) == (8, 2, 0.8)
    assert (one.low, one.high) == pytest.approx((0.490162, 0.943318), abs=1e-6)


def test_below_the_minimum_there_is_no_share_and_counts_all_the_same() -> None:
    (one,) = measure_trust(votes("core", 8, 1), TODAY, SETTINGS)
    assert (one.right, one.wrong, one.share, one.low, one.high) == (8, 1, None, None, None)


def test_a_fact_counts_half_after_the_half_life_and_so_becomes_unsure() -> None:
    """Ten right a half-life ago weigh five: beside five wrong of today it is one in two."""
    old = votes("core", 10, 0, TODAY - timedelta(days=730))
    (one,) = measure_trust([*old, *votes("core", 0, 5)], TODAY, SETTINGS)
    assert (one.right, one.wrong, one.share) == (10, 5, 0.5)
    assert (one.low, one.high) == pytest.approx(wilson(5, 10), abs=1e-6)
    (alone,) = measure_trust(old, TODAY, SETTINGS)
    assert (alone.right, alone.share) == (10, None)


def test_what_is_found_out_later_does_not_count_yet() -> None:
    assert measure_trust(votes("core", 8, 2), TODAY - timedelta(days=1), SETTINGS) == []


def test_a_weight_is_what_is_proved_in_whole_per_cent() -> None:
    """Much evidence weighs more than little, though the little is spotless."""
    few, many = measure_trust([*votes("core", 10, 0), *votes("web", 98, 2)], TODAY, SETTINGS)
    assert (few.share, few.weight) == (1.0, 72.0)
    assert (many.share, many.weight) == (0.98, 93.0)
    (unsure,) = measure_trust(votes("core", 8, 1), TODAY, SETTINGS)
    assert unsure.weight is None


def test_an_order_that_evidence_contradicts_is_found_only_beyond_doubt(tmp_path: Path) -> None:
    """The call centre is believed first, the web third."""
    _, catalog = open_valid(write_workspace(tmp_path, BANK))
    bad, good = votes("call_centre", 2, 38), votes("web", 38, 2)
    (found,) = contradictions(catalog, measure_trust([*bad, *good], TODAY, SETTINGS))
    assert (found.attribute, found.earlier.source, found.later.source) == (
        "customer.address", "call_centre", "web",
    )  # fmt: skip
    assert found.index == 2
    unsure = [*votes("call_centre", 6, 6), *votes("web", 8, 4)]
    assert list(contradictions(catalog, measure_trust(unsure, TODAY, SETTINGS))) == []
    well = [*votes("call_centre", 38, 2), *votes("web", 2, 38)]
    assert list(contradictions(catalog, measure_trust(well, TODAY, SETTINGS))) == []


@pytest.mark.parametrize(
    "condition",
    ["when: \"adres <> 'x'\"", "where: \"1 = 1\"", "only_if_empty: true", "from: 2020-01-01", "until: 2099-01-01"],
)  # fmt: skip
def test_claims_under_a_condition_say_nothing_about_the_order(
    tmp_path: Path, condition: str
) -> None:
    text = BANK.replace("call_centre.contacts.adres}", f"call_centre.contacts.adres, {condition}}}")
    _, catalog = open_valid(write_workspace(tmp_path, text))
    known = measure_trust([*votes("call_centre", 2, 38), *votes("web", 38, 2)], TODAY, SETTINGS)
    assert list(contradictions(catalog, known)) == []


@pytest.mark.parametrize(
    ("first", "second", "doubted"),
    [("80", "60", True), ("60", "80", False), ("80", "80", False), ("{max: 80, period: 1y}", "60", False),
     ("measured", "60", False)],
)  # fmt: skip
def test_a_trust_that_is_stated_once_for_all_is_an_order_too(
    tmp_path: Path, first: str, second: str, doubted: bool
) -> None:
    text = (
        BANK.replace("call_centre.contacts.adres}", f"call_centre.contacts.adres, trust: {first}}}")
        .replace("core.customers.address}\n", "core.customers.address, trust: 50}\n")
        .replace("web.users.addr}", f"web.users.addr, trust: {second}}}")
        .replace("web.users.copied}", "web.users.copied, trust: 10}")
        .replace("    claims:", "    survive: most_trusted\n    claims:")
    )
    _, catalog = open_valid(write_workspace(tmp_path, text))
    known = measure_trust([*votes("call_centre", 2, 38), *votes("web", 38, 2)], TODAY, SETTINGS)
    assert bool(list(contradictions(catalog, known))) is doubted
