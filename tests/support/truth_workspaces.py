"""Makes the small workspaces of `truth_cases.yml`: one attribute that three sources claim."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workspaces import write_workspace

CLAIMS = ("{field: core.people.mail}", "{field: crm.people.mail}")
HEAD = """
entities:
  - {key: customer, name: Customer, subtypes: {person: "kind = 'P'"}}
purposes:
  - {key: campaign, name: Campaign}
  - {key: notice, name: Notice, accepts: [current, stale]}
sources:
"""
SOURCE = """\
  - key: NAMED
    name: NAMED
    location: data
    owner: NAMED@bank.example
    datasets:
      - key: people
        path: NAMED.csv
        entity: customer
        id: id
        confirmed_at: {field: at, means: MEANS}
        fields: [{key: id, type: code}, {key: kind, type: code}, {key: mail, type: email}, {key: copied, type: email COPY}, {key: at, type: date}]
"""
ATTRIBUTES = """\
attributes:
  - key: customer.kind
    name: Kind
    definition: Person or company.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: code
    claims: [{field: core.people.kind}]
  - key: customer.mail
    name: E-mail
    definition: Where the customer is reached.
    owner: owner@bank.example
    expires_on: 2030-01-01
    type: email
    cleanse: [trim]
    compare: [lower]
"""


def definitions(case: Mapping[str, Any]) -> str:
    """The workspace of a case."""
    sources = "".join(_sources())
    claims = "\n".join(f"      - {claim}" for claim in case.get("claims", CLAIMS))
    states = "".join(f"    {k}: {json.dumps(v)}\n" for k, v in case["states"].items())
    touchpoints = [f"  - {one}\n" for one in case.get("touchpoints", ())]
    listed = f"touchpoints:\n{''.join(touchpoints)}" if touchpoints else ""
    return f"{HEAD}{sources}{ATTRIBUTES}    claims:\n{claims}\n{states}{listed}"


def _sources() -> Iterator[str]:
    for key in ("core", "crm", "web"):
        means = "loaded" if key == "web" else "confirmed"
        copy = ", copy_of: core.people.mail" if key == "crm" else ""
        yield SOURCE.replace("NAMED", key).replace("MEANS", means).replace(" COPY", copy)


def written(folder: Path, case: Mapping[str, Any]) -> Path:
    rows = {key: case.get(key, ()) for key in ("core", "crm", "web")}
    files = {
        f"data/{key}.csv": "\n".join(["id,kind,mail,copied,at", *lines, ""])
        for key, lines in rows.items()
    }
    return write_workspace(folder, definitions(case), files)
