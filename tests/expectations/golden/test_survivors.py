"""Golden records are what a brute-force reading of the rules in plain Python gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from resolving import Line, job_of, read_rows, resolved, write_rows
from survivors import Attribute, Claim, Dataset, Row, Trust, Truth
from workspaces import TODAY, write_workspace

from catalog.corrections import Trust as Measured
from expectations.engine.knowing import Known
from expectations.golden.disputes import Ask, find_conflicts

SOURCES = ("core", "crm", "web")
FIELDS = """\
          - {key: id, type: code}
          - {key: kind, type: code}
          - {key: name, type: text}
          - {key: mail, type: email MAIL}
          - {key: street, type: text}
          - {key: city, type: text}
          - {key: number, type: integer}
          - {key: at, type: date}
          - {key: own, type: date}
          - {key: ends, type: date}
          - {key: status, type: code}
          - {key: copied, type: text COPY}
"""


def _dataset(source: str) -> str:
    means = {
        "core": "at",
        "crm": "{field: at, means: confirmed}",
        "web": "{field: at, means: loaded}",
    }
    mail = ", confirmed_at: {field: own, means: effective}" if source == "crm" else ""
    copy = ", copy_of: core.people.name" if source == "web" else ""
    fields = FIELDS.replace(" MAIL", mail).replace(" COPY", copy)
    return f"""\
  - key: {source}
    name: {source}
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: {source}.csv
        entity: customer
        id: id
        confirmed_at: {means[source]}
        fields:
{fields}"""


def _attribute(key: str, text: str) -> str:
    return f"""\
  - key: customer.{key}
    name: {key}
    definition: Said by somebody.
    owner: owner@bank.example
    expires_on: 2030-01-01
    cleanse: [trim]
{text}"""


CLAIMS = "    claims: [{field: core.people.F}, {field: crm.people.F}, {field: web.people.F}]\n"


def _plain(field: str, survive: str, more: str = "") -> str:
    return f"    survive: {survive}\n{more}{CLAIMS.replace('.F', f'.{field}')}"


ATTRIBUTES = {
    "kind": CLAIMS.replace(".F", ".kind"),
    "mail": "    type: email\n    valid_for: 100d\n" + CLAIMS.replace(".F", ".mail"),
    "recent": _plain("name", "most_recent"),
    "oldest": _plain("name", "[oldest, shortest]"),
    "trusted": """\
    survive: [most_trusted, majority]
    claims:
      - {field: core.people.name, trust: {max: 90, min: 20, period: 50d}, downgrade: [{by: 50, if: "status = 'x'", floor: 10}, {by: 10, if: "city IS NULL"}]}
      - {field: crm.people.name, trust: {max: 90, min: 20, period: 50d, curve: half_life}}
      - {field: web.people.name, trust: 55}
""",
    "curved": """\
    survive: most_trusted
    claims:
      - {field: core.people.name, trust: {max: 90, min: 10, period: 120d, curve: fast_first}}
      - {field: crm.people.name, trust: {max: 80, min: 10, period: 120d, curve: slow_first}}
""",
    "proved": """\
    survive: most_trusted
    claims:
      - {field: core.people.name, trust: measured, downgrade: {by: 50, if: "status = 'x'"}}
      - {field: crm.people.name, trust: {measured: true, max: 60, min: 30, period: 50d}}
      - {field: web.people.name, trust: 55}
""",
    "majority": """\
    survive: [majority, longest]
    compare: [fold]
    claims: [{field: core.people.name}, {field: crm.people.name}, {field: web.people.copied}, {field: web.people.name}]
