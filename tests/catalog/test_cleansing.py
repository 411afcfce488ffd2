"""What may stand in `cleanse`, what only in `compare`, and what excludes each other."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from workspaces import write_workspace

from catalog.functions import FUNCTIONS
from catalog.model import Attribute
from catalog.model.cleansing import CLEANSE_STEPS, FOLD_STEPS, SETTLED_STEPS
from catalog.validation.opening import examine
from catalog.workspace import open_workspace

STATED = {
    "key": "customer.x", "name": "X", "definition": "An x.", "owner": "o@bank.example",
    "expires_on": "2030-01-01", "claims": [{"field": "a.b.c"}],
}  # fmt: skip
WORDS = Path(__file__).parents[2] / "lineage" / "pages" / "words.toml"


def refused(**steps: Any) -> str:
    with pytest.raises(ValidationError) as error:
        Attribute(**STATED, **steps)
    return str(error.value)


@pytest.mark.parametrize("step", FOLD_STEPS)
def test_what_only_folds_is_refused_in_cleanse_and_taken_in_compare(step: str) -> None:
    said = refused(cleanse=["trim", step])
    assert f"{step} only folds values for comparison" in said
    assert "move it to `compare`" in said
    assert Attribute(**STATED, compare=["trim", step]).compare == ("trim", step)


@pytest.mark.parametrize("step", CLEANSE_STEPS)
def test_what_stays_presentable_may_stand_in_both(step: str) -> None:
    made = Attribute(**STATED, cleanse=[step], compare=[step])
    assert (made.cleanse, made.compare) == ((step,), (step,))


def test_a_value_is_of_one_kind_and_brought_to_it_once() -> None:
    assert "phone and email at once" in refused(cleanse=["phone"], compare=["email"])
    assert "names iban twice" in refused(cleanse=["iban", "trim", "iban"])
    assert set(SETTLED_STEPS) <= set(CLEANSE_STEPS)


def test_a_misplaced_fold_is_told_with_its_line(tmp_path: Path) -> None:
    folder = write_workspace(
        tmp_path,
        """
        attributes:
          - key: customer.x
            name: X
            definition: An x.
            owner: o@bank.example
            expires_on: 2030-01-01
            cleanse: [trim, fold]
            claims: [{field: crm.c.x}]
        """,
    )
    _, problems = examine(open_workspace(folder))
    told = [str(problem) for problem in problems if "only folds" in str(problem)]
    assert len(told) == 1
    assert "definitions.yml:8" in told[0]


def test_every_step_is_a_function_and_has_its_words_in_both_languages() -> None:
    words = tomllib.loads(WORDS.read_text("utf-8"))
    for step in (*CLEANSE_STEPS, *FOLD_STEPS):
        assert f"td_{step}" in FUNCTIONS
        assert len(words["compare"][step]) == 2
    assert set(words["cleanse"]) == set(CLEANSE_STEPS)
