"""However a value is read, packed or spelled out, as a text or as its own type, it counts alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import oracle
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workspaces import by_key, run, write_workspace

from catalog.results import Result

TEXTS = [
    None, "", " ", "\u00a0", "\t", "ali", "ALİ", " ali", "ali ", "  Ali\u2003", "\u3000ali\u3000",
    "ALI", "alı", "ali veli", " ali  veli ", "Ünal", "ünal ", "\x1cünal", "çay\u0085", "漢字",
    " 漢字 ", "😀", "😀 ", "--", " -- ", "12", "１２", "a-12 ", "x" * 300, "x" * 300 + " ",
]  # fmt: skip
SYSTEM = """
  - key: {0}
    name: {0}
    location: data
    owner: o@bank.example
    datasets:
      - key: c
        path: {0}.{1}
        entity: customer
        id: no
        fields: [{{key: no, type: {2}}}, {{key: v, type: {3}}}]
"""
ATTRIBUTE = """
  - key: customer.{0}
    name: {0}
    definition: A value.
    owner: o@bank.example
    expires_on: 2030-01-01
    type: {1}
    cleanse: [{2}]
    compare: [{3}]
    agree: true
    unique: true
    claims: [{{field: left.c.v}}, {{field: right.c.v}}]
    rules: [{4}]
