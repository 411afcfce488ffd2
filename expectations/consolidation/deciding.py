"""Writes what is decided on consolidation into the workspace's catalog, where it is committed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.consolidations import Consolidation
from catalog.errors import UsageError
from catalog.loading.rewriting import append, remove
from catalog.model import Catalog, ConsolidationDecision
from catalog.ownership import who_answers
from catalog.validation.consolidations import consolidations
from catalog.validation.problems import nearest
from catalog.validation.rules import Context
from catalog.workspace import Workspace

FILE = "consolidations.yml"
HEADING = (
    "# What was decided on consolidation, written by `tekdogru consolidate decide`. Commit it;\n"
    "# take an entry out (or `decide --undo KEY`) to leave the matter open again.\n"
)
LONGEST_KEY = 80
_NEEDED = {"reason": "--reason: what it rests on", "by": "--by: the e-mail address of who decides"}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Word:
    """What somebody says: the decision, why, who, and until when it holds."""

    decision: str
    reason: str | None
    by: str | None
    on: date
    until: date | None = None
    surviving: str | None = None
    key: str | None = None


def decision_on(
    names: Sequence[str], word: Word, catalog: Catalog, plan: Consolidation | None
) -> ConsolidationDecision:
    """A decision on cells (`report/cell`), a cluster of the last plan or a report, by key or URN.

    UsageError names what is not known, with the nearest that is, or what is missing.
    """
    missing = [said for name, said in _NEEDED.items() if not (getattr(word, name) or "").strip()]
    if missing:
        raise UsageError(f"a decision needs {' and '.join(missing)}")
    if not _ADDRESS.fullmatch(word.by or ""):
        raise UsageError(f"--by {word.by}: the e-mail address of who decides is expected")
    about = _about(names, catalog, plan)
    word = _as_proposed(names, word, plan)
    surviving = _plain(word.surviving, "cell") if word.surviving else None
    if surviving and surviving not in about.get("cells", ()):
        hint = nearest(surviving, about.get("cells", ()))
        raise UsageError(f"--surviving {surviving} is not one of the cells decided on; {hint}")
    key = word.key or _new_key(word.decision, about, catalog)
    stated = {
        "key": key,
        **about,
        "decision": word.decision,
        "surviving": surviving,
        "reason": word.reason,
        "by": word.by,
        "on": word.on,
        "until": word.until,
    }
    try:
        return ConsolidationDecision.model_validate(stated)
    except ValidationError as error:
        said = "; ".join(map(_say_error, error.errors()))
        raise UsageError(f"this decision cannot be kept: {said}") from None


def _say_error(error: Any) -> str:
    """What is wrong with a decision, as one says it."""
    place = ".".join(map(str, error["loc"]))
    if place == "key":
        return f"--key {error['input']}: letters without accents, digits and _ are expected"
    return f"{place} {error['msg']}".strip().removeprefix("Value error, ")


def _as_proposed(names: Sequence[str], word: Word, plan: Consolidation | None) -> Word:
    """Who accepts a cluster without naming the cell to go on agrees with the one proposed; it is
    written down, for tomorrow's proposal may be another.
    """
    if word.decision != "accept" or word.surviving or len(names) != 1 or plan is None:
        return word
    one = next((c for c in plan.clusters if c.key == names[0] and len(c.cells) > 1), None)
    proposed = (one.surviving or "").partition(":")[2] if one else ""
    return replace(word, surviving=proposed or None)


def outsider(made: ConsolidationDecision, catalog: Catalog, today: date) -> str | None:
    """What to say of somebody who decides and answers for nothing of it; None of who does.

    Whoever merges the entry judges that; so it is told, and not refused.
    """
    cells = [catalog.cells[path] for path in made.cells]
    reports = dict.fromkeys([made.report] if made.report else [cell.report for cell in cells])
    urns = [f"report:{key}" for key in reports] + [cell.urn for cell in cells]
    urns += [f"measure:{cell.measure}" for cell in cells if cell.measure]
    teams = (catalog.teams.get(catalog.reports[key].team) for key in reports if key)
    heads = (catalog.roles.get(team.head or "") for team in teams if team)
    people = [one for urn in urns for one in who_answers(catalog, urn, today).people]
    people += [one for head in heads if head for one in (head.holder, head.deputy) if one]
    if made.by.casefold() in {one.casefold() for one in people}:
        return None
    those = ", ".join(dict.fromkeys(people)) or "nobody"
    return f"{made.by} answers for nothing of this; who does: {those}"


def write_decision(workspace: Workspace, catalog: Catalog, made: ConsolidationDecision) -> Path:
    """Add a decision to `consolidations.yml` beside the definitions; comments and all else stay.

    UsageError where its key is taken or it contradicts another; nothing is written then.
    """
    if made.key in catalog.consolidations:
        where = catalog.places.find(made.urn)
        raise UsageError(
            f"there is a decision '{made.key}' already{f', at {where}' if where else ''}"
        )
    after = replace(catalog, consolidations={**catalog.consolidations, made.key: made})
    context = Context(workspace.settings, workspace.clock.today())
    problems = consolidations(after, context)
    if wrong := [one.message for one in problems if one.level == "error" or one.urn == made.urn]:
        raise UsageError("; ".join(dict.fromkeys(wrong)))
    file = workspace.root / workspace.settings.catalog / FILE
    append(file, "consolidations", _entry(made), HEADING)
    return file


def undo_decision(workspace: Workspace, catalog: Catalog, key: str) -> Path:
    """Take a decision out of the file it stands in; UsageError names the nearest key."""
    if key not in catalog.consolidations:
        raise UsageError(f"there is no decision '{key}'; {nearest(key, catalog.consolidations)}")
    place = catalog.places.find(catalog.consolidations[key].urn)
    if place is None:
        raise UsageError(f"it is not known where the decision '{key}' is written")
    file = workspace.root / place.file
    remove(file, "consolidations", key)
    return file


def _entry(made: ConsolidationDecision) -> dict[str, Any]:
    stated = made.model_dump(exclude_none=True, exclude_defaults=True)
    return {name: list(value) if isinstance(value, tuple) else value
            for name, value in stated.items()}  # fmt: skip


def _about(names: Sequence[str], catalog: Catalog, plan: Consolidation | None) -> dict[str, Any]:
    """The report or the cells that names stand for."""
    plain = [_plain(name, "cell", "report") for name in names]
    if len(plain) == 1:
        if plain[0] in catalog.reports:
            return {"report": plain[0]}
        clusters = {one.key: one for one in plan.clusters if len(one.cells) > 1} if plan else {}
        if plain[0] in clusters:
            return {"cells": tuple(_plain(urn, "cell") for urn in clusters[plain[0]].cells)}
        if plain[0] in catalog.cells:
            raise UsageError(f"name a second cell beside '{plain[0]}', or the cluster it is in")
        known = [*catalog.reports, *clusters, *catalog.cells]
        raise UsageError(f"no report, cell or cluster '{plain[0]}'; {nearest(plain[0], known)}")
    strange = [name for name in plain if name not in catalog.cells]
    if strange:
        raise UsageError(f"no cell '{strange[0]}'; {nearest(strange[0], catalog.cells)}")
    return {"cells": tuple(plain)}


def _plain(name: str, *kinds: str) -> str:
    kind, colon, path = name.partition(":")
    return path if colon and kind in kinds else name


def _new_key(decision: str, about: dict[str, Any], catalog: Catalog) -> str:
    """A key that tells what it is about, and that no other decision has."""
    named = about.get("report") or about["cells"][0]
    plain = re.sub(r"[^A-Za-z0-9]+", "_", f"{decision}_{named}")[:LONGEST_KEY]
    key, number = plain, 1
    while key in catalog.consolidations:
        number += 1
        key = f"{plain}_{number}"
    return key
