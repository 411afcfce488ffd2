"""The engine counts exactly what a brute-force count in plain Python finds, on random data."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import oracle
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Source
from workspaces import TODAY, by_key, run, write_workspace

DEFINITIONS = """
sources:
  - key: core
    name: Core
    location: data
    owner: owner@bank.example
    refresh: 5d
    datasets:
      - key: customers
        path: core.csv
        entity: customer
        id: no
        confirmed_at: at
        fields:
          - {key: no, type: code}
          - {key: mail, type: email}
          - {key: segment, type: code}
          - {key: at, type: date}
  - key: crm
    name: CRM
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: crm.csv
        entity: customer
        id: no
        population: "kind <> 'prospect'"
        confirmed_at: {field: at, means: confirmed}
        known_to: {core.customers: 1.0}
        fields:
          - {key: no, type: code}
          - {key: kind, type: code}
          - {key: e_mail, type: email}
          - {key: seg, type: code}
          - {key: at, type: date}
attributes:
  - key: customer.email
    name: E-mail
    definition: Where the customer is reached.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    cleanse: [trim, lower]
    claims:
      - {field: crm.people.e_mail, when: "confirmed_at >= :as_of - interval 30 day"}
      - {field: core.customers.mail}
    required: true
    unique: true
    agree: true
    rules:
      - {key: no_role, sql: "value NOT LIKE 'info@%'"}
      - {key: length, expect: expect_column_value_lengths_to_be_between, max_value: 12}
  - key: customer.segment
    name: Segment
    definition: The customer's segment.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: code
    values: [A, B, İ]
    claims:
      - {field: core.customers.segment}
      - {field: crm.people.seg}
    agree: true
    required: true
"""

STEPS = [oracle.trim, oracle.lower]
ids = st.sampled_from(["7", "007", "7 ", "A1", "a1", "ŞÜ", "9", "10", "", "11"])
spaces = st.sampled_from(["", " ", "\u00a0", "\t", "\u2003", "\n"])
mails = st.sampled_from(
    ["", "ali@b.co", "ALİ@b.co", "ALI@b.co", "alı@b.co", "info@b.co", "broken", "a b@c.d",
     "a\u00a0b@c.d", "çok.uzun.adres@banka.example", "ş@ğ.ü"]
)  # fmt: skip
padded_mails = st.builds(lambda a, mail, b: a + mail + b, spaces, mails, spaces)
segments = st.sampled_from(["A", "B", "İ", "I", "a", "", "A ", "X"])
days = st.sampled_from(
    ["", *((TODAY - timedelta(days=n)).isoformat() for n in (-400, 0, 4, 29, 31))]
)
core_rows = st.lists(
    st.fixed_dictionaries({"no": ids, "mail": padded_mails, "segment": segments, "at": days}),
    min_size=1, max_size=25,
)  # fmt: skip
crm_rows = st.lists(
    st.fixed_dictionaries(
        {"no": ids, "kind": st.sampled_from(["client", "prospect", ""]), "e_mail": padded_mails,
         "seg": segments, "at": days}
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@pytest.mark.long
@settings(
    max_examples=examples(12, 100),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(core_rows, crm_rows)
def test_every_figure_equals_a_count_by_brute_force(
    core_data: list[dict[str, str]], crm_data: list[dict[str, str]]
) -> None:
    with TemporaryDirectory() as made:
        files = {"data/core.csv": core_data, "data/crm.csv": crm_data}
        found = by_key(run(write_workspace(Path(made), DEFINITIONS, files)))
    core = Source(core_data, "no", "at", day=TODAY)
    counts = lambda row: bool(row["kind"]) and row["kind"] != "prospect"  # noqa: E731
    crm = Source(crm_data, "no", "at", counts, TODAY)

    def violations(key: str) -> tuple[int, int]:
        return found[key].rows_compared, found[key].violations

    for source, path in ((core, "core.customers"), (crm, "crm.people")):
        rows = source.population
        present = [row for row in rows if row["no"]]
        assert violations(f"dataset:{path}/id") == (len(present), source.repeated())
        missing = len(rows) - len(present)
        assert violations(f"dataset:{path}/id_present") == (len(rows), missing)
        assert found[f"dataset:{path}/id"].rows_available == len(source.rows)

    lost = oracle.unknown_to(crm, core)
    assert violations("dataset:crm.people/known_to:core.customers") == (len(crm.speaking()), lost)

    latest = oracle.latest_on_or_before((row["at"] for row in core_data), TODAY)
    fresh = found["dataset:core.customers/fresh"]
    if latest is None:
        assert fresh.verdict == "unknown"
    else:
        broken = date.fromisoformat(latest) < TODAY - timedelta(days=5)
        assert (fresh.verdict, fresh.violations) == (("fail", 1) if broken else ("pass", 0))

    for source, field, path in (
        (core, "mail", "core.customers.mail"),
        (crm, "e_mail", "crm.people.e_mail"),
    ):
        values = source.values(field, STEPS)
        wrong = sum(not oracle.is_email(value) for value in values)
        assert violations(f"attribute:customer.email/type:{path}") == (len(values), wrong)
        twice = oracle.more_than_once(values)
        assert violations(f"attribute:customer.email/unique:{path}") == (len(values), twice)

    for source, field, path in (
        (core, "segment", "core.customers.segment"), (crm, "seg", "crm.people.seg"),
    ):  # fmt: skip
        values = source.values(field, [])
        wrong = sum(value not in ("A", "B", "İ") for value in values)
        assert violations(f"attribute:customer.segment/values:{path}") == (len(values), wrong)

    for attribute, (left, a, left_path), (right, b, right_path), steps in (
        (
            "email",
            (crm, "e_mail", "crm.people.e_mail"),
            (core, "mail", "core.customers.mail"),
            STEPS,
        ),
        (
            "segment",
            (core, "segment", "core.customers.segment"),
            (crm, "seg", "crm.people.seg"),
            [],
        ),
    ):
        wanted = oracle.agreement(left, a, right, b, steps)
        got = found[f"attribute:customer.{attribute}/agree:{left_path}~{right_path}"]
        counted = (got.rows_compared, got.violations, got.only_left, got.only_right)
        assert counted == (wanted.compared, wanted.disagree, wanted.only_left, wanted.only_right)
        assert (got.verdict == "unknown") == (wanted.compared == 0)

    entities = core.speaking().keys() | crm.speaking().keys()
    recent = (TODAY - timedelta(days=30)).isoformat()
    emails = oracle.golden(
        [(crm, "e_mail", lambda row: bool(row["at"]) and row["at"] >= recent), (core, "mail", lambda row: True)],
        STEPS, oracle.is_email, entities,
    )  # fmt: skip
    present_mails = [mail for mail in emails.values() if mail is not None]
    missing_mails = len(entities) - len(present_mails)
    assert violations("attribute:customer.email/required") == (len(entities), missing_mails)
    roles = sum(mail.startswith("info@") for mail in present_mails)
    assert violations("attribute:customer.email/rule:no_role") == (len(present_mails), roles)
    long = sum(len(mail) > 12 for mail in present_mails)
    assert violations("attribute:customer.email/rule:length") == (len(present_mails), long)

    segments_found = oracle.golden(
        [(core, "segment", lambda row: True), (crm, "seg", lambda row: True)],
        [], lambda value: value in ("A", "B", "İ"), entities,
    )  # fmt: skip
    none = sum(value is None for value in segments_found.values())
    assert violations("attribute:customer.segment/required") == (len(entities), none)
