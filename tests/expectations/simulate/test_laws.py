"""What a simulation tells is the difference of two real resolves, whatever is changed."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from resolving import job_of
from simulating import count_changes, difference, simulated
from workspaces import TODAY, fixed_clock, write_workspace

from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.golden.summary import resolve_golden
from expectations.simulate.sides import changed_by
from expectations.simulate.simulation import Ask, simulate

SOURCES = ("core", "crm", "web")
SOURCE = """\
  - key: {key}
    name: {key}
    location: data
    owner: o@bank.example
    datasets:
      - key: people
        path: {key}.csv
        entity: customer
        id: id
        confirmed_at: at
        fields: [{{key: id, type: code}}, {{key: kind, type: code}}, {{key: name, type: text}}, {{key: street, type: text}}, {{key: city, type: text}}, {{key: at, type: date}}]
        {more}
"""
ATTRIBUTE = """\
  - key: customer.{key}
    name: {key}
    definition: Said by somebody.
    owner: o@bank.example
    expires_on: 2030-01-01
    {more}
    claims: [{claims}]
"""
STRATEGIES = ("priority", "most_recent", "majority", "longest", "[most_complete, oldest]")


PARTS = (*SOURCES, "kind", "name", "street", "city", "firm")


def random_parts(chance: random.Random) -> dict[str, int]:
    """What each part of a small catalog is made from."""
    return {part: chance.randrange(2**32) for part in PARTS}


def changed_parts(chance: random.Random, parts: dict[str, int]) -> dict[str, int]:
    """The same with a part or two made otherwise."""
    others = chance.sample(PARTS, chance.choice([1, 1, 2]))
    return {**parts, **{part: chance.randrange(2**32) for part in others}}


def definitions(parts: dict[str, int]) -> str:
    """A small catalog with a group, a subtype and a condition on another attribute."""
    by = {part: random.Random(seed) for part, seed in parts.items()}
    population = """population: "kind IS NOT NULL OR name <> 'Ali'\""""
    sources = [SOURCE.format(key=key, more=by[key].choice(["", population])) for key in SOURCES]
    attributes = [
        _attribute(by["kind"], "kind", "kind"),
        _attribute(by["name"], "name", "name", where=by["name"].choice(["", "kind = 'C'"])),
        _attribute(by["street"], "street", "street", by["street"].choice(["", "group: address"])),
        _attribute(by["city"], "city", "city", "group: address"),
        _attribute(by["firm"], "firm", "name", "apply_to: company"),
    ]
    entity = "entities:\n  - {key: customer, name: C, subtypes: {company: \"kind = 'C'\"}}\n"
    return f"{entity}sources:\n{''.join(sources)}attributes:\n{''.join(attributes)}"


def _attribute(chance: random.Random, key: str, field: str, more: str = "", where: str = "") -> str:
    chosen = chance.sample(SOURCES, chance.choice([1, 2, 3, 3]))
    guard = f', where: "{where}"' if where else ""
    late = ', when: "confirmed_at >= :as_of - interval 60 day"'
    claims = [
        f"{{field: {source}.people.{field}{chance.choice(['', '', late])}{guard}}}"
        for source in chosen
    ]
    said = [more, f"survive: {chance.choice(STRATEGIES)}"]
    said += chance.choice([[], ["valid_for: 50d"], ["valid_for: 200d"]])
    said += chance.choice([[], ["cleanse: [trim, lower]"]])
    lines = "\n    ".join(filter(None, said))
    return ATTRIBUTE.format(key=key, more=lines, claims=", ".join(claims))


def random_rows(chance: random.Random) -> list[dict[str, str]]:
    values = {
        "kind": ("C", "P", ""), "name": ("Ali", " Ali", "Ayşe", "Veli", ""),
        "street": ("Gül Sk.", "Lale Cd.", ""), "city": ("İzmir", "Van", ""),
    }  # fmt: skip
    ages = (0, 1, 49, 51, 59, 61, 199, 201, -1)
    days = ["", *((TODAY - timedelta(age)).isoformat() for age in ages)]
    return [
        {
            "id": str(chance.randrange(40)),
            **{name: chance.choice(some) for name, some in values.items()},
            "at": chance.choice(days),
        }
        for _ in range(50)
    ]


seeds = st.integers(0, 2**32).map(random.Random)
often = settings(
    max_examples=examples(3, 20),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def resolved(folder: Path) -> Path:
    target = folder / "golden.parquet"
    resolve_golden(job_of(folder), output=target)
    return target


def simulation(folder: Path, change: Path, output: Path) -> Any:
    workspace, _ = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(TODAY))
    ask = Ask(TODAY, examples=0, output=output)
    return simulate(workspace, changed_by(workspace, [change]), ask)


@pytest.mark.long
@often
@given(seeds)
def test_a_simulation_is_the_difference_of_two_resolves(chance: random.Random) -> None:
    data = {f"data/{source}.csv": random_rows(chance) for source in SOURCES}
    with TemporaryDirectory() as made:
        root = Path(made)
        parts = random_parts(chance)
        before = write_workspace(root / "before", definitions(parts), data)
        changed = definitions(changed_parts(chance, parts))
        after = write_workspace(root / "after", changed, data)
        output = root / "changes.parquet"
        document = simulation(before, after / "catalog" / "definitions.yml", output)
        wanted = difference(resolved(before), resolved(after))
        assert simulated(output) == wanted
    counted = {one.attribute: dict(one.changes) for one in document.attributes if one.changed}
    assert counted == count_changes(wanted)
    assert document.rows == document.changed == len(wanted)
    for one in document.attributes:
        assert sum(move.count for move in one.moves) == one.changed


@often
@given(seeds)
def test_a_change_of_nothing_that_decides_says_so_without_reading_data(
    chance: random.Random,
) -> None:
    text = definitions(random_parts(chance))
    with TemporaryDirectory() as made:
        root = Path(made)
        before = write_workspace(root / "before", text)  # there is no data to read
        output = root / "changes.parquet"
        change = root / "change.yml"
        change.write_text(f"# another hand\n{text}", "utf-8")
        same = simulation(before, change, output)
        assert (same.computed, same.definitions) == (False, ())
        change.write_text(text.replace("Said by somebody.", "Said by others."), "utf-8")
        told = simulation(before, change, output)
        assert not told.computed
        assert not any(one.decides for one in told.definitions)
        assert simulated(output) == {}
