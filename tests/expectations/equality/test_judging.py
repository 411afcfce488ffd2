"""Two calculations are run on generated data, and equal is said only of what was compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.loading.loader import load_catalog
from expectations.engine.sandbox import Limits
from expectations.equality.judging import Judging
from lineage.canonical.candidates import Proposals

SMALL = Path(__file__).parents[2] / "lineage" / "canonical"
CELLS = """
reports:
  - key: tried
    name: Tried
    definition: d
    owner: o
    team: a
    period: month
    cells:
      - {key: max, name: a, calculation: SELECT max(balance) AS value FROM core.accounts}
      - {key: min, name: b, calculation: SELECT -min(-balance) AS value FROM core.accounts}
      - {key: nothing, name: c, calculation: "SELECT count(*) AS value FROM core.accounts WHERE product = 'a' AND product = 'b'"}
      - {key: nobody, name: d, calculation: SELECT count(*) AS value FROM core.accounts WHERE balance > 5 AND balance < 4}
      - {key: fails, name: e, calculation: SELECT count(*) // 0 AS value FROM core.accounts}
      - {key: most, name: f, calculation: "SELECT count(*) AS value FROM core.customers WHERE status = 'active'"}
      - {key: all_but, name: g, calculation: "SELECT count(*) - count(CASE WHEN status <> 'active' THEN 1 END) AS value FROM core.customers"}
      - {key: near, name: h, calculation: SELECT count(*) AS value FROM core.accounts WHERE balance > 41.5}
      - {key: nearer, name: i, calculation: SELECT count(*) AS value FROM core.accounts WHERE balance >= 41.5}
      - {key: golden, name: j, calculation: SELECT count(*) AS value FROM customer WHERE segment = 'retail'}
      - {key: raw, name: k, calculation: SELECT count(*) AS value FROM core.customers WHERE segment = 'retail'}
      - {key: dollars, name: l, unit: {currency: USD}, calculation: SELECT sum(balance) AS value FROM core.accounts}
      - {key: lira, name: m, unit: {currency: TRY}, calculation: SELECT sum(balance) AS value FROM core.accounts}
"""


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Judging:
    folder = tmp_path_factory.mktemp("equality")
    (folder / "catalog").mkdir()
    small = (SMALL / "small" / "all.yml").read_text(encoding="utf-8")
    (folder / "catalog" / "small.yml").write_text(small, encoding="utf-8")
    (folder / "catalog" / "tried.yml").write_text(CELLS, encoding="utf-8")
    loaded = load_catalog(folder)
    assert [str(p) for p in loaded.problems] == []
    made = Judging(Proposals(loaded.catalog), Limits(threads=1), "Europe/Istanbul")
    made.judgements([(f"cell:tried/{a}", f"cell:tried/{b}") for a, b in PAIRS])
    return made


PAIRS = [
    ("max", "min"),
    ("nothing", "nobody"),
    ("fails", "max"),
    ("most", "all_but"),
    ("near", "nearer"),
    ("golden", "raw"),
]


def judged(judging: Judging, left: str, right: str):
    pair = (f"cell:tried/{left}", f"cell:tried/{right}")
    return judging.judgements([pair])[pair]


def test_what_no_form_proves_may_be_equal_on_all_data_seen(judging: Judging) -> None:
    found = judged(judging, "max", "min")
    assert found.equality == "equal_on_all_data_seen"
    assert found.tried > 20


def test_two_that_give_nothing_on_all_data_were_not_compared(judging: Judging) -> None:
    found = judged(judging, "nothing", "nobody")
    assert found.equality is None
    assert "nothing was compared" in (found.unknown or "")


def test_one_that_cannot_run_is_unknown_with_the_reason(judging: Judging) -> None:
    found = judged(judging, "fails", "max")
    assert found.equality is None
    assert "Division by zero" in (found.unknown or "")


def test_a_difference_by_missing_values_alone_is_told_so(judging: Judging) -> None:
    found = judged(judging, "most", "all_but")
    assert found.equality == "different"
    assert found.by_nulls_alone


def test_a_difference_at_one_value_is_found_and_shown(judging: Judging) -> None:
    found = judged(judging, "near", "nearer")
    assert found.equality == "different"
    assert not found.by_nulls_alone
    witness = judging.witness(("cell:tried/near", "cell:tried/nearer"))
    assert witness is not None
    (row,) = witness.rows["core.accounts"]
    assert str(row["balance"]) == "41.5"
    assert (witness.left, witness.right) == (0, 1)


def test_a_golden_record_and_the_rows_of_a_source_differ(judging: Judging) -> None:
    assert judged(judging, "golden", "raw").equality == "different"


def test_two_currencies_are_not_compared(judging: Judging) -> None:
    found = judged(judging, "dollars", "lira")
    assert found.equality is None
    assert found.unknown == "one is in USD, the other in TRY"


def test_the_same_pair_is_judged_the_same_again(judging: Judging) -> None:
    again = Judging(judging.proposals, judging.limits, judging.zone)
    for pair in (("max", "min"), ("near", "nearer")):
        assert judged(again, *pair) == judged(judging, *pair)