""",
    "longest": _plain("name", "longest"),
    "shortest": _plain("name", "[shortest, most_recent]", "    compare: [fold]\n"),
    "least": _plain("number", "min", "    type: integer\n"),
    "most": _plain("number", "max", "    type: integer\n"),
    "set": _plain("name", "all", "    compare: [fold]\n    valid_for: 100d\n"),
    "manual": _plain("name", "manual"),
    "street": _plain("street", "[most_complete, most_recent]", "    group: address\n"),
    "city": _plain("city", "[most_complete, most_recent]", "    group: address\n"),
    "full": _plain("name", "most_complete"),
    "same": _plain("name", "[{same_as: customer.street}, priority]"),
    "ranked": _plain("name", '[{rank: "coalesce(number, 0)", order: asc}]'),
    "where": """\
    claims:
      - {field: core.people.name, where: "kind = 'C'"}
      - {field: crm.people.name, where: "kind = 'P' AND mail IS NOT NULL"}
      - {field: web.people.name, when: "status = 'x'"}
""",
    "guarded": """\
    survive: most_recent
    claims:
      - {field: core.people.name, deleted: "status = 'gone'"}
      - {field: crm.people.name, blank: deleted, valid_if: "value <> 'Ali' OR status = 'x'"}
      - {field: web.people.name, only_if_empty: true}
""",
    "ending": """\
    valid_until: ends
    claims:
      - {field: core.people.name}
      - {field: crm.people.name, valid_while: "status = 'x' OR confirmed_at < :as_of - interval 10 day"}
""",
    "protected": """\
    claims:
      - {field: core.people.name}
      - {field: crm.people.name, protect: true}
      - {field: web.people.name, protect: true}
""",
    "erased": _plain("name", "all").replace(
        "{field: core.people.name}", "{field: core.people.name, deleted: \"status = 'gone'\"}"
    ),
    "forced": """\
    claims:
      - {field: core.people.name, until: 2026-11-19}
      - {field: crm.people.name, from: 2026-11-20, until: 2026-11-20}
      - {field: web.people.name, from: 2026-11-21}
    fallback: [{field: web.people.name}]
""",
    "fallen": """\
    claims: [{field: core.people.name, until: 2026-11-19}]
    fallback: [{field: web.people.name}, {field: crm.people.name}]
