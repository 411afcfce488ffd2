"""What a steward reads when their SQL does not fit the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import by_key, run, write_workspace

from expectations.engine.complaints import in_plain_words

DEFINITIONS = """
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: core.csv
        entity: customer
        id: "no"
        fields: [{key: "no", type: code}, {key: t}, {key: d, type: date}, {key: n, type: decimal}]
attributes:
  - key: customer.t
    name: A text
    definition: It.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: TYPE
    claims: [{field: core.people.FIELD}]
    rules: [{key: mine, sql: "RULE"}]
measures:
  - {key: total, name: Total, definition: All., owner: owner@bank.example, expires_on: 2030-01-01,
     calculation: "CALCULATION"}
"""
ROWS = "no,t,d,n\n1,abc,2026-01-01,5\n2,7,2026-02-01,6\n"


def told(folder: Path, **parts: str) -> tuple[str, str]:
    """What the rule and the measure say."""
    stated = {
        "type": "text", "field": "t", "rule": "value <> ''",
        "calculation": "SELECT sum(n) AS value FROM core.people", **parts,
    }  # fmt: skip
    text = DEFINITIONS
    for name, part in stated.items():
        text = text.replace(name.upper(), part)
    found = by_key(run(write_workspace(folder, text, {"data/core.csv": ROWS})))
    return found["attribute:customer.t/rule:mine"].message, found["measure:total/computes"].message


@pytest.mark.parametrize(
    ("type_", "field", "rule", "said"),
    [
        ("text", "t", "value > 5", "it compares a text with a whole number; td_try_integer reads a text as a whole number"),
        ("text", "t", "value > DATE '2026-01-01'", "it compares a text with a date; td_try_date reads a text as a date"),
        ("text", "t", "value + 1 > 2", "+ cannot be used on a text and a whole number"),
        ("text", "t", "CAST(value AS integer) > 1", "a text cannot be read as a whole number; td_try_integer gives NULL for such a text"),
        ("text", "t", "value = true", "a text cannot be read as true or false; td_try_boolean gives NULL for such a text"),
        ("date", "d", "value > 5", "it compares a date with a whole number"),
        ("date", "d", "value LIKE '2026%'", "LIKE cannot be used on a date and a text"),
        ("date", "d", "upper(value) = 'X'", "upper cannot be used on a date"),
        ("date", "d", "value > '31.12.2026'", "a text cannot be read as a date; td_try_date gives NULL for such a text"),
        ("decimal", "n", "value = DATE '2026-01-01'", "a number cannot be turned into a date"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fit_says_why_in_plain_words(
    tmp_path: Path, type_: str, field: str, rule: str, said: str
) -> None:
    assert told(tmp_path, type=type_, field=field, rule=rule)[0] == said


@pytest.mark.parametrize(
    ("calculation", "said"),
    [
        ("SELECT sum(t) AS value FROM core.people", "sum cannot be used on a text"),
        ("SELECT sum(n) AS value, t FROM core.people", "column t is neither grouped nor aggregated; name it in GROUP BY, or write max(t)"),
        ("SELECT sum(sum(n)) AS value FROM core.people", "an aggregate stands inside another, as in sum(sum(x)); use a subquery"),
        ("SELECT count(*) AS value FROM core.people WHERE sum(n) > 1", "WHERE cannot hold an aggregate such as sum; write that condition as HAVING"),
        ("SELECT (SELECT n FROM core.people) AS value", "a subquery gives several rows where one value is needed; aggregate it"),
    ],
)  # fmt: skip
def test_a_calculation_that_does_not_fit_says_why_in_plain_words(
    tmp_path: Path, calculation: str, said: str
) -> None:
    assert told(tmp_path, calculation=calculation)[1] == f"the calculation fails: {said}"


def test_what_is_not_known_keeps_the_engines_words_without_its_jargon() -> None:
    said = in_plain_words("Binder Error: something quite new")
    assert said == "the database refuses it: something quite new"


def test_a_message_that_is_plain_stays() -> None:
    assert in_plain_words("60 seconds are used up") == "60 seconds are used up"
