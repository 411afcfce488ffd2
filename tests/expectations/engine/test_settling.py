"""What SQL leaves open a library settles, once per value, in every table the engine makes."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path

import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workspaces import TODAY, by_key, change, run, write_workspace

from catalog.cli import run as tekdogru
from expectations.engine.consulting import ROUND, Consult
from expectations.engine.projecting import Projecting
from expectations.engine.projection import Projection
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Limits, Outcome, Step, run_steps
from expectations.engine.wanted import Dialect, Wanted
from expectations.plan import Column, DatasetPlan, FieldPlan
from expectations.sources.port import Extract

SMALL = Limits(memory_mb=500)
LEFT = [
    "0532 123 45 67", "+49 (30) 1234567 ext. 12", "0212 123 45 67 dahili 4", "٠٥٣٢ ١٢٣ ٤٥ ٦٧",
    "yok", "+1 212 555 0100", "0532 123", None, "+44 20 7946 0958",
]  # fmt: skip
RIGHT = [
    "+905321234567", "+49301234567", "+902121234567", "+905321234567",
    "+905321234567", "+12125550100", "+905321230000", "+905321234567", "+442079460000",
]  # fmt: skip
SYSTEM = """
  - key: {0}
    name: {0}
    location: data
    owner: o@bank.example
    datasets:
      - key: c
        path: {0}.parquet
        entity: customer
        id: "no"
        confirmed_at: seen
        fields: [{{key: "no", type: code}}, {{key: v, type: text}}, {{key: seen, type: date}}]
"""
ATTRIBUTE = """
  - key: customer.{0}
    name: {0}
    definition: A number to call.
    owner: o@bank.example
    expires_on: 2030-01-01
    type: {1}
    {2}
    agree: true
    unique: true
    required: true
    claims: [{{field: left.c.v}}, {{field: right.c.v}}]
    rules: [{{key: called, sql: "value LIKE '+%'"}}]