""",
}


def definitions(sources: tuple[str, ...] = SOURCES) -> str:
    listed = "".join(_dataset(source) for source in sources)
    attributes = "".join(_attribute(key, text) for key, text in ATTRIBUTES.items())
    return f"sources:\n{listed}attributes:\n{attributes}"


def lower(text: str) -> str:
    return text.replace("İ", "i").replace("I", "i").lower()


def fold(text: str) -> str:
    """As `fold` does: no case, no Turkish letters."""
    table = str.maketrans("çğıöşü", "cgiosu")
    return lower(text).translate(table)


def _is(field: str, value: str) -> Callable[[Row, date], bool]:
    return lambda row, day: row[field] == value


def _claim(source: str, name: str, number: int, **more: Any) -> Claim:
    own = source == "crm" and name == "mail"
    return Claim(
        f"{source}.people", name, number, confirmed="own" if own else "at",
        loaded=source == "web", **{"voter": f"{source}.people", **more},
    )  # fmt: skip


def _three(name: str, **more: Any) -> list[Claim]:
    return [_claim(source, name, n, **more) for n, source in enumerate(SOURCES, start=1)]


def _is_mail(value: str) -> bool:
    return "@" in value


def _is_fit(value: str, row: Row) -> bool:
    return value != "Ali" or row["status"] == "x"


def _is_old(row: Row, day: date) -> bool:
    return row["status"] == "x" or bool(row["at"] and row["at"] < (day - timedelta(10)).isoformat())


def rules() -> list[Attribute]:
    """The same rules as the YAML states, in an order in which none waits for another."""
    lowered = [(50, _is("status", "x"), 10), (10, lambda row, _: row["city"] is None, 0)]
    trusts = [
        Trust(90, 20, 50, "linear", lowered), Trust(90, 20, 50, "half_life"), Trust(55),
    ]  # fmt: skip
    recent = [("most_complete", None), ("most_recent", None)]
    until = {"until": "ends"}
    return [
        Attribute("customer.kind", _three("kind")),
        Attribute("customer.mail", _three("mail"), valid_days=100, usable=_is_mail),
        Attribute("customer.recent", _three("name"), [("most_recent", None)]),
        Attribute("customer.oldest", _three("name"), [("oldest", None), ("shortest", None)]),
        Attribute(
            "customer.trusted",
            [_claim(s, "name", n + 1, trust=trusts[n]) for n, s in enumerate(SOURCES)],
            [("most_trusted", None), ("majority", None)],
        ),
        Attribute(
            "customer.curved",
            [_claim("core", "name", 1, trust=Trust(90, 10, 120, "fast_first")),
             _claim("crm", "name", 2, trust=Trust(80, 10, 120, "slow_first"))],
            [("most_trusted", None)],
        ),
        Attribute(
            "customer.proved",
            [_claim("core", "name", 1, trust=Trust(
                None, lowered=[(50, _is("status", "x"), 0)], measured="core")),
             _claim("crm", "name", 2, trust=Trust(60, 30, 50, "linear", measured="crm")),
             _claim("web", "name", 3, trust=Trust(55))],
            [("most_trusted", None)],
        ),
        Attribute(
            "customer.majority",
            [_claim("core", "name", 1), _claim("crm", "name", 2),
             _claim("web", "copied", 3, voter=None), _claim("web", "name", 4)],
            [("majority", None), ("longest", None)], fold=fold,
        ),
        Attribute("customer.longest", _three("name"), [("longest", None)]),
        Attribute(
            "customer.shortest", _three("name"), [("shortest", None), ("most_recent", None)], fold=fold
        ),
        Attribute("customer.least", _three("number"), [("min", None)], typed=int),
        Attribute("customer.most", _three("number"), [("max", None)], typed=int),
        Attribute("customer.set", _three("name"), [("all", None)], valid_days=100, fold=fold),
        Attribute("customer.manual", _three("name"), [("manual", None)]),
        Attribute("customer.street", _three("street"), recent, group="address"),
        Attribute("customer.city", _three("city"), recent, group="address"),
        Attribute("customer.full", _three("name"), [("most_complete", None)]),
        Attribute(
            "customer.same", _three("name"), [("same_as", "customer.street"), ("priority", None)]
        ),
        Attribute(
            "customer.ranked", _three("name"), [("rank_asc", lambda row: int(row["number"] or 0))]
        ),
        Attribute("customer.where", [
            _claim("core", "name", 1, where=lambda g: g["customer.kind"] == "C"),
            _claim("crm", "name", 2, where=lambda g: g["customer.kind"] == "P" and g["customer.mail"] is not None),
            _claim("web", "name", 3, when=_is("status", "x")),
        ]),
        Attribute("customer.guarded", [
            _claim("core", "name", 1, deleted=_is("status", "gone")),
            _claim("crm", "name", 2, blank_deletes=True, valid_if=_is_fit),
            _claim("web", "name", 3, only_if_empty=True),
        ], [("most_recent", None)]),
        Attribute("customer.ending", [
            _claim("core", "name", 1, **until), _claim("crm", "name", 2, **until, holds=_is_old),
        ]),
        Attribute("customer.protected", [
            _claim("core", "name", 1), _claim("crm", "name", 2, protect=True),
            _claim("web", "name", 3, protect=True),
        ]),
        Attribute("customer.erased", [
            _claim("core", "name", 1, deleted=_is("status", "gone")),
            _claim("crm", "name", 2), _claim("web", "name", 3),
        ], [("all", None)]),
        Attribute("customer.forced", [_claim("crm", "name", 2)]),
        Attribute("customer.fallen", [_claim("web", "name", 2), _claim("crm", "name", 3)]),
    ]  # fmt: skip


NAMES = ("Ali", " Ali", "Ayşe", "Ayse", "AYŞE", "Şükrü Işık", "  ", "Veli")
AGES = {"at": (-5, 0, 1, 40, 99, 100, 101, 300), "own": (-1, 0, 100, 101), "ends": (-10, 0, 1)}
TEXTS = {
    "kind": ("C", "P"), "name": NAMES, "mail": ("a@b.co", "c@d.eu", "broken"),
    "street": ("Gül Sk.", "Lale Cd."), "city": ("İzmir", "Van"), "number": ("3", "12", "-1"),
    "status": ("x", "gone"), "copied": NAMES,
}  # fmt: skip
WEIGHING_ROWS = {"customer.full"}
"""Completeness weighs all of a row, whatever was confirmed when."""
Data = Mapping[str, list[dict[str, str]]]


def random_data(chance: random.Random, entities: int = 60) -> Data:
    """Rows about the same entities in every source, some entities with several rows."""
    return {source: [_row(chance, entities) for _ in range(entities + 10)] for source in SOURCES}


def _row(chance: random.Random, entities: int) -> dict[str, str]:
    days = {
        name: chance.choice(["", *((TODAY - timedelta(age)).isoformat() for age in ages)])
        for name, ages in AGES.items()
    }
    texts = {name: chance.choice(["", *values]) for name, values in TEXTS.items()}
    return {"id": str(chance.randrange(entities)), **texts, **days}


def expected(data: Data, **known: Any) -> dict[Any, Any]:
    """What brute force finds; an empty text is missing."""
    datasets = [
        Dataset(
            f"{source}.people",
            [{key: value or None for key, value in row.items()} for row in data[source]],
            "at",
            loaded=source == "web",
        )
        for source in SOURCES
    ]
    return Truth(datasets, rules(), TODAY, **known).resolve()


def written(folder: Path, data: Data, sources: tuple[str, ...] = SOURCES) -> Path:
    files = {f"data/{source}.csv": rows for source, rows in data.items()}
    return write_workspace(folder, definitions(sources), files)


seeds = st.integers(0, 2**32).map(random.Random)
often = settings(
    max_examples=examples(2, 12),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.mark.long
@often
@given(seeds)
def test_every_golden_value_is_what_brute_force_finds(chance: random.Random) -> None:
    data = random_data(chance)
    incumbents = {
        (str(n), "customer.protected"):
            (chance.choice(["crm.people", "web.people"]), str(n), chance.choice(["Ali", "Veli"]))
        for n in range(40)
    }  # fmt: skip
    ends = [None, TODAY, TODAY - timedelta(1)]
    overrides = {
        (str(n), key): (chance.choice(["Set", "Ayşe", None]), chance.choice(ends))
        for n in range(20)
        for key in ("customer.recent", "customer.manual")
    }
    proved = {
        source: chance.choice([20, 56, 90]) for source in ("core", "crm") if chance.random() < 0.7
    }
    with TemporaryDirectory() as made:
        folder = written(Path(made), data)
        known = replace(_known(folder, incumbents, overrides), trust=_measured(proved))
        found = resolved(folder, known=known)
    wanted = expected(data, incumbents=incumbents, overrides=overrides, proved=proved)
    assert set(found) == set(wanted)
    for key, golden in wanted.items():
        one = found[key]
        told = one["confirmed_at"] and one["confirmed_at"].date()
        got = (one["value"], one["state"], one["dataset"], one["record_id"], told)
        assert got == (golden.value, golden.state, golden.dataset, golden.record, golden.told), key
        assert (one["spoke"], one["disagree"]) == (golden.spoke, golden.disagree), key


@pytest.mark.long
@often
@given(seeds)
def test_the_order_of_sources_rows_and_files_never_changes_a_golden_record(
    chance: random.Random,
) -> None:
    """Rows of one id and one time aside, of which the last in the file speaks."""
    data = {
        source: list({row["id"]: row for row in rows}.values())
        for source, rows in random_data(chance).items()
    }
    shuffled = {source: chance.sample(rows, len(rows)) for source, rows in data.items()}
    order = tuple(chance.sample(SOURCES, len(SOURCES)))
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first = resolved(written(Path(one), data))
        again = resolved(written(Path(other), shuffled, order))
        twice = resolved(Path(one))
    assert first == again
    assert first == twice


@pytest.mark.long
@often
@given(seeds)
def test_a_day_gone_by_is_resolved_as_if_data_had_been_cut_on_it(chance: random.Random) -> None:
    """What was confirmed later does not exist: neither the time nor the values that bear it."""
    data, day = random_data(chance), TODAY - timedelta(chance.choice([0, 1, 40, 100]))
    cut = {source: [_cut(source, row, day) for row in rows] for source, rows in data.items()}
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        found = resolved(written(Path(one), data), as_of=day)
        wanted = resolved(written(Path(other), cut), as_of=day)
    keys = [key for key in found if key[1] not in WEIGHING_ROWS]
    assert [found[key] for key in keys] == [wanted[key] for key in keys]
    values = {text.strip() for rows in data.values() for row in rows for text in row.values()}
    for golden in found.values():
        assert not golden["confirmed_at"] or golden["confirmed_at"].date() <= day
        assert golden["value"] is None or set(golden["value"].split("; ")) <= values


def _cut(source: str, row: dict[str, str], day: date) -> dict[str, str]:
    """A row without what it says too late; a load says nothing of time."""
    kept = dict(row)
    if source == "web":
        return kept
    own = {"mail"} if source == "crm" else set()
    if row["at"] > day.isoformat():
        kept |= {name: "" for name in ("at", *TEXTS) if name not in own}
    if own and row["own"] > day.isoformat():
        kept |= {"mail": "", "own": ""}
    return kept


def _measured(proved: Mapping[str, int]) -> tuple[Measured, ...]:
    return tuple(
        Measured(
            source=source, attribute="customer.proved", right=50, wrong=9,
            share=0.95, low=weight / 100, high=1.0,
        )
        for source, weight in proved.items()
    )  # fmt: skip


def _known(folder: Path, incumbents: Mapping[Any, Any], overrides: Mapping[Any, Any]) -> Known:
    held = [
        {"entity_id": e, "attribute": a, "dataset": d, "record_id": r, "value": v}
        for (e, a), (d, r, v) in incumbents.items()
    ]
    columns = dict.fromkeys(("entity_id", "attribute", "dataset", "record_id", "value"), "text")
    before = write_rows(folder / "incumbents.parquet", held, columns)
    stated = [
        {"entity_id": e, "attribute": a, "value": v, "until": until, "reason": "r", "author": "a"}
        for (e, a), (v, until) in overrides.items()
    ]
    named = dict.fromkeys(("entity_id", "attribute", "value", "reason", "author"), "text")
    set_ = write_rows(folder / "overrides.parquet", stated, {**named, "until": "date"})
    keys = frozenset(a for _, a in overrides)
    return Known(overrides=set_, overridden=keys, incumbents={"customer": before})


@pytest.mark.long
@settings(often, max_examples=examples(1, 6))
@given(seeds)
def test_conflicts_are_listed_wherever_somebody_disagrees_with_one_winner_at_most(
    chance: random.Random,
) -> None:
    data = random_data(chance, entities=40)
    with TemporaryDirectory() as made:
        folder = written(Path(made), data)
        golden = resolved(folder)
        target = folder / "conflicts.parquet"
        document = find_conflicts(job_of(folder, contested=True), Ask(), output=target)
        listed = read_rows(target)
    contested = {key for key, one in golden.items() if one["disagree"]}
    said: dict[tuple[str, str], list[Line]] = {}
    for line in listed:
        said.setdefault((line["entity_id"], line["attribute"]), []).append(line)
    assert set(said) == contested
    assert sum(one.contested for one in document.attributes) == len(contested)
    for key, lines in said.items():
        winners = [line for line in lines if line["winner"]]
        assert len(winners) == (golden[key]["source"] is not None), key
        if winners and golden[key]["value"] and not golden[key]["rule"].startswith("all"):
            assert winners[0]["cleansed"] == golden[key]["value"], key
        others = {(o["dataset"], o["reason"]) for o in lines if not o["winner"]}
        assert all(reason for _, reason in others), key
