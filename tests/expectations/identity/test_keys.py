"""Exact keys, their limits, stewards' decisions and ids that stay."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from matching import attribute, groups, ids, match, source
from workspaces import write_workspace

ENTITY = """
entities:
  - key: customer
    name: Customer
    subtypes: {individual: "kind = 'I'", sole_trader: "kind = 'S'", company: "kind = 'C'"}
    match:
      keys:
        - {attribute: customer.nid, joins: [individual, sole_trader]ACROSS}
        - {attribute: customer.tax, joins: [company, sole_trader]}
"""
Row = Mapping[str, str]


def write(
    folder: Path, files: Mapping[str, Sequence[Row]], across: str = "", more: str = ""
) -> None:
    """A workspace whose systems know records by nid, tax and kind; those lacking are empty."""
    keys = list(files)
    sources = "".join(
        source(key, "rows", "customer", "no", ["no", "nid", "tax", "kind"]) for key in keys
    )
    attributes = "".join(
        attribute("customer", name, "code", (f"{key}.rows.{name}" for key in keys))
        for name in ("nid", "tax", "kind")
    )
    entity = ENTITY.replace("ACROSS", f", across: {across}" if across else "")
    full = {
        f"data/{key}.csv": [{"nid": "", "tax": "", "kind": "", **row} for row in rows]
        for key, rows in files.items()
    }
    write_workspace(folder, f"{entity}sources:\n{sources}attributes:\n{attributes}{more}", full)


def decision(verb: str, *records: str) -> str:
    return (
        f"matches:\n  - {{entity: customer, {verb}: [{', '.join(records)}], by: a@b.example, "
        "on: 2026-11-01, reason: seen}\n"
    )


def test_a_national_id_joins_individuals_and_a_tax_id_companies(tmp_path: Path) -> None:
    write(tmp_path, {
        "a": [{"no": "1", "nid": "N", "kind": "I"}, {"no": "2", "tax": "T", "kind": "C"}],
        "b": [{"no": "1", "nid": "N", "kind": "I"}, {"no": "2", "tax": "T", "kind": "C"}],
    })  # fmt: skip
    made = match(tmp_path, "customer")
    assert groups(made) == {
        frozenset({"a.rows/1", "b.rows/1"}), frozenset({"a.rows/2", "b.rows/2"}),
    }  # fmt: skip
    assert {row.merged_by for row in made.kept.map} == {"key"}
    assert {row.score for row in made.kept.map} == {None}


def test_a_key_never_joins_across_subtypes_and_does_not_ask(tmp_path: Path) -> None:
    rows = {
        "a": [{"no": "1", "tax": "T", "kind": "C"}],
        "b": [{"no": "1", "tax": "T", "kind": "S"}],
    }
    write(tmp_path, rows)
    made = match(tmp_path, "customer")
    assert groups(made) == set()
    assert made.kept.queue == ()


def test_a_key_says_nothing_of_subtypes_it_does_not_join(tmp_path: Path) -> None:
    write(tmp_path, {"a": [{"no": n, "nid": "N", "kind": "C"} for n in "12"]})
    assert groups(match(tmp_path, "customer")) == set()


@pytest.mark.parametrize(
    ("across", "joined", "asked"), [("", 0, 0), ("review", 0, 1), ("same", 1, 0)]
)
def test_the_catalog_says_what_an_individual_is_who_trades(
    tmp_path: Path, across: str, joined: int, asked: int
) -> None:
    rows = {
        "a": [{"no": "1", "nid": "N", "kind": "I"}],
        "b": [{"no": "1", "nid": "N", "kind": "S"}],
    }
    write(tmp_path, rows, across)
    made = match(tmp_path, "customer")
    assert (len(groups(made)), len(made.kept.queue)) == (joined, asked)


def test_a_record_of_unknown_subtype_goes_with_its_key_unless_two_claim_it(tmp_path: Path) -> None:
    one = {"no": "1", "nid": "N", "kind": "I"}
    write(tmp_path, {"a": [one], "b": [{"no": "1", "nid": "N"}]})
    assert groups(match(tmp_path, "customer")) == {frozenset({"a.rows/1", "b.rows/1"})}
    write(
        tmp_path, {"a": [one, {"no": "2", "nid": "N", "kind": "S"}], "b": [{"no": "1", "nid": "N"}]}
    )
    made = match(tmp_path, "customer", kept=False)
    assert groups(made) == set()
    assert len(made.kept.queue) == 2


def test_rows_of_one_shared_id_are_one_and_are_joined_to_those_without(tmp_path: Path) -> None:
    rows = {
        "a": [{"no": "4711", "nid": "N", "kind": "I"}, {"no": "4712", "nid": "", "kind": "I"}],
        "b": [{"no": "4711", "kind": "I"}, {"no": "4712", "kind": "I"}],
        "c": [{"no": "4711", "nid": "N", "kind": "I"}],
    }
    write(tmp_path, rows)
    file = tmp_path / "catalog" / "definitions.yml"
    file.write_text(file.read_text("utf-8").replace("record: 'no'", "id: 'no'", 2), "utf-8")
    assert groups(match(tmp_path, "customer")) == {
        frozenset({"a.rows/4711", "b.rows/4711", "c.rows/4711"}),
        frozenset({"a.rows/4712", "b.rows/4712"}),
    }


def test_a_value_that_does_not_fit_its_type_identifies_nobody(tmp_path: Path) -> None:
    rows = {
        "a": [{"no": "1", "nid": "11111111111", "kind": "I"}],
        "b": [{"no": "1", "nid": "11111111111", "kind": "I"}],
    }
    write(tmp_path, rows)
    file = tmp_path / "catalog" / "definitions.yml"
    text = file.read_text("utf-8").replace(
        "name: nid, definition: x, owner: o@b.example, expires_on: 2099-01-01, type: code",
        "name: nid, definition: x, owner: o@b.example, expires_on: 2099-01-01, type: national_id",
    )
    file.write_text(text, "utf-8")
    assert groups(match(tmp_path, "customer")) == set()


def test_stewards_words_win_over_keys_and_subtypes(tmp_path: Path) -> None:
    rows = {
        "a": [{"no": "1", "nid": "N", "kind": "I"}, {"no": "2", "tax": "T", "kind": "C"}],
        "b": [{"no": "1", "nid": "N", "kind": "I"}],
    }
    write(tmp_path, rows, more=decision("different", "a.rows/1", "b.rows/1"))
    made = match(tmp_path, "customer")
    assert groups(made) == set()
    assert made.kept.queue == ()
    write(tmp_path, rows, more=decision("same", "a.rows/2", "b.rows/1"))
    made = match(tmp_path, "customer", kept=False)
    assert frozenset({"a.rows/2", "b.rows/1"}) in groups(made)
    assert {row.record_id: row.merged_by for row in made.kept.map if row.dataset == "b.rows"} == {
        "1": "steward"
    }


def test_a_group_that_would_hold_records_told_apart_is_asked_instead(tmp_path: Path) -> None:
    rows = {key: [{"no": "1", "nid": "N", "kind": "I"}] for key in "abc"}
    write(tmp_path, rows, more=decision("different", "a.rows/1", "b.rows/1"))
    made = match(tmp_path, "customer")
    assert groups(made) == set()
    assert {"told apart" in one.why for one in made.kept.queue} == {True}


def test_decisions_on_records_that_are_gone_are_told(tmp_path: Path) -> None:
    rows = {"a": [{"no": "1", "nid": "N", "kind": "I"}]}
    write(tmp_path, rows, more=decision("same", "a.rows/1", "a.rows/99"))
    assert match(tmp_path, "customer").unheard == ("a.rows/99",)


def test_rows_without_an_id_and_repeated_ones_are_counted(tmp_path: Path) -> None:
    write(tmp_path, {"a": [{"no": "1", "nid": "N"}, {"no": "1", "tax": "T"}, {"no": ""}]})
    (read,) = match(tmp_path, "customer").read
    assert (read.records, read.unnamed, read.repeated) == (1, 1, 1)


def test_matching_twice_changes_nothing(tmp_path: Path) -> None:
    rows = {
        key: [{"no": str(n), "nid": f"N{n % 3}", "kind": "I"} for n in range(6)] for key in "ab"
    }
    write(tmp_path, rows)
    first, second = match(tmp_path, "customer"), match(tmp_path, "customer")
    assert second.kept == first.kept
    assert second.moved == ()


def test_an_id_lives_on_when_entities_merge_and_when_they_split(tmp_path: Path) -> None:
    rows = {
        "a": [{"no": "1", "nid": "N", "kind": "I"}, {"no": "2", "nid": "M", "kind": "I"}],
        "b": [{"no": "1", "nid": "N", "kind": "I"}],
    }
    write(tmp_path, rows)
    before = ids(match(tmp_path, "customer"))
    write(tmp_path, rows, more=decision("same", "a.rows/1", "a.rows/2"))
    merged = match(tmp_path, "customer")
    assert set(ids(merged).values()) == {before["a.rows/1"]}
    assert [(m.how, m.former, m.entity_id) for m in merged.moved] == [
        ("merge", before["a.rows/2"], before["a.rows/1"])
    ]
    write(tmp_path, rows)
    split = match(tmp_path, "customer")
    after = ids(split)
    assert after["a.rows/1"] == after["b.rows/1"] == before["a.rows/1"]
    assert after["a.rows/2"] not in {before["a.rows/1"], before["a.rows/2"]}
    assert [(m.how, m.former) for m in split.moved] == [("split", before["a.rows/1"])]
    assert len(split.kept.log) == 2


KINDS = st.sampled_from(["", "I", "S", "C"])
ROWS = st.lists(
    st.tuples(KINDS, st.sampled_from(["", "N", "M"]), st.sampled_from(["", "T", "U"])),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=examples(3, 20))
@given(data=st.tuples(ROWS, ROWS), seed=st.integers(0, 99))
def test_neither_rows_nor_files_in_another_order_change_the_map(
    tmp_path_factory: pytest.TempPathFactory,
    data: tuple[list[tuple[str, str, str]], ...],
    seed: int,
) -> None:
    rows = {
        key: [{"no": str(n), "kind": k, "nid": i, "tax": t} for n, (k, i, t) in enumerate(listed)]
        for key, listed in zip("ab", data, strict=True)
    }
    mixed = {key: random.Random(seed).sample(rows[key], len(rows[key])) for key in reversed(rows)}
    folder = tmp_path_factory.mktemp("keys")
    write(folder / "one", rows)
    write(folder / "other", mixed)
    one, other = (match(folder / name, "customer") for name in ("one", "other"))
    assert one.kept == other.kept
    kind = {f"{key}.rows/{row['no']}": row["kind"] for key in rows for row in rows[key]}
    for group in groups(one):
        assert len({kind[name] for name in group} - {""}) <= 1
