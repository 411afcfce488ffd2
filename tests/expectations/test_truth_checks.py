"""Checks on golden records count what brute force in plain Python counts, on random data."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from judged import Count, Judged
from resolving import resolved, write_rows
from survivors import Attribute, Claim, Dataset, Truth
from workspaces import TODAY, by_key, fixed_clock, write_workspace

from catalog.results import Result
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.engine.knowing import Known
from expectations.runner import plan_checks, run_checks

SOURCES = ("core", "crm", "web")
DEFINITIONS = """
entities:
  - {key: customer, name: Customer, subtypes: {person: "kind = 'P'"}}
purposes:
  - {key: campaign, name: Campaign}
  - {key: notice, name: Notice, accepts: [current, stale]}
touchpoints:
  - key: letters
    name: Letters
    owner: letters@bank.example
    purpose: notice
    reads: {customer.mail: core.people.mail, customer.names: web.people.name, customer.gone: crm.people.mail}
    against_golden: 0.9
  - key: messages
    name: Messages
    owner: messages@bank.example
    purpose: campaign
    reads: {customer.mail: core.people.mail, customer.city: web.people.city}
    against_golden: {customer.mail: 0.9}
sources:
SOURCES
attributes:
  - key: customer.kind
    DEFINED
    type: code
    claims: [{field: core.people.kind}, {field: crm.people.kind}]
  - key: customer.mail
    DEFINED
    type: email
    compare: [lower]
    apply_to: person
    claims: [{field: crm.people.mail}, {field: core.people.mail}, {field: web.people.copied}]
    valid_for: 100d
    required: 0.5
    current: {target: 0.5, in: {0d: 0.5, 7d: 0.4}}
    contested: 0.5
    shared: {at_most: 2, on: sources}
    against_golden: 0.5
  - key: customer.gone
    DEFINED
    type: email
    claims:
      - {field: core.people.mail, deleted: "kind = 'X'"}
      - {field: crm.people.mail, blank: deleted}
    survive: most_recent
    required: 0.5
    contested: {at_most: 0.4, ceiling: 0.9}
    shared: 1
    against_golden: {core.people.mail: 0.5}
  - key: customer.names
    DEFINED
    compare: [fold]
    survive: all
    claims: [{field: core.people.name}, {field: crm.people.name}, {field: web.people.name}]
    contested: 0.5
    shared: {at_most: 3, target: 0.5}
    against_golden: 0.5
  - key: customer.city
    DEFINED
    group: address
    survive: most_recent
    valid_for: 100d
    valid_until: ends
    claims: [{field: core.people.city}, {field: crm.people.city}, {field: web.people.city, when: "confirmed_at >= :as_of - interval 120 day"}]
    current: {target: 0.5, in: {7d: 0.1}}
    contested: 0.5
  - key: customer.street
    DEFINED
    group: address
    survive: most_recent
    valid_while: "kind <> 'X' OR confirmed_at > :as_of - interval 40 day"
    claims: [{field: core.people.street}, {field: crm.people.street}]
    current: 0.5
    shared: {at_most: 2, on: sources}
"""
SOURCE = """\
  - key: KEY
    name: KEY
    location: data
    owner: owner@bank.example
    datasets:
      - key: people
        path: KEY.csv
        entity: customer
        id: id
        confirmed_at: MEANS
        fields:
          - {key: id, type: code}
          - {key: kind, type: code}
          - {key: mail, type: email}
          - {key: copied, type: email COPY}
          - {key: name}
          - {key: city}
          - {key: street}
          - {key: at, type: date}
          - {key: ends, type: date}