"""
AGREE = "agree:left.c.v~right.c.v"


def workspace(folder: Path, attributes: str, left: list[str | None] = LEFT) -> Path:
    """Two systems that know the same customers and a file of definitions."""
    systems = SYSTEM.format("left") + SYSTEM.format("right")
    made = write_workspace(folder, f"sources:{systems}attributes:{attributes}")
    (folder / "data").mkdir()
    for name, values in (("left", left), ("right", RIGHT)):
        table = {"no": list(map(str, range(len(values)))), "v": values}
        seen = pa.array([date(2026, 1, 1)] * len(values), pa.date32())
        pq.write_table(pa.table({**table, "seen": seen}), folder / "data" / f"{name}.parquet")
    return made


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("phone", "cleanse: [phone]"),
        ("text", "cleanse: [trim, phone]"),
        ("text", "cleanse: [trim]\n    compare: [phone]"),
        ("phone", "cleanse: [phone]\n    compare: [trim, phone]"),
    ],
)
def test_numbers_that_only_a_library_can_read_agree(tmp_path: Path, kind: str, steps: str) -> None:
    found = by_key(run(workspace(tmp_path, ATTRIBUTE.format("phone", kind, steps))))
    agreed = found[f"attribute:customer.phone/{AGREE}"]
    says_nothing = "yok" if kind == "text" and "compare" in steps else None
    wrong = ("4", "6", "8") if says_nothing else ("6", "8")
    assert (agreed.violations, agreed.samples) == (len(wrong), wrong)
    unique = found["attribute:customer.phone/unique:left.c.v"]
    assert unique.samples == ("0", "3")
    if kind == "phone":
        fits = found["attribute:customer.phone/type:left.c.v"]
        assert (fits.violations, fits.samples) == (1, ("6",))


def test_compiled_views_hold_what_the_library_settled(tmp_path: Path) -> None:
    folder = workspace(tmp_path, ATTRIBUTE.format("phone", "phone", "cleanse: [phone]"))
    target = tmp_path / "gx"
    asked = ["compile", "--workspace", str(folder), "--output", str(target)]
    assert tekdogru([*asked, "--as-of", str(TODAY)]) == 0
    view = pd.read_parquet(target / "views" / "dataset.left.c.parquet").sort_values("_id")
    column = next(name for name in view.columns if name != "_id")
    expected = [*RIGHT[:4], None, RIGHT[5], "0532123", None, "+442079460958"]
    assert [None if pd.isna(value) else value for value in view[column]] == expected
    golden = pd.read_parquet(target / "views" / "golden.customer.parquet").sort_values("entity_id")
    assert list(golden["phone"])[:4] == RIGHT[:4]


def test_the_last_row_of_a_repeated_id_still_speaks_when_another_was_settled(
    tmp_path: Path,
) -> None:
    folder = workspace(tmp_path, ATTRIBUTE.format("phone", "phone", "cleanse: [phone]"))
    table = {"no": ["1", "1", "2", "2"], "v": [LEFT[1], "0532 999 99 99", LEFT[0], LEFT[5]]}
    seen = pa.array([date(2026, 1, 1)] * 4, pa.date32())
    pq.write_table(pa.table({**table, "seen": seen}), tmp_path / "data" / "left.parquet")
    table = {"no": ["1", "2"], "v": ["+905329999999", "+12125550100"]}
    pq.write_table(pa.table({**table, "seen": seen[:2]}), tmp_path / "data" / "right.parquet")
    agreed = by_key(run(folder))[f"attribute:customer.phone/{AGREE}"]
    assert (agreed.rows_compared, agreed.violations) == (2, 0)


def test_what_only_some_rows_hold_is_asked_about_on_those_rows(tmp_path: Path) -> None:
    attribute = ATTRIBUTE.format("phone", "phone", "cleanse: [phone]")
    attribute = attribute.replace("field: left.c.v", "field: left.c.v, row: \"v LIKE '+%'\"")
    folder = workspace(tmp_path, attribute)
    change(
        folder, "        path: left.parquet\n", "        path: left.parquet\n        rows: many\n"
    )
    agreed = by_key(run(folder))[f"attribute:customer.phone/{AGREE}"]
    assert (agreed.rows_compared, agreed.samples) == (3, ("8",))


def test_values_that_sql_settles_ask_nobody(tmp_path: Path) -> None:
    steps, extract = projected(tmp_path, RIGHT[:1] * 50)
    outcomes = run_steps(steps, readable=extract.files, limits=SMALL)
    assert outcomes["open:given.values"].rows == ((0,),)
    assert outcomes["settled:given.values:0"].seconds == 0.0


def projected(folder: Path, values: list[str | None]) -> tuple[list[Step], Extract]:
    """The steps that cleanse some values, and then show them."""
    file = folder / "values.parquet"
    pq.write_table(pa.table({"n": range(len(values)), "v": values}), file)
    extract = Extract(f"read_parquet('{file}')", (file,), ("n", "v"), {"n": "BIGINT"})
    column = Column("given.values", "v", "given.v", "phone", ("phone",), ())
    fields = (FieldPlan("n", "n", "integer"), FieldPlan("v", "v", "text"))
    reading = Reading(DatasetPlan("given.values", fields, id="n"), extract, "Europe/Istanbul")
    wanted = Wanted(shown=frozenset([column]))
    projection = Projection(reading, (column,), wanted=wanted, whole_keys=True)
    show = f"SELECT d0 FROM {projection.counted} ORDER BY k"
    steps = [
        *Projecting(projection, Dialect(TODAY, "Europe/Istanbul")).steps(),
        Step("pause", "SELECT 1"),
        Step("lost", "SELECT 1"),
        Step("shown", show, needs=(projection.ready,), fetch=True),
    ]
    return steps, extract


def test_what_was_settled_is_settled_again_when_the_child_is_lost(tmp_path: Path) -> None:
    steps, extract = projected(tmp_path, [*LEFT, *RIGHT])

    def kill(outcome: Outcome) -> None:
        if outcome.name == "pause":
            task = Path("/proc/self/task")
            listed = [(one / "children").read_text("ascii").split() for one in task.iterdir()]
            for child in {int(number) for numbers in listed for number in numbers}:
                os.kill(child, signal.SIGKILL)

    lost = run_steps(steps, readable=extract.files, limits=SMALL, on_step=kill)
    kept = run_steps(steps, readable=extract.files, limits=SMALL)
    assert lost["lost"].failure is not None
    assert kept["lost"].failure is None
    assert lost["shown"].rows == kept["shown"].rows
    assert ("+442079460958",) in kept["shown"].rows


def test_every_text_is_asked_about_once_however_many_rounds_it_takes() -> None:
    asked: list[str] = []

    def answer(text: str) -> str | None:
        asked.append(text)
        return None if int(text) % 3 else f"it's {text}"

    count = 2 * ROUND + 7
    steps = [
        Step("q", f"CREATE TABLE q AS SELECT range AS n, CAST(range AS VARCHAR) AS text "
             f"FROM range({count})"),
        Step("a", "CREATE TABLE a (n BIGINT, settled VARCHAR)"),
        Step("asked", "q", needs=("q", "a"), consult=Consult(answer, "a")),
        Step("found", "SELECT count(*), max(n), any_value(settled) FILTER (n = 30000) FROM a",
             needs=("asked",), fetch=True),
    ]  # fmt: skip
    found = run_steps(steps, readable=[], limits=SMALL)["found"]
    assert sorted(map(int, asked)) == list(range(count))
    assert found.rows == (((count + 2) // 3, (count - 1) // 3 * 3, "it's 30000"),)


def test_phone_numbers_of_every_country_are_written_in_one_form(tmp_path: Path) -> None:
    forms = phonenumbers.PhoneNumberFormat
    numbers = [
        number
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        if (number := phonenumbers.example_number(region)) is not None
    ]
    written: list[str | None] = [
        phonenumbers.format_number(number, forms.INTERNATIONAL) for number in numbers
    ]
    steps, extract = projected(tmp_path, written)
    shown = run_steps(steps, readable=extract.files, limits=SMALL)["shown"]
    expected = [(phonenumbers.format_number(number, forms.E164),) for number in numbers]
    assert list(shown.rows) == expected
    assert len(expected) > 200
