"""Writes what stewards decide on records into the workspace's catalog, where it is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from catalog.errors import UsageError
from catalog.loading.rewriting import append
from catalog.model import Catalog, Entity, MatchDecision
from catalog.model.matching import Verb
from catalog.validation.matching import decisions
from catalog.validation.problems import nearest
from catalog.validation.rules import Context
from catalog.workspace import Workspace
from expectations.identity.keeping import Kept

FILE = "matches.yml"
HEADING = (
    "# What stewards decided on records, written by `tekdogru match review`. It always wins:\n"
    "# commit it, and take an entry out to leave the matter to keys and model again.\n"
)


def decide(
    entity: str, verb: Verb, records: Sequence[str], by: str, on: date, reason: str
) -> MatchDecision:
    """The decision as it will stand in the catalog; UsageError where something is missing."""
    try:
        return MatchDecision.model_validate(
            {"entity": entity, verb: tuple(records), "by": by, "on": on, "reason": reason}
        )
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))} {e['msg']}" for e in error.errors())
        raise UsageError(f"this decision cannot be kept: {said.strip()}") from None


def entity_of(catalog: Catalog, kept: dict[str, Kept], records: Sequence[str]) -> Entity:
    """The entity that all records belong to; UsageError names what is not known."""
    for key, one in kept.items():
        if set(records) <= one.former.keys():
            return catalog.entities[key]
    known = [name for one in kept.values() for name in one.former]
    strange = [name for name in records if name not in known] or list(records)
    hint = nearest(strange[0], known) if known else "run `tekdogru match` first"
    raise UsageError(f"no matched record '{strange[0]}'; {hint}")


def write_decisions(workspace: Workspace, catalog: Catalog, made: Sequence[MatchDecision]) -> Path:
    """Add decisions to `matches.yml` beside the definitions; comments and all else stay.

    UsageError where one stands already or contradicts another; nothing is written then.
    """
    known = dict(catalog.matches)
    for decision in made:
        if decision.key in known:
            where = catalog.places.find(decision.urn)
            raise UsageError(f"that is decided already{f', at {where}' if where else ''}")
        known[decision.key] = decision
    after = replace(catalog, matches=known)
    wrong = [problem.message for problem in decisions(after, Context(workspace.settings))]
    if wrong:
        raise UsageError("; ".join(dict.fromkeys(wrong)))
    file = workspace.root / workspace.settings.catalog / FILE
    for decision in made:
        entry = {
            "entity": decision.entity,
            decision.verb: list(decision.records),
            "by": decision.by,
            "on": decision.on,
            "reason": decision.reason,
        }
        append(file, "matches", entry, HEADING)
    return file