"""
DEFINED = """name: NAME
    definition: Said by somebody.
    owner: owner@bank.example
    expires_on: 2030-01-01
    cleanse: [trim]"""
AHEAD = (0, 7, 30, 60, 90)
seeds = st.integers(0, 2**32).map(random.Random)
often = settings(
    max_examples=examples(2, 12),
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def definitions() -> str:
    means = {"web": "{field: at, means: confirmed}"}
    copies = {"web": ", copy_of: core.people.mail"}
    sources = "".join(
        SOURCE.replace("KEY", key)
        .replace("MEANS", means.get(key, "at"))
        .replace(" COPY", copies.get(key, ""))
        for key in SOURCES
    )
    return DEFINITIONS.replace("SOURCES", sources).replace("DEFINED", DEFINED)


def lower(text: str) -> str:
    return text.replace("İ", "i").replace("I", "i").lower()


def fold(text: str) -> str:
    return lower(text).translate(str.maketrans("çğıöşü", "cgiosu"))


def rules() -> list[Attribute]:
    """The same as the definitions state."""

    def claims(field: str, sources: tuple[str, ...] = SOURCES, **more: Any) -> list[Claim]:
        return [
            Claim(f"{one}.people", field, n, "at", voter=f"{one}.people", **more)
            for n, one in enumerate(sources, start=1)
        ]

    recent: list[tuple[str, Any]] = [("most_recent", None)]
    city = claims("city", until="ends")
    city[2] = Claim(
        "web.people", "city", 3, "at", voter="web.people", until="ends",
        when=lambda row, day: bool(row["at"] and row["at"] >= (day - timedelta(120)).isoformat()),
    )  # fmt: skip
    copied = Claim("web.people", "copied", 3, "at", voter=None)
    gone = [
        Claim(
            "core.people",
            "mail",
            1,
            "at",
            voter="core.people",
            deleted=lambda r, _: r["kind"] == "X",
        ),
        Claim("crm.people", "mail", 2, "at", voter="crm.people", blank_deletes=True),
    ]
    return [
        Attribute("customer.kind", claims("kind", ("core", "crm"))),
        Attribute(
            "customer.mail", [*claims("mail", ("crm", "core")), copied],
            valid_days=100, usable=lambda v: "@" in v, fold=lower,
        ),
        Attribute("customer.gone", gone, recent, usable=lambda v: "@" in v),
        Attribute("customer.names", claims("name"), [("all", None)], fold=fold),
        Attribute("customer.city", city, recent, valid_days=100, group="address"),
        Attribute(
            "customer.street",
            claims("street", ("core", "crm"), holds=_holds),
            recent, group="address",
        ),
    ]  # fmt: skip


def _holds(row: Mapping[str, str | None], day: date) -> bool:
    """As SQL has it: what is not known to be true is not."""
    young = row["at"] is not None and row["at"] > (day - timedelta(40)).isoformat()
    return young or (row["kind"] is not None and row["kind"] != "X")


TEXTS = {
    "kind": ("P", "P", "C", "X"), "mail": ("a@b.co", "A@B.co", "c@d.eu", "e@f.gh", "x", "  "),
    "copied": ("a@b.co", "c@d.eu"), "name": ("Ali", "ALI", "Ayşe", "Ayse", "Veli"),
    "city": ("İzmir", "Van", "Bursa"), "street": ("Gül Sk.", "Lale Cd."),
}  # fmt: skip
AGES = {"at": (0, 1, 35, 65, 80, 99, 100, 101, 300), "ends": (-100, -30, -8, -7, 0, 1)}
Data = Mapping[str, list[dict[str, str]]]


def random_data(chance: random.Random, *, future: bool = False) -> Data:
    return {source: [_row(chance, future) for _ in range(50)] for source in SOURCES}


def _row(chance: random.Random, future: bool) -> dict[str, str]:
    ages = {**AGES, "at": (*AGES["at"], -3)} if future else AGES
    days = {
        name: chance.choice(["", *((TODAY - timedelta(age)).isoformat() for age in some)])
        for name, some in ages.items()
    }
    texts = {name: chance.choice(["", *values]) for name, values in TEXTS.items()}
    return {"id": str(chance.randrange(40)), **texts, **days}


def truth(data: Data, day: date, overrides: Mapping[Any, Any]) -> Judged:
    datasets = [
        Dataset(f"{s}.people", [{k: v or None for k, v in row.items()} for row in data[s]], "at")
        for s in SOURCES
    ]
    told = Truth(datasets, rules(), day, overrides, known_by=TODAY)
    judged = Judged(told, lambda entity, key: True)
    kinds = {e: g.value for (e, key), g in judged.golden.items() if key == "customer.kind"}
    judged.belongs = lambda entity, key: key != "customer.mail" or kinds[entity] == "P"
    return judged


def speaking(data: Data, source: str, field: str) -> dict[str, str | None]:
    """What a touchpoint finds in a field, as the attribute compares it."""
    rows = [{k: v or None for k, v in row.items()} for row in data[source]]
    found = Dataset(f"{source}.people", rows, "at").speaking(TODAY)
    return {e: (row[field] or "").strip() or None for e, row in found.items()}


def expected(data: Data, overrides: Mapping[Any, Any]) -> dict[str, Count]:
    now = truth(data, TODAY, overrides)
    core = {e: lower(v) if v else v for e, v in speaking(data, "core", "mail").items()}
    web = {e: fold(v) if v else v for e, v in speaking(data, "web", "name").items()}
    crm = speaking(data, "crm", "mail")
    both = ("current", "stale")
    found = {
        "attribute:customer.mail/required": now.required("customer.mail"),
        "attribute:customer.gone/required": now.required("customer.gone"),
        "attribute:customer.mail/shared": now.shared("customer.mail", 2, across=True),
        "attribute:customer.gone/shared": now.shared("customer.gone", 1),
        "attribute:customer.names/shared": now.shared("customer.names", 3),
        "attribute:customer.street/shared": now.shared("customer.street", 2, across=True),
        "touchpoint:letters/reads:customer.mail": now.reads("customer.mail", core, both),
        "touchpoint:letters/reads:customer.names": now.reads("customer.names", web, both),
        "touchpoint:letters/reads:customer.gone": now.reads("customer.gone", crm, both),
        "touchpoint:messages/reads:customer.mail": now.reads("customer.mail", core, ("current",)),
        "attribute:customer.gone/against_golden:core.people.mail": now.against_golden(
            "customer.gone", "core.people.mail"
        ),
    }
    for key in ("mail", "gone", "names", "city"):
        found[f"attribute:customer.{key}/contested"] = now.contested(f"customer.{key}")
    for key, field in [
        ("mail", f) for f in ("core.people.mail", "crm.people.mail", "web.people.copied")
    ] + [("names", f"{source}.people.name") for source in SOURCES]:
        counted = now.against_golden(f"customer.{key}", field)
        found[f"attribute:customer.{key}/against_golden:{field}"] = counted
    for key in ("mail", "city", "street"):
        found[f"attribute:customer.{key}/current"] = now.current(f"customer.{key}")
    for days in AHEAD:
        then = truth(data, TODAY + timedelta(days), overrides)
        for key in ("mail", "city", "street"):
            if days > 7 or (key, days) in (("mail", 0), ("mail", 7), ("city", 7)):
                check = f"attribute:customer.{key}/current_in:{days}d"
                found[check] = then.current(f"customer.{key}")
    return found


SET_BY_HAND = {
    "customer.mail": ("a@b.co", "set@by.hand"),
    "customer.names": ("Ayşe", "By Hand"),
    "customer.gone": ("a@b.co", None),
}
KINDS = ("required", "current", "current_in", "contested", "shared", "against_golden", "reads")


def counted(folder: Path, day: date = TODAY, known: Known | None = None) -> dict[str, Result]:
    workspace, catalog = open_valid(folder)
    workspace = Workspace(workspace.root, workspace.settings, fixed_clock(day))
    plan = plan_checks(workspace, catalog, day, None)
    results = by_key(run_checks(workspace, catalog, plan, known=known or Known()))
    return {key: one for key, one in results.items() if one.kind in KINDS}


def written(folder: Path, data: Data) -> Path:
    files = {f"data/{source}.csv": rows for source, rows in data.items()}
    return write_workspace(folder, definitions(), files, "[engine]\nsamples = 1000\n")


@pytest.mark.long
@often
@given(seeds)
def test_every_count_is_what_brute_force_counts(chance: random.Random) -> None:
    data = random_data(chance, future=True)
    ends = [None, TODAY, TODAY + timedelta(8), TODAY - timedelta(1)]
    overrides = {
        (str(n), key): (chance.choice(values), chance.choice(ends))
        for n in range(12)
        for key, values in SET_BY_HAND.items()
    }
    with TemporaryDirectory() as made:
        folder = written(Path(made), data)
        found = counted(folder, known=_known(folder, overrides))
        golden = resolved(folder, known=_known(folder, overrides))
    wanted = expected(data, overrides)
    assert set(found) == set(wanted)
    for key, count in wanted.items():
        one = found[key]
        assert (one.rows_compared, set(one.samples)) == (count.compared, set(count.bad)), key
        assert one.violations == len(count.bad), key
        assert one.verdict in ("pass", "fail", "warn") or not count.compared, (key, one.message)
    for key in ("customer.names", "customer.gone", "customer.city"):
        disputed = {
            entity for (entity, attribute), one in golden.items()
            if attribute == key and one["disagree"] and one["state"] not in ("missing", "invalid")
        }  # fmt: skip
        assert set(found[f"attribute:{key}/contested"].samples) == disputed


def _known(folder: Path, overrides: Mapping[Any, Any]) -> Known:
    stated = [
        {"entity_id": e, "attribute": a, "value": v, "until": until, "reason": "r", "author": "a"}
        for (e, a), (v, until) in overrides.items()
    ]
    named = dict.fromkeys(("entity_id", "attribute", "value", "reason", "author"), "text")
    set_ = write_rows(folder / "overrides.parquet", stated, {**named, "until": "date"})
    return Known(overrides=set_, overridden=frozenset(a for _, a in overrides))


@pytest.mark.long
@settings(often, max_examples=examples(1, 6))
@given(seeds)
def test_what_will_be_current_is_what_a_run_on_that_day_finds_if_nothing_is_confirmed(
    chance: random.Random,
) -> None:
    data = random_data(chance)
    with TemporaryDirectory() as made:
        folder = written(Path(made), data)
        now = counted(folder)
        then = {days: counted(folder, TODAY + timedelta(days)) for days in (7, 30, 90)}
    for days, results in then.items():
        for key in ("mail", "city", "street"):
            foretold = now.get(f"attribute:customer.{key}/current_in:{days}d")
            on_the_day = results[f"attribute:customer.{key}/current"]
            if foretold:
                assert foretold.observed == on_the_day.observed, (key, days)
                assert foretold.samples == on_the_day.samples
    zero, today = (now[f"attribute:customer.mail/{one}"] for one in ("current_in:0d", "current"))
    assert (zero.observed, zero.samples) == (today.observed, today.samples)
    shares = [now[f"attribute:customer.mail/current_in:{days}d"].observed for days in AHEAD]
    assert shares == sorted(shares, reverse=True)
