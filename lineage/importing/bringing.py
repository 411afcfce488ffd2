"""Brings what files of other tools say into a workspace: all of them, or none if one is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalog.errors import CatalogInvalid, UsageError
from catalog.model import Catalog
from catalog.validation.problems import Problem
from catalog.workspace import Workspace
from lineage.importing.drafting import Drafted, draft
from lineage.importing.facts import Brought, LeftOut
from lineage.importing.known import Known
from lineage.importing.merging import CHILDREN, Entries
from lineage.importing.naming import require_key
from lineage.importing.wishes import Wishes, check_wishes
from lineage.importing.writing import Origin, Prepared, new_problems, prepare

_UNUSABLE_RULE = "TD022"


@dataclass(frozen=True)
class Import:
    """One file as it is to be imported: what it says, what it gave, what would be written."""

    brought: Brought
    prepared: Prepared
    left_out: tuple[LeftOut, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def bring(workspace: Workspace, files: Sequence[Brought], wishes: Wishes) -> list[Import]:
    """Work out the imports of several files, each as if those before it were written.

    Raises UsageError where two would go to the same drafts, or an owner or team is not known;
    CatalogInvalid where the catalog would not be valid any more.
    """
    twice = [name for name, n in Counter(one.name for one in files).items() if n > 1]
    if twice:
        raise UsageError(
            f"several files would be imported as '{twice[0]}'; import them one by one with --name"
        )
    unusable: dict[str, str] = {}
    while True:
        made, texts = _all(workspace, files, wishes, unusable)
        try:
            problems = new_problems(workspace, texts) if texts else []
        except CatalogInvalid as invalid:
            more = dict(_unusable(invalid, unusable))
            if not more:
                raise
            unusable |= more
            continue
        return [_with_problems(one, problems) for one in made]


def _all(
    workspace: Workspace, files: Sequence[Brought], wishes: Wishes, unusable: Mapping[str, str]
) -> tuple[list[Import], dict[str, str]]:
    """The imports, and the definitions' files as they would be after all of them."""
    made: list[Import] = []
    texts: dict[str, str] = {}
    for one in files:
        made.append(_import(workspace, one, wishes, texts, unusable))
        changed = made[-1].prepared.texts
        texts |= {name: text for name, text in changed.items() if not name.endswith(".json")}
    return made, texts


def _with_problems(one: Import, problems: Sequence[Problem]) -> Import:
    own = [found for found in problems if found.place and found.place.file in one.prepared.texts]
    return replace(one, prepared=replace(one.prepared, problems=tuple(own)))


def _import(
    workspace: Workspace,
    brought: Brought,
    wishes: Wishes,
    texts: Mapping[str, str],
    unusable: Mapping[str, str],
) -> Import:
    """One import; rules that turned out not to be usable stay behind, and are told."""
    origin = Origin(brought.name, brought.format, brought.file)
    drafting = _Drafting(brought, wishes, unusable)
    prepared = prepare(
        workspace, origin, drafting, texts, complete=brought.complete, validated=False
    )
    own = {f"attribute:{one['key']}" for one in drafting.made.entries.get("attributes", ())}
    dropped = [LeftOut(f"rules of {urn}", said) for urn, said in unusable.items() if urn in own]
    counts = Counter(_counted(drafting.made.entries))
    return Import(brought, prepared, (*drafting.made.left_out, *dropped), counts)


class _Drafting:
    """Drafts a file and remembers what it made."""

    def __init__(self, brought: Brought, wishes: Wishes, unusable: Mapping[str, str]) -> None:
        self.brought, self.wishes, self.unusable = brought, wishes, unusable
        self.made = Drafted()

    def __call__(self, catalog: Catalog, known: Known) -> Entries:
        check_wishes(self.wishes, catalog)
        made = draft(self.brought, catalog, known, self.wishes)
        if attributes := made.entries.get("attributes"):
            made.entries["attributes"] = [
                {k: v for k, v in one.items() if k != "rules" or not self._bars(one["key"])}
                for one in attributes
            ]
        self.made = made
        return made.entries

    def _bars(self, key: str) -> bool:
        return f"attribute:{key}" in self.unusable


def _unusable(invalid: CatalogInvalid, before: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes whose rules cannot be used, with the reason, where nothing else is wrong."""
    errors = [problem for problem in invalid.problems if problem.level == "error"]
    if all(one.code == _UNUSABLE_RULE and one.urn and one.urn not in before for one in errors):
        for one in errors:
            yield str(one.urn), one.message.removeprefix(f"{one.urn}: ")


def _counted(entries: Entries, name: str = "") -> Iterator[str]:
    for kind, found in entries.items():
        if name and kind != CHILDREN.get(name, ("",))[0]:
            continue
        for entry in found:
            yield kind
            child = CHILDREN.get(kind, ("",))[0]
            if child:
                yield from _counted({child: entry.get(child) or ()}, kind)


def renamed(files: Sequence[Brought], name: str | None) -> list[Brought]:
    """The files under the name that was asked for; UsageError where several ask for one."""
    if name:
        require_key("--name", name, "drafts")
    if name and len(files) > 1:
        raise UsageError("--name names one import; give one file with it")
    return [replace(one, name=name) if name else one for one in files]
