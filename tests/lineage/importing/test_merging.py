"""Three states of the same definitions become one, and nothing a steward wrote is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.importing.merging import Addition, Edit, Entries, Merged, by_key, merge


def source(*fields: dict[str, Any], **keys: Any) -> Entries:
    dataset = {"key": "d", "fields": list(fields)}
    return {"sources": [{"key": "s", "name": "S", **keys, "datasets": [dataset]}]}


A, B = {"key": "a", "type": "text"}, {"key": "b", "type": "date"}


def told(merged: Merged) -> list[str]:
    return [str(change) for change in merged.changes]


def test_what_is_nowhere_yet_is_added_whole() -> None:
    merged = merge({}, source(A), {})
    assert merged.additions == (Addition(None, "sources", source(A)["sources"][0]),)
    assert told(merged) == ["new source:s"]


def test_the_same_file_again_changes_nothing() -> None:
    merged = merge(source(A, B), source(A, B), source(A, B))
    assert not merged.writes
    assert not merged.changes
    assert merged.base == source(A, B)


@pytest.mark.parametrize(
    ("was", "now", "own", "said", "written"),
    [
        ("text", "date", "text", ["updated field:s.d.a type"], "date"),
        ("text", None, "text", ["updated field:s.d.a type"], "out"),
        (None, "date", None, ["updated field:s.d.a type"], "date"),
        ("text", "text", "code", ["kept field:s.d.a type"], "as it is"),
        ("text", "date", "code", ["conflicting field:s.d.a type"], "as it is"),
        ("text", "date", "date", [], "as it is"),
        (None, "date", "code", ["conflicting field:s.d.a type"], "as it is"),
    ],
)
def test_each_value_is_merged_by_who_changed_it(
    was: str | None, now: str | None, own: str | None, said: list[str], written: str
) -> None:
    states = [{"key": "a", **({"type": one} if one else {})} for one in (was, now, own)]
    merged = merge(*(source(state) for state in states))
    value = None if written == "out" else written
    edits = () if written == "as it is" else (Edit("field:s.d.a", {"type": value}),)
    assert told(merged) == said
    assert merged.edits == edits


@pytest.mark.parametrize(
    ("was", "now", "own", "stand"),
    [
        (["a"], ["a"], [], []),
        (["a"], ["a", "gone"], [], ["gone"]),
        (["a", "b"], ["b", "c"], ["b", "my own"], ["b", "my own", "c"]),
        (["a"], [], ["a"], []),
        (["a"], ["b"], ["a"], ["b"]),
        ([], ["a"], [], ["a"]),
    ],
)
def test_a_mark_that_was_looked_at_stays_out_and_a_new_one_is_written_nonetheless(
    was: list[str], now: list[str], own: list[str], stand: list[str]
) -> None:
    states = [{"key": "a", **({"unsure": one} if one else {})} for one in (was, now, own)]
    merged = merge(*(source(state) for state in states))
    edits = () if own == stand else (Edit("field:s.d.a", {"unsure": stand or None}),)
    assert merged.edits == edits
    assert [change.how for change in merged.changes] == ["updated" for _ in edits]


def test_that_a_draft_was_approved_is_nothing_to_tell() -> None:
    merged = merge(
        source(status="draft"), source(status="draft", tags=["t"]), source(status="approved")
    )
    assert told(merged) == ["updated source:s tags"]


def test_a_conflict_is_told_once_and_then_kept() -> None:
    first = merge(source(A), source({**A, "type": "date"}), source({**A, "type": "code"}))
    again = merge(first.base, source({**A, "type": "date"}), source({**A, "type": "code"}))
    assert told(first) == ["conflicting field:s.d.a type"]
    assert told(again) == ["kept field:s.d.a type"]


def test_a_new_part_is_added_to_what_it_is_a_part_of() -> None:
    merged = merge(source(A), source(A, B), source({**A, "type": "code"}))
    assert merged.additions == (Addition("dataset:s.d", "fields", B),)
    assert told(merged) == ["kept field:s.d.a type", "new field:s.d.b"]


def test_what_vanished_stays_and_is_told_until_it_is_taken_out() -> None:
    merged = merge(source(A, B), source(A), source(A, B))
    assert told(merged) == ["vanished field:s.d.b"]
    assert not merged.writes
    assert told(merge(merged.base, source(A), source(A, B))) == ["vanished field:s.d.b"]
    assert told(merge(merged.base, source(A), source(A))) == []


def test_what_vanished_and_was_retired_is_not_told_any_more() -> None:
    retired = {**B, "status": "retired"}
    assert told(merge(source(A, B), source(A), source(A, retired))) == []


def test_what_was_taken_out_by_hand_does_not_come_back() -> None:
    merged = merge(source(A, B), source(A, {**B, "type": "text"}), source(A))
    assert told(merged) == ["removed field:s.d.b"]
    assert not merged.writes
    assert told(merge(merged.base, source(A, B), source(A))) == ["removed field:s.d.b"]


def test_what_a_part_of_a_file_does_not_speak_of_has_not_vanished() -> None:
    merged = merge(source(A, B), source(A), source(A, B), complete=False)
    assert not merged.changes
    assert merged.base == source(A, B)


def test_a_renamed_definition_is_known_by_its_identity() -> None:
    column = lambda name, entry: entry.get("column") or by_key(name, entry)  # noqa: E731
    base = source({"key": "a", "column": "A", "type": "text"})
    ours = source({"key": "renamed", "column": "A", "type": "text"})
    theirs = source({"key": "a", "column": "A", "type": "date"})
    merged = merge(base, theirs, ours, column)
    assert merged.edits == (Edit("field:s.d.renamed", {"type": "date"}),)


def test_cells_of_a_report_have_their_own_urns() -> None:
    report = {"reports": [{"key": "r", "cells": [{"key": "c", "at": "A1"}]}]}
    moved = {"reports": [{"key": "r", "cells": [{"key": "c", "at": "B1"}]}]}
    assert merge(report, moved, report).edits == (Edit("cell:r/c", {"at": "B1"}),)


VALUES = st.dictionaries(st.sampled_from(["type", "name", "tags"]), st.sampled_from(["x", "y"]))
FIELDS = st.dictionaries(st.sampled_from("abc"), VALUES).map(
    lambda found: source(*({"key": key, **values} for key, values in found.items()))
)


def applied(ours: Entries, merged: Merged) -> Entries:
    """The catalog after the edits, for catalogs of one dataset."""
    fields = {entry["key"]: dict(entry) for entry in ours["sources"][0]["datasets"][0]["fields"]}
    for edit in merged.edits:
        entry = fields[edit.urn.rpartition(".")[2]]
        for key, value in edit.sets.items():
            entry[key] = value
            if value is None:
                del entry[key]
    for addition in merged.additions:
        fields[addition.entry["key"]] = dict(addition.entry)
    return source(*fields.values())


@given(FIELDS, FIELDS, FIELDS)
def test_importing_twice_is_importing_once(base: Entries, theirs: Entries, ours: Entries) -> None:
    once = merge(base, theirs, ours)
    again = merge(once.base, theirs, applied(ours, once))
    assert not again.writes
    assert {change.how for change in again.changes} <= {"kept", "vanished", "removed"}


@given(FIELDS, FIELDS, FIELDS)
def test_nothing_a_steward_changed_is_written_over(
    base: Entries, theirs: Entries, ours: Entries
) -> None:
    fields = lambda one: {f["key"]: f for f in one["sources"][0]["datasets"][0]["fields"]}  # noqa: E731
    after, was = fields(applied(ours, merge(base, theirs, ours))), fields(base)
    for key, entry in fields(ours).items():
        for name, value in entry.items():
            assert after[key].get(name) == value or was.get(key, {}).get(name) == value
