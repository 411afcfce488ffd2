"""The rows that every kind of source must give alike, and the workspace that compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from workspaces import by_key, run, write_workspace

from catalog.results import Result

ISTANBUL = timezone(timedelta(hours=3))
LONG = 'Uzun açıklama, "tırnak"; noktalı virgül\n' * 700
Cells = Mapping[str, Any]
COLUMNS = ("no", "name", "mail", "amount", "score", "active", "born", "seen", "note")


def row(*cells: Any) -> Cells:
    return dict(zip(COLUMNS, cells, strict=True))


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ISTANBUL)


ROWS: Sequence[Cells] = (
    row("7", "ŞÜKRÜ İNCE", "a@b.co", Decimal("1234.5"), 7, True, date(1980, 2, 29), at(19), "x"),
    row("007", "Ilgaz Çığ", "a@b.co", Decimal("0.25"), 12, False, date(1999, 1, 1), at(18), LONG),
    row("8", "\u00a0Ömer  Ak\t", "broken", Decimal(-3), None, True, None, at(18, 2), "two\nlines"),
    row("9", "", None, None, 30, None, date(2026, 11, 20), at(17), None),
    row("9", "Ayşe", " \u00a0", Decimal("1000000.01"), 0, False, date(2001, 5, 5), at(16), ""),
    row("A12", "ışık", "c@d.eu", Decimal("19.99"), 1, True, date(2002, 5, 5), None, "-"),
    row(None, "nobody", "e@f.tr", Decimal(5), 2, True, date(2003, 5, 5), at(15), "-"),
)  # fmt: skip

CORE = [
    {"no": no, "name": name, "mail": mail, "amount": amount, "score": score, "active": active,
     "born": born, "seen": seen}
    for no, name, mail, amount, score, active, born, seen in (
        ("7", "ŞÜKRÜ İNCE", "A@B.CO", "1234.50", "7", "true", "1980-02-29", "2026-11-19 10:00"),
        ("007", "Ilgaz Cığ", "x@b.co", "0.250", "12", "0", "1999-01-01", "2026-11-18T10:00:00"),
        ("8", "Ömer  Ak", "broken", "-3.0", "4", "no", "", "2026-11-17T23:00:00Z"),
        ("9", "Ayşe", "", "7", "30", "", "2026-11-20", "2026-11-17 10:00"),
        ("A12", "IŞIK", "c@d.eu", "19.990", "01", "1", "2002-05-06", ""),
        ("0A12", "-", "", "1", "1", "1", "", ""),
    )
]  # fmt: skip

TYPES = {
    "name": "text, cleanse: [trim]",
    "mail": "email, cleanse: [trim, lower]",
    "amount": "decimal",
    "score": "integer",
    "active": "boolean",
    "born": "date",
    "seen": "timestamp",
}
RULES = {
    "name": "{key: length, expect: expect_column_value_lengths_to_be_between, max_value: 8, on: sources}",
    "amount": '{key: positive, sql: "value > 0", on: sources}',
    "score": "{key: sum, expect: expect_column_sum_to_be_between, max_value: 51, on: sources}",
    "born": '{key: past, sql: "value < :as_of", on: sources}',
    "seen": '{key: morning, sql: "value >= :as_of - interval 3 day", on: sources}',
}


def definitions(crm: str) -> str:
    """The reference in plain CSV, the source under test as `crm.people`, an attribute each."""
    fields = "".join(
        f"          - {{key: {key}, type: {kind.partition(',')[0]}}}\n"
        for key, kind in TYPES.items()
    )
    attributes = "".join(
        f"""
  - key: customer.{key}
    name: {key}
    definition: The customer's {key}.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: {kind.replace(", cleanse", chr(10) + "    cleanse")}
    claims: [{{field: crm.people.{key}}}, {{field: core.people.{key}}}]
    agree: true
    required: true
    unique: {str(key == "mail").lower()}
    rules: [{RULES.get(key, "")}]
"""
        for key, kind in TYPES.items()
    )
    return f"""
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
        fields:
          - {{key: "no", type: code}}
{fields}
{crm}
attributes:{attributes}
  - key: customer.note
    name: note
    definition: A long text.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{{field: crm.people.note}}]
    rules:
      - {{key: long, expect: expect_column_value_lengths_to_be_between, max_value: {len(LONG) - 1}, on: sources}}
      - {{key: lines, expect: expect_column_values_to_not_match_regex, regex: "\\n", on: sources}}