"""
LOOKS = "{key: looks, on: sources, expect: expect_column_value_lengths_to_be_between, min_value: 0}"


def workspace(folder: Path, left: str, right: str, attributes: str, settings: str = "") -> Path:
    return write_workspace(folder, f"sources:{left}{right}attributes:{attributes}", {}, settings)


def write_columns(folder: Path, name: str, **columns: object) -> None:
    (folder / "data").mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), folder / "data" / f"{name}.parquet")


def figures(result: Result) -> tuple[object, ...]:
    sides = (result.only_left, result.only_right)
    return (result.rows_available, result.rows_compared, result.violations, *sides, result.samples)


@pytest.mark.parametrize(
    ("cleanse", "compare"),
    [
        ("trim", ""),
        ("trim, lower", ""),
        ("trim", "lower"),
        ("trim, upper", "lower"),
        ("trim, digits", ""),
        ("trim, digits", "lower"),
        ("trim", "fold"),
        ("trim", "punctuation"),
        ("trim, spaces, lower", ""),
        ("lower, trim", ""),
        ("", "lower"),
    ],
)
def test_a_text_that_is_only_compared_counts_as_one_that_is_looked_at(
    tmp_path: Path, cleanse: str, compare: str
) -> None:
    attributes = ATTRIBUTE.format("packed", "text", cleanse, compare, "")
    attributes += ATTRIBUTE.format("spelled", "text", cleanse, compare, LOOKS)
    left, right = (SYSTEM.format(name, "parquet", "code", "text") for name in ("left", "right"))
    folder = workspace(tmp_path, left, right, attributes)
    pairs = [(a, b) for a in TEXTS for b in TEXTS]
    numbers = [f"{n:05}" for n in range(len(pairs))]
    write_columns(tmp_path, "left", no=numbers, v=[a for a, _ in pairs])
    write_columns(tmp_path, "right", no=numbers, v=[b for _, b in pairs])
    found = by_key(run(folder))
    for check in ("agree:left.c.v~right.c.v", "unique:left.c.v", "unique:right.c.v"):
        packed, spelled = (
            found[f"attribute:customer.{of}/{check}"] for of in ("packed", "spelled")
        )
        assert figures(packed) == figures(spelled), check
    if {*cleanse.split(", "), *compare.split(", ")} <= {"trim", "lower", ""}:
        steps = [{"trim": oracle.trim, "lower": oracle.lower}[step] for step in (cleanse, compare)
                 for step in step.split(", ") if step]  # fmt: skip
        both = [(oracle.cleansed(a, steps), oracle.cleansed(b, steps)) for a, b in pairs]
        wanted = sum(a is not None and b is not None and a != b for a, b in both)
        assert found["attribute:customer.packed/agree:left.c.v~right.c.v"].violations == wanted


KINDS = {
    "integer": (pa.int32(), [1, -7, 0, None, 2**31 - 1], ["1", "-07", " 0", "", "2147483647"]),
    "decimal": (
        pa.decimal128(14, 2),
        [Decimal("1.50"), Decimal("-7.00"), Decimal("0.00"), None, Decimal("123456789012.34")],
        ["1.5", "-7", "0.000", "", "123456789012.340"],
    ),
    "money": (
        pa.decimal128(38, 20),  # has more digits than ours: it is read as text
        [Decimal("1.5"), Decimal(-7), Decimal(0), None, Decimal("1.25")],
        ["1.50", "-7.0", "0", "", "1.25"],
    ),
    "date": (
        pa.date32(),
        [date(2026, 1, 31), date(1, 1, 1), date(9999, 12, 31), None, date(2000, 2, 29)],
        ["2026-01-31", "0001-01-01", "9999-12-31", "", "2000-02-29"],
    ),
    "boolean": (pa.bool_(), [True, False, True, None, False], ["evet", "0", "TRUE", "", "no"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_its_own_type_equals_the_same_value_written_as_text(
    tmp_path: Path, kind: str
) -> None:
    physical, values, texts = KINDS[kind]
    attributes = ATTRIBUTE.format("value", kind, "", "", "")
    left = SYSTEM.format("left", "parquet", "code", kind)
    right = SYSTEM.format("right", "csv", "code", kind)
    folder = workspace(tmp_path, left, right, attributes)
    numbers = [str(n) for n in range(len(values) + 1)]
    last = values[0], "no such value"
    write_columns(tmp_path, "left", no=numbers, v=pa.array([*values, last[0]], physical))
    rows = [f"{no},{text}" for no, text in zip(numbers, [*texts, last[1]], strict=True)]
    (tmp_path / "data" / "right.csv").write_text("no,v\n" + "\n".join(rows), encoding="utf-8")
    found = by_key(run(folder))
    agreed = found["attribute:customer.value/agree:left.c.v~right.c.v"]
    assert (agreed.rows_compared, agreed.violations, agreed.samples) == (5, 1, ("5",))
    fits = [found[f"attribute:customer.value/type:{side}.c.v"] for side in ("left", "right")]
    assert [(one.rows_compared, one.violations) for one in fits] == [(5, 0), (5, 1)]


def test_ids_that_are_numbers_on_one_side_and_texts_on_the_other_meet(tmp_path: Path) -> None:
    attributes = ATTRIBUTE.format("value", "text", "", "", "")
    left = SYSTEM.format("left", "parquet", "integer", "text")
    right = SYSTEM.format("right", "csv", "integer", "text")
    folder = workspace(tmp_path, left, right, attributes)
    write_columns(tmp_path, "left", no=[1, 2, 30], v=["a", "b", "c"])
    (tmp_path / "data" / "right.csv").write_text("no,v\n01,a\n 2,x\nA30,c\n", encoding="utf-8")
    agreed = by_key(run(folder))["attribute:customer.value/agree:left.c.v~right.c.v"]
    assert (agreed.rows_available, agreed.violations, agreed.samples) == (2, 1, ("2",))


def test_ids_that_are_numbers_are_shown_in_their_order_and_named_as_texts(tmp_path: Path) -> None:
    rule = "{key: known, sql: \"entity_id <> '7'\"}"
    attributes = ATTRIBUTE.format("value", "text", "", "", rule)
    left, right = (SYSTEM.format(name, "parquet", "integer", "text") for name in ("left", "right"))
    folder = workspace(tmp_path, left, right, attributes)
    write_columns(tmp_path, "left", no=[100, 20, 7, 7], v=["a", "b", "c", "d"])
    write_columns(tmp_path, "right", no=[100, 20, 7], v=["x", "y", "d"])
    found = by_key(run(folder))
    agreed = found["attribute:customer.value/agree:left.c.v~right.c.v"]
    assert (agreed.violations, agreed.samples) == (2, ("20", "100")), "7: its last row speaks"
    assert found["attribute:customer.value/rule:known"].samples == ("7",)


def test_an_expectation_the_engine_cannot_run_costs_no_other_check(tmp_path: Path) -> None:
    regex = '"^\\\\w{900}$"'
    rules = (
        f"{{key: huge, on: sources, expect: expect_column_values_to_match_regex, regex: {regex}}}"
    )
    attributes = ATTRIBUTE.format("value", "text", "trim", "", f"{rules}, {LOOKS}")
    left, right = (SYSTEM.format(name, "parquet", "code", "text") for name in ("left", "right"))
    folder = workspace(tmp_path, left, right, attributes)
    write_columns(tmp_path, "left", no=["1", "2"], v=["a", "b"])
    write_columns(tmp_path, "right", no=["1", "2"], v=["a", "c"])
    found = by_key(run(folder))
    assert found["attribute:customer.value/rule:huge:left.c.v"].verdict == "error"
    agreed = found["attribute:customer.value/agree:left.c.v~right.c.v"]
    assert (agreed.rows_compared, agreed.violations) == (2, 1)
