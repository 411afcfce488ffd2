"""Workspaces whose records are matched: small ones out of rows, and the real inputs beside us."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from workspaces import TODAY, fixed_clock, write_workspace

from catalog.model import Catalog
from catalog.validation.opening import open_valid
from catalog.workspace import Workspace
from expectations.identity.keeping import Kept, keep, read_kept
from expectations.identity.resolution import Resolution, resolve_identity


def opened(folder: Path) -> tuple[Workspace, Catalog]:
    """A workspace at a fixed day, and its catalog."""
    workspace, catalog = open_valid(folder)
    return Workspace(workspace.root, workspace.settings, fixed_clock(TODAY)), catalog


def match(folder: Path, entity: str, *, kept: bool = True) -> Resolution:
    """What matching finds, on top of what the history holds; saved unless told otherwise."""
    workspace, catalog = opened(folder)
    before = read_kept(workspace.state_url, entity) if kept else Kept()
    made = resolve_identity(workspace, catalog, catalog.entities[entity], before)
    if kept:
        keep(workspace.state_url, entity, made.kept, TODAY, workspace.clock.now())
    return made


def groups(made: Resolution) -> set[frozenset[str]]:
    """The records of each entity that has more than one."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in made.kept.map:
        found[row.entity_id].add(f"{row.dataset}/{row.record_id}")
    return {frozenset(one) for one in found.values() if len(one) > 1}


def ids(made: Resolution) -> dict[str, str]:
    """The entity of each record."""
    return {f"{row.dataset}/{row.record_id}": row.entity_id for row in made.kept.map}


@dataclass(frozen=True)
class Score:
    """How far groups agree with the truth, counted in pairs of records that are one."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def score(entity_of: Mapping[str, str], truth: Mapping[str, str]) -> Score:
    """Every pair that ends in one entity, whether it was linked itself or by way of others."""
    found = sum(n * (n - 1) // 2 for n in Counter(entity_of.values()).values())
    right = Counter((entity_of[name], truth[name]) for name in entity_of)
    hits = sum(n * (n - 1) // 2 for n in right.values())
    wanted = sum(n * (n - 1) // 2 for n in Counter(truth.values()).values())
    return Score(hits / found, hits / wanted)


def exact(entity_of: Mapping[str, str], truth: Mapping[str, str]) -> Score:
    """Counted in whole entities: found with every one of their records and no other."""

    def sets(of: Mapping[str, str]) -> set[frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for name in entity_of:
            found[of[name]].add(name)
        return {frozenset(one) for one in found.values()}

    ours, theirs = sets(entity_of), sets(truth)
    return Score(len(ours & theirs) / len(ours), len(ours & theirs) / len(theirs))


def attribute(entity: str, name: str, type_: str, fields: Iterable[str], more: str = "") -> str:
    """One attribute's YAML, claimed from fields."""
    claims = ", ".join(f"{{field: {field}}}" for field in fields)
    return (
        f"  - {{key: {entity}.{name}, name: {name}, definition: x, owner: o@b.example, "
        f"expires_on: 2099-01-01, type: {type_}, cleanse: [trim], {more}claims: [{claims}]}}\n"
    )


def source(key: str, dataset: str, entity: str, record: str, fields: Sequence[str]) -> str:
    """One source's YAML with one dataset in `data/<key>.csv`; fields as `name` or `name: type`."""
    listed = []
    for field in fields:
        name, _, type_ = field.partition(": ")
        listed.append(f"{{key: '{name}'{f', type: {type_}' if type_ else ''}}}")
    return (
        f"  - {{key: {key}, name: {key}, location: data, owner: o@b.example, datasets: "
        f"[{{key: {dataset}, path: {key}.csv, entity: {entity}, record: '{record}', "
        f"fields: [{', '.join(listed)}]}}]}}\n"
    )


