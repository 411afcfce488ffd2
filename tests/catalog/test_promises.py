"""What would be silently ignored, leaked or break a run is said when the catalog is validated."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import write_workspace

from catalog.validation.opening import examine
from catalog.workspace import open_workspace

DEFINITIONS = """
sources:
  - key: core
    name: Core
    location: data
    owner: a@bank.example
    datasets:
      - key: people
        path: core.csv
        entity: customer
        id: "no"
        delimiter: "\\t"
        confirmed_at: at
        fields:
          - {key: "no", type: code}
          - {key: mail, type: email}
          - {key: at, type: date, format: "%d.%m.%Y"}
attributes:
  - key: customer.email
    name: E-mail
    definition: Where the customer is reached.
    owner: a@bank.example
    expires_on: 2099-01-01
    type: email
    claims: [{field: core.people.mail}]
measures:
  - {key: all, name: All, definition: All., owner: a@bank.example, expires_on: 2099-01-01,
     calculation: SELECT count(*) AS value FROM customer}
  - {key: half, name: Half, definition: Half., owner: a@bank.example, expires_on: 2099-01-01,
     calculation: all / 2}
"""


def said(folder: Path, old: str = "", new: str = "") -> list[str]:
    assert old in DEFINITIONS
    write_workspace(folder, DEFINITIONS.replace(old, new, 1))
    return [f"{p.level} {p.code} {p.message}" for p in examine(open_workspace(folder))[1]]


def test_a_tab_is_a_delimiter(tmp_path: Path) -> None:
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("type: email\n    claims", "type: email\n    agree: 0.9\n    claims",
         "warning TD043 attribute:customer.email: `agree` compares independent sources, but only one is claimed"),
        ("location: data", "kind: postgres\n    url: postgresql://u:geheim@h/b",
         "error TD045 source:core: the `url` holds a password; write ${NAME} for it and set that variable"),
        ('type: date, format: "%d.%m.%Y"', "type: text",
         "error TD023 dataset:core.people: confirmed_at: 'at' is a text; make it a date or timestamp"),
        ("%d.%m.%Y", "%d %b %Y",
         "error TD023 field:core.people.at: the date format '%d %b %Y' uses %b; known are %Y %y %m %d %H %M %S %f %%"),
        ("calculation: all / 2", "calculation: ALL / 2",
         "error TD020 measure:half: calculation: write 'all', as its key is, not 'ALL'"),
        ("type: email\n    claims", "type: code\n    values: [47.10]\n    claims",
         "error TD005 attributes 'customer.email': values: write codes such as 47.1 in quotes, else 47.10 becomes 47.1"),
    ],
)  # fmt: skip
def test_it_is_said(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    assert wanted in said(tmp_path, old, new)


def test_a_password_from_the_environment_is_no_secret_in_a_file(tmp_path: Path) -> None:
    found = said(tmp_path, "location: data", "kind: postgres\n    url: postgresql://u:${PW}@h/b")
    assert not any("TD045" in line for line in found)


def test_a_format_in_a_rule_is_checked_too(tmp_path: Path) -> None:
    rule = "rules: [{key: d, sql: \"td_try_date(value, '%d %b %Y') IS NULL\"}]\n    claims"
    assert any(
        "uses %b" in line
        for line in said(tmp_path, "type: email\n    claims", f"type: email\n    {rule}")
    )
