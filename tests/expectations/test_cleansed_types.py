"""Steps that spell values of a type feed that type, whatever the field says of its own form."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import by_key, run, write_workspace

WORKSPACE = """
sources:
  - key: crm
    name: CRM
    location: data
    owner: o@bank.example
    datasets:
      - key: c
        path: c.csv
        entity: customer
        id: "no"
        fields: [{{key: "no", type: code}}, {{key: v, type: text}}]
attributes:
  - key: customer.v
    name: V
    definition: A value.
    owner: o@bank.example
    expires_on: 2030-01-01
    type: {kind}
    cleanse: [{steps}]
    claims: [{{field: crm.c.v}}]
    rules: [{{key: known, sql: "{rule}"}}]
"""


@pytest.mark.parametrize(
    ("kind", "steps", "values", "wrong", "rule"),
    [
        ("date", "date", ["5.1.2026", "5 Ocak 2026", "20260105", "31.2.2026"], ("3",),
         "value = DATE '2026-01-05'"),
        ("money", "number", ["1.234,50 TL", "1,234.50", "1234.5", "12 USD"], ("3",),
         "value = 1234.5"),
        ("integer", "number", ["1.234.567", "1,234,567", "1234567", "yok"], ("3",),
         "value = 1234567"),
        ("national_id", "national_id", ["100 000 001 46", "TC 10000000146", "10000000146.0",
         "10000000147"], ("3",), "value = '10000000146'"),
        ("iban", "iban", ["tr33 0006 1005 1978 6457 8413 26", "330006100519786457841326",
         "ＴＲ３３0006100519786457841326", "TR34 0006 1005 1978 6457 8413 26"], ("3",),
         "value LIKE 'TR33%'"),
        ("email", "email", ["A <a@B.example>", "mailto:a@b.example", "a@b.example;", "a b@c"],
         ("3",), "value = 'a@b.example'"),
    ],
)  # fmt: skip
def test_a_step_spells_what_the_type_reads(
    tmp_path: Path, kind: str, steps: str, values: list[str], wrong: tuple[str, ...],
    rule: str,
) -> None:  # fmt: skip
    definitions = WORKSPACE.format(kind=kind, steps=steps, rule=rule)
    rows = [{"no": str(n), "v": value} for n, value in enumerate(values)]
    found = by_key(run(write_workspace(tmp_path, definitions, {"data/c.csv": rows})))
    fits = found["attribute:customer.v/type:crm.c.v"]
    assert (fits.rows_compared, fits.samples) == (len(values), wrong)
    known = found["attribute:customer.v/rule:known"]
    assert (known.rows_compared, known.violations) == (len(values) - len(wrong), 0)


def test_the_step_date_reads_a_field_whatever_format_it_states(tmp_path: Path) -> None:
    definitions = WORKSPACE.format(
        kind="date", steps="date", rule="value = DATE '2026-01-05'"
    ).replace("{key: v, type: text}", '{key: v, type: date, format: "%d/%m/%Y"}')
    rows = [{"no": "1", "v": "5/1/2026"}, {"no": "2", "v": "2026-01-05"}]
    found = by_key(run(write_workspace(tmp_path, definitions, {"data/c.csv": rows})))
    assert found["attribute:customer.v/type:crm.c.v"].violations == 0
    assert found["attribute:customer.v/rule:known"].rows_compared == 2