CHILDCARE_MATCH = """
      blocking:
        - site.phone
        - site.name
        - [{attribute: site.address, part: number}, site.zip]
        - [{attribute: site.address, part: number}, {attribute: site.address, part: word}]
      comparisons:
        - {attribute: site.address, as: address}
        - {attribute: site.name, as: words, frequency: true}
        - {attribute: site.phone, as: phone, frequency: true}
        - {attribute: site.zip}
      agree: [site.address]
"""


def childcare(shared: Path, folder: Path, seed: int | None = None) -> dict[str, str]:
    """The nine files of childcare sites as nine sources, and the truth by record.

    Neither the truth nor anything made of it goes into the workspace. With a `seed` the rows of
    each file stand in another order.
    """
    with (shared / "childcare" / "records.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_file[re.sub(r"\W+", "_", row["Source"].removesuffix(".csv")).lower()].append(row)
    columns = {
        "no": "Id",
        "name": "Site name",
        "address": "Address",
        "zip": "Zip",
        "phone": "Phone",
    }
    if seed is not None:
        for listed in by_file.values():
            random.Random(seed).shuffle(listed)
    keys = sorted(by_file, reverse=seed is not None)
    sources = "".join(source(key, "sites", "site", "no", list(columns)) for key in keys)
    attributes = "".join(
        attribute(
            "site",
            name,
            "address" if name == "address" else "text",
            (f"{key}.sites.{name}" for key in keys),
        )
        for name in list(columns)[1:]
    )
    write_workspace(
        folder,
        f"entities:\n  - key: site\n    name: Site\n    match:{CHILDCARE_MATCH}"
        f"sources:\n{sources}attributes:\n{attributes}",
        {
            f"data/{key}.csv": [
                {name: row[column] for name, column in columns.items()} for row in listed
            ]
            for key, listed in by_file.items()
        },
    )
    return {
        f"{key}.sites/{row['Id']}": row["True Id"]
        for key, listed in by_file.items()
        for row in listed
    }


FEBRL_MATCH = """
      blocking:
        - person.soc_sec_id
        - person.date_of_birth
        - [person.given_name, person.surname]
        - [person.surname, person.postcode]
        - [person.given_name, person.postcode]
        - [person.address_1, person.street_number]
        - [person.suburb, person.given_name]
        - [person.suburb, person.surname]
      comparisons:
        - {attribute: person.given_name, as: name, frequency: true}
        - {attribute: person.surname, as: name, frequency: true}
        - {attribute: person.date_of_birth, as: date}
        - {attribute: person.soc_sec_id, as: jaro_winkler, at: [0.9]}
        - {attribute: person.street_number}
        - {attribute: person.address_1, as: jaro_winkler}
        - {attribute: person.suburb, as: jaro_winkler}
        - {attribute: person.postcode, as: jaro_winkler, at: [0.9]}
"""


def febrl(shared: Path, folder: Path) -> dict[str, str]:
    """FEBRL 2 as one source, its records under numbers that tell nothing, and the truth."""
    with (shared / "febrl" / "febrl2.csv").open(encoding="utf-8", newline="") as file:
        rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(file)]
    random.Random(5).shuffle(rows)
    names = [name for name in rows[0] if name != "rec_id"]
    fields = ["no", *(f"{n}: date, format: '%Y%m%d'" if n == "date_of_birth" else n for n in names)]
    attributes = "".join(
        attribute("person", n, "date" if n == "date_of_birth" else "text", [f"reg.people.{n}"])
        for n in names
    )
    write_workspace(
        folder,
        f"entities:\n  - key: person\n    name: Person\n    match:{FEBRL_MATCH}"
        f"sources:\n{source('reg', 'people', 'person', 'no', fields)}attributes:\n{attributes}",
        {
            "data/reg.csv": [
                {"no": str(n), **{name: row[name] for name in names}} for n, row in enumerate(rows)
            ]
        },
    )
    return {f"reg.people/{n}": "-".join(row["rec_id"].split("-")[:2]) for n, row in enumerate(rows)}


def pairs_of(found: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    """Every pair of records within groups."""
    return {pair for one in found for pair in combinations(sorted(one), 2)}
