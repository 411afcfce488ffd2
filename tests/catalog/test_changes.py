"""What differs between two catalogs, whatever they were written like."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import write_workspace

from catalog.changes import Change, compare
from catalog.loading.loader import load_catalog
from catalog.model import Catalog

BEFORE = """
sources:
  - key: crm
    name: CRM
    owner: o@b.example
    datasets:
      - key: people
        path: people.csv
        entity: customer
        id: no
        fields: [{key: no, type: code}, {key: mail, type: email}]
attributes:
  - key: customer.email
    name: E-mail
    definition: Mail.
    owner: o@b.example
    expires_on: 2099-01-01
    type: email
    tags: [a, b]
    claims: [{field: crm.people.mail}]
    required: true
    rules: [{key: short, sql: "length(value) < 9"}, {key: lower, sql: "value = lower(value)"}]
waivers:
  - {key: w, check: attribute:customer.email/required, owner: o@b.example, reason: r, until: 2099-01-01}
baseline:
  - {check: attribute:customer.email/rule:short, share: 0.5, recorded_on: 2026-01-01}
"""


def catalog(folder: Path, change: dict[str, str]) -> Catalog:
    text = BEFORE
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new, 1)
    loaded = load_catalog(write_workspace(folder, text))
    assert not loaded.problems
    return loaded.catalog


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"attributes:": "# a comment\nattributes:"}, []),
        ({"tags: [a, b]": "tags: [b, a]"}, []),
        ({"required: true": "required: {target: 1}"}, []),
        (
            {'{key: short, sql: "length(value) < 9"}, {key: lower, sql: "value = lower(value)"}':
             '{key: lower, sql: "value = lower(value)"}, {key: short, sql: "length(value) < 9"}'},
            [],
        ),
        ({"name: E-mail": "name: Mail"}, [Change("attribute:customer.email", "changed", ("name",))]),
        (
            {"{key: mail, type: email}": "{key: mail, type: text}"},
            [Change("field:crm.people.mail", "changed", ("type",))],
        ),
        ({"path: people.csv": "path: p.csv"}, [Change("dataset:crm.people", "changed", ("path",))]),
        (
            {"{key: no, type: code}": "{key: no, type: code}, {key: new}"},
            [Change("field:crm.people.new", "added")],
        ),
        (
            {"key: crm": "key: erp", "field: crm.": "field: erp."},
            [
                Change("attribute:customer.email", "changed", ("claims",)),
                *(Change(f"{kind}:crm{rest}", "removed") for kind, rest in [("dataset", ".people"), ("field", ".people.mail"), ("field", ".people.no"), ("source", "")]),
                *(Change(f"{kind}:erp{rest}", "added") for kind, rest in [("dataset", ".people"), ("field", ".people.mail"), ("field", ".people.no"), ("source", "")]),
            ],
        ),
    ],
)  # fmt: skip
def test_definitions_are_compared_by_what_they_say(
    tmp_path: Path, change: dict[str, str], found: list[Change]
) -> None:
    changes = compare(catalog(tmp_path / "a", {}), catalog(tmp_path / "b", change))
    assert sorted(changes.definitions, key=str) == sorted(found, key=str)
    assert changes.checks == ()


@pytest.mark.parametrize(
    ("change", "passes_on"),
    [
        ({"name: E-mail": "name: Mail"}, False),
        ({"required: true": "required: 0.9"}, False),
        ({"expires_on: 2099": "expires_on: 2098"}, False),
        ({"tags: [a, b]": "name_tr: Posta"}, False),
        ({"tags: [a, b]": "cleanse: [trim]"}, True),
        ({"claims: [{field: crm.people.mail}]": 'claims: [{field: crm.people.mail, when: "1 = 1"}]'}, True),
    ],
)  # fmt: skip
def test_words_dates_and_promises_change_no_value_downstream(
    tmp_path: Path, change: dict[str, str], passes_on: bool
) -> None:
    changes = compare(catalog(tmp_path / "a", {}), catalog(tmp_path / "b", change))
    assert [one.passes_on for one in changes.definitions] == [passes_on]


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        ({"until: 2099": "until: 2098"}, ("attribute:customer.email/required",)),
        ({"share: 0.5": "share: 0.6"}, ("attribute:customer.email/rule:short",)),
        (
            {"email/required, owner": "email, owner"},
            ("attribute:customer.email/required", "attribute:customer.email"),
        ),
    ],
)
def test_waivers_and_baseline_count_for_the_checks_they_name(
    tmp_path: Path, change: dict[str, str], checks: tuple[str, ...]
) -> None:
    changes = compare(catalog(tmp_path / "a", {}), catalog(tmp_path / "b", change))
    assert (changes.definitions, changes.checks) == ((), checks)
