"""Tests what is wrong with decisions on consolidation: strange names, contradictions, ends."""

from __future__ import annotations

from typing import Any

import pytest
from consolidating import TODAY, catalog, cell, decided, report
from pydantic import ValidationError

from catalog.model import ConsolidationDecision
from catalog.validation.consolidations import consolidations
from catalog.validation.problems import Problem
from catalog.validation.rules import Context

AB = {"cells": ["a/n", "b/n"]}


def problems(*decisions: ConsolidationDecision) -> list[Problem]:
    made = catalog(*(report(key, cell("n")) for key in "abc"), decisions=decisions)
    return list(consolidations(made, Context(today=TODAY)))


def test_decisions_that_name_what_there_is_and_agree_are_fine() -> None:
    assert not problems(
        decided("one", "accept", **AB, surviving="a/n"),
        decided("two", "reject", report="c"),
        decided("three", "keep_apart", cells=["a/n", "c/n"]),
    )


def test_a_name_that_nothing_has_is_told_with_the_nearest() -> None:
    (found,) = problems(decided("one", "accept", cells=["a/n", "b/nn"]))
    assert found.code == "TD064"
    assert "no cell 'b/nn'; did you mean 'b/n'" in found.message
    (found,) = problems(decided("one", "reject", report="aa"))
    assert "no report 'aa'" in found.message


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (("accept", AB), ("keep_apart", AB), "put together in one decision and not in the other"),
        (("accept", AB), ("reject", AB), "put together in one decision and not in the other"),
        (("accept", AB), ("accept", AB), "decided a second time"),
        (
            ("accept", {**AB, "surviving": "a/n"}),
            ("accept", {**AB, "surviving": "b/n"}),
            "another cell is to survive",
        ),
        (("accept", {"report": "a"}), ("reject", {"report": "a"}), "decided otherwise"),
    ],
)
def test_decisions_against_each_other_are_errors(first: Any, second: Any, said: str) -> None:
    one, other = (
        decided(k, how, **about)
        for k, (how, about) in zip(("one", "two"), (first, second), strict=True)
    )
    (found,) = problems(one, other)
    assert found.level == "error"
    assert said in found.message
    assert "'one'" in found.message


def test_a_decision_that_has_ended_is_told_and_contradicts_nothing() -> None:
    ended = decided("one", "keep_apart", **AB, until="2026-11-19")
    (found,) = problems(ended, decided("two", "accept", **AB))
    assert (found.level, found.code) == ("warning", "TD064")
    assert "it ended on 2026-11-19, and the matter is open again" in found.message


@pytest.mark.parametrize(
    "stated",
    [
        {"decision": "accept"},
        {"decision": "accept", "cells": ["a/n"]},
        {"decision": "accept", "cells": ["a/n", "a/n"]},
        {"decision": "accept", "report": "a", **AB},
        {"decision": "keep_apart", "report": "a"},
        {"decision": "accept", **AB, "surviving": "c/n"},
        {"decision": "reject", **AB, "surviving": "a/n"},
        {"decision": "reject", **AB, "until": "2026-01-01"},
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decided("one", **stated)