"""


def described(dataset: str, kinds: Mapping[str, str] = {}, source: str = "location: data") -> str:
    """The source under test: where its dataset is, and what its fields hold."""
    types = {key: kind.partition(",")[0] for key, kind in TYPES.items()} | {"note": "text"}
    stated = "".join(
        f"          - {{key: {key}, type: {types[key]}{kinds.get(key, '')}}}\n" for key in types
    )
    return f"""
  - key: crm
    name: CRM
    {source}
    owner: owner@bank.example
    datasets:
      - key: people
        {dataset}
        entity: customer
        id: "no"
        confirmed_at: seen
        known_to: {{core.people: 1.0}}
        fields:
          - {{key: "no", type: code}}
{stated}"""


# compared, violations, only in crm, only in core
EXPECTED: Mapping[str, tuple[int, int, int | None, int | None]] = {
    "dataset:crm.people/id_present": (7, 1, None, None),
    "dataset:crm.people/id": (6, 1, None, None),
    "dataset:crm.people/known_to:core.people": (5, 0, None, None),
    # " ŞÜKRÜ İNCE", "Ilgaz Çığ", "nobody": the first two have more than 8 letters
    "attribute:customer.name/rule:length:crm.people.name": (6, 2, None, None),
    # 9 speaks with its latest row, whose name is empty; Çığ against Cığ, ışık against IŞIK
    "attribute:customer.name/agree:crm.people.name~core.people.name": (4, 2, 0, 1),
    "attribute:customer.mail/type:crm.people.mail": (5, 1, None, None),
    "attribute:customer.mail/unique:crm.people.mail": (5, 2, None, None),
    "attribute:customer.mail/agree:crm.people.mail~core.people.mail": (4, 1, 0, 0),
    "attribute:customer.amount/type:crm.people.amount": (6, 0, None, None),
    "attribute:customer.amount/rule:positive:crm.people.amount": (6, 1, None, None),
    "attribute:customer.amount/agree:crm.people.amount~core.people.amount": (4, 0, 0, 1),
    "attribute:customer.score/type:crm.people.score": (6, 0, None, None),
    "attribute:customer.score/rule:sum:crm.people.score": (6, 1, None, None),
    "attribute:customer.score/agree:crm.people.score~core.people.score": (4, 0, 0, 1),
    "attribute:customer.active/type:crm.people.active": (6, 0, None, None),
    "attribute:customer.active/agree:crm.people.active~core.people.active": (4, 1, 0, 0),
    "attribute:customer.born/type:crm.people.born": (6, 0, None, None),
    "attribute:customer.born/rule:past:crm.people.born": (6, 1, None, None),
    "attribute:customer.born/agree:crm.people.born~core.people.born": (4, 1, 0, 0),
    "attribute:customer.seen/type:crm.people.seen": (6, 0, None, None),
    # 17, 16 and 15 November 10:00; 18 November 02:00 and the rest are later
    "attribute:customer.seen/rule:morning:crm.people.seen": (6, 2, None, None),
    "attribute:customer.seen/agree:crm.people.seen~core.people.seen": (4, 0, 0, 0),
    "attribute:customer.note/rule:long:crm.people.note": (5, 1, None, None),
    "attribute:customer.note/rule:lines:crm.people.note": (5, 2, None, None),
    # of 7, 007, 8, 9, A12 and 0A12: 9 and 0A12
    "attribute:customer.mail/required": (6, 3, None, None),
}


def counted(found: Mapping[str, Result]) -> dict[str, tuple[int, int, int | None, int | None]]:
    return {
        key: (one.rows_compared, one.violations, one.only_left, one.only_right)
        for key, one in found.items()
        if key in EXPECTED
    }


BROKEN = """
  - key: customer.name
    name: Name
    definition: The customer's name.
    owner: owner@bank.example
    expires_on: 2030-01-01
    claims: [{field: crm.people.name}, {field: core.people.name}]
    agree: true
  - key: customer.mail
    name: Mail
    definition: The customer's address.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    claims: [{field: core.people.mail}]
"""


def two_sources(crm: str, dataset: str) -> str:
    """Two sources of names, of which `crm` may not be readable; `core` has a mail address too."""
    return f"""
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    datasets:
      - {{key: people, path: core.csv, entity: customer, id: "no",
         fields: [{{key: "no", type: code}}, {{key: name}}, {{key: mail, type: email}}]}}
  - key: crm
    name: CRM
    {crm}
    owner: owner@bank.example
    datasets:
      - {{key: people, {dataset}, entity: customer, id: "no",
         fields: [{{key: "no", type: code}}, {{key: name}}]}}
attributes:{BROKEN}"""


def write_two_sources(folder: Path, crm: str, dataset: str) -> Path:
    """A workspace with the two sources; whoever tests writes what `crm` holds."""
    return write_workspace(folder, two_sources(crm, dataset), {"data/core.csv": CORE})


def assert_unknown(found: Mapping[str, Result], *said: str) -> None:
    """The checks that read the broken source are unknown and say why; the others are answered."""
    unknown = {key: one.message for key, one in found.items() if one.verdict == "unknown"}
    assert unknown.keys() == {
        "dataset:crm.people/id_present",
        "dataset:crm.people/id",
        "attribute:customer.name/agree:crm.people.name~core.people.name",
    }
    for message in unknown.values():
        assert message.startswith("crm.people cannot be read: "), message
        assert "\n" not in message
        for words in said:
            assert words in message, message
    mail = found["attribute:customer.mail/type:core.people.mail"]
    assert (mail.verdict, mail.rows_compared, mail.violations) == ("fail", 4, 1)


def results_of(folder: Path) -> Mapping[str, Result]:
    """The results of a workspace's run, by check."""
    return by_key(run(folder))
