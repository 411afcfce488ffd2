"""Many changes of a file at once: it loads to what was wanted, and the rest stays as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.loading.entries import text_of
from catalog.loading.patching import Patch, patch_text
from catalog.loading.splicing import NotRewritable
from catalog.loading.yaml_files import read_yaml_text

FILE = """\
# ours
sources:
  - key: crm   # the CRM
    name: CRM
    owner: retail
    datasets:
      - key: customers
        path: customers.csv # nightly
        fields:
          - {key: id, type: code} # the number
          - key: mail
            type: text

  # the old one
  - {key: old, name: Old, owner: retail, datasets: [{key: d, path: d.csv}]}

teams: []
"""


def test_edits_and_additions_at_every_depth_leave_all_else_as_it_is() -> None:
    after = patch_text(
        FILE,
        [
            Patch("source:crm", {"kind": "postgres", "name": None, "notes": "one\ntwo"}),
            Patch("dataset:crm.customers", {"path": "c.csv"}, {"fields": [{"key": "a"}]}),
            Patch("field:crm.customers.mail", {"type": "email", "column": "E Mail"}),
            Patch("source:crm", {}, {"datasets": [{"key": "new", "fields": [{"key": "x"}]}]}),
            Patch("source:old", {"name": "Older: still"}, {"datasets": [{"key": "e"}]}),
            Patch("dataset:old.d", {}, {"fields": [{"key": "f", "type": "date"}]}),
            Patch(None, {}, {"teams": [{"key": "t", "name": "T"}], "roles": [{"key": "r"}]}),
        ],
    )
    assert after == """\
# ours
sources:
  - key: crm   # the CRM
    owner: retail
    notes: |-
      one
      two
    kind: postgres
    datasets:
      - key: customers
        path: c.csv # nightly
        fields:
          - {key: id, type: code} # the number
          - key: mail
            type: email
            column: E Mail
          - {key: a}
      - key: new
        fields:
          - {key: x}

  # the old one
  - {key: old, name: 'Older: still', owner: retail, datasets: [{key: d, path: d.csv, fields: [{key: f, type: date}]}, {key: e}]}

teams:
  - key: t
    name: T
roles:
  - key: r
"""  # fmt: skip


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_empty_file_and_windows_line_ends_are_fine(newline: str) -> None:
    made = patch_text("", [Patch(None, {}, {"teams": [{"key": "t", "name": "T"}]})])
    again = patch_text(
        made.replace("\n", newline), [Patch("team:t", {"name": "U", "department": "D"})]
    )
    assert made == "teams:\n  - key: t\n    name: T\n"
    assert again == "teams:\n  - key: t\n    name: U\n    department: D\n".replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "patch", "said"),
    [
        ("teams:\n  - {key: t}\n", Patch("team:u", {"name": "U"}), "team:u"),
        ("a: &x [1]\nteams: *x\n", Patch(None, {}, {"teams": [{"key": "t"}]}), "alias"),
        ("a: [", Patch(None, {}, {"teams": [{"key": "t"}]}), "YAML"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(text: str, patch: Patch, said: str) -> None:
    with pytest.raises(NotRewritable, match=said):
        patch_text(text, [patch])


def test_long_and_strange_values_read_as_themselves() -> None:
    entry: dict[str, Any] = {
        "key": "t",
        "name": "no",
        "definition": "Ş: 'ı' # \"İ\" " + "uzun söz " * 40,
        "notes": "one\n\n  two: [x]\nthree ",
        "tags": ["a, b", "#c", "on"],
        "cells": [{"key": "c", "label": "x" * 120, "where": {"a": 1, "b": True}}],
    }
    text = text_of({"reports": [entry]}, "Heading\n\nsecond line")
    assert read_yaml_text(text, "made").value == {"reports": [entry]}
    assert text.startswith("# Heading\n#\n# second line\n\nreports:\n")


WORDS = st.sampled_from(["x", "no", "a: b", "# c", "Ünlü söz", "two\nlines", "0042", "y" * 130])
FIELD = st.fixed_dictionaries({}, optional={"name": WORDS, "column": WORDS, "notes": WORDS})
FIELDS = st.lists(FIELD, max_size=4).map(
    lambda found: [{"key": f"f{n}", **values} for n, values in enumerate(found)]
)


@given(FIELDS, st.data())
def test_any_set_of_changes_loads_to_what_was_wanted(
    fields: list[dict[str, Any]], data: st.DataObject
) -> None:
    dataset = {"key": "d", "path": "d.csv", "fields": fields}
    text = text_of({"sources": [{"key": "s", "owner": "o", "datasets": [dataset]}]}, "ours")
    sets = st.dictionaries(st.sampled_from(["name", "column", "notes"]), WORDS | st.none())
    wanted, patches = [], []
    for one in fields:
        changed = data.draw(sets)
        patches.append(Patch(f"field:s.d.{one['key']}", changed))
        kept = {**one, **changed}
        wanted.append({key: value for key, value in kept.items() if value is not None})
    added = [{**one, "key": f"new_{n}"} for n, one in enumerate(data.draw(FIELDS))]
    after = patch_text(text, [*patches, Patch("dataset:s.d", {}, {"fields": added})])
    found = read_yaml_text(after, "after").value["sources"][0]["datasets"][0]["fields"]
    assert [*wanted, *added] == found
    assert after.startswith("# ours\n")
