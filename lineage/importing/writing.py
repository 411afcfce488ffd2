"""Puts drafts into files: what is new into one of its own, what changed where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import CatalogInvalid, TekdogruError, UsageError
from catalog.loading.entries import text_of
from catalog.loading.loader import Written
from catalog.loading.patching import Patch, patch_text
from catalog.model import Catalog
from catalog.validation.opening import examine
from catalog.validation.problems import Problem
from catalog.workspace import Workspace
from catalog.writing import write_whole
from lineage.importing.known import FOLDER, Base, Known, identity_of, read_base
from lineage.importing.merging import Entries, Identity, Merged, merge

Drafting = Callable[[Catalog, Known], Entries]
"""Makes the drafts of a file; it is told the catalog and what of the file is known there."""


@dataclass(frozen=True)
class Origin:
    """Which import this is: its name, its format, and the name of the file without its folder.

    `drafts` is where new drafts go, below the folder of definitions, if not beside what is
    remembered; `adopted` are definitions that it takes over whoever wrote them: `reports/retail`.
    """

    name: str
    format: str
    file: str
    drafts: str | None = None
    adopted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """One import, worked out to the last byte and not written yet.

    `texts` are the files that change, by their names in the workspace, `before` what stood in them
    (None for a new one). `problems` are warnings of the definitions it touches.
    """

    origin: Origin
    merged: Merged
    texts: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str | None] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def prepare(
    workspace: Workspace,
    origin: Origin,
    drafting: Drafting,
    instead: Mapping[str, str] | None = None,
    identity: Identity = identity_of,
    *,
    complete: bool = True,
    validated: bool = True,
) -> Prepared:
    """Draft, merge with what stands in the catalog, and see that the whole still loads.

    `instead` has texts of files that are to be written by an earlier import of the same command;
    with `validated` false, `new_problems` looks at all of them once. Raises CatalogInvalid where
    the catalog cannot be read, or would not be valid any more by what is imported; NotRewritable
    where a file is written in a way that it cannot be changed safely.
    """
    texts = dict(instead or {})
    catalog = _catalog(workspace, texts)
    base_name = f"{workspace.settings.catalog}/{FOLDER}/{origin.name}.json"
    base = read_base(workspace.root / base_name)
    if base.format and base.format != origin.format:
        raise UsageError(
            f"{base_name} remembers an import from {base.format}, this is {origin.format}; "
            "give this one another --name"
        )
    known = Known.of(catalog, base, origin.format, origin.file, origin.adopted)
    theirs = drafting(catalog, known)
    merged = merge(base.entries, theirs, known.ours, identity, complete=complete)
    changed, read = _changed(workspace, origin, catalog, merged, texts)
    problems = new_problems(workspace, {**texts, **changed}) if changed and validated else []
    new_base = Base(origin.format, origin.file, merged.base).text()
    if new_base != _text_of(workspace, base_name, {}):
        changed[base_name] = new_base
        read[base_name] = _text_of(workspace, base_name, {})
    return Prepared(origin, merged, changed, read, tuple(problems))


def write(workspace: Workspace, batch: Sequence[Prepared]) -> list[str]:
    """Write what was prepared, definitions before what is remembered of them; the files' names.

    Of several imports each was prepared after those before it. So an import that is cut off
    between two files is whole when it is repeated. Raises TekdogruError, before anything is
    written, where a file is no longer what was read.
    """
    for prepared in batch:
        for name, before in prepared.before.items():
            if _text_of(workspace, name, {}) != before:
                raise TekdogruError(
                    f"{name} was changed by somebody else meanwhile; nothing was written: "
                    "import again"
                )
    texts = {name: text for prepared in batch for name, text in prepared.texts.items()}
    for name in sorted(texts, key=lambda name: (name.endswith(".json"), name)):
        write_whole(workspace.root / name, texts[name])
    return list(texts)


def _catalog(workspace: Workspace, texts: Mapping[str, str]) -> Catalog:
    """The catalog as it stands; a workspace that has no definitions yet is an empty one."""
    folder = workspace.root / workspace.settings.catalog
    if not texts and not any(path.suffix in (".yml", ".yaml") for path in folder.rglob("*")):
        return Catalog(places=Written(), language=workspace.settings.language)
    loaded = workspace.load(texts)
    if any(problem.level == "error" for problem in loaded.problems):
        raise CatalogInvalid(loaded.problems)
    return loaded.catalog


def _changed(
    workspace: Workspace,
    origin: Origin,
    catalog: Catalog,
    merged: Merged,
    texts: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str | None]]:
    """The files that change: their texts to be, and what stands in them now."""
    own = f"{workspace.settings.catalog}/{origin.drafts or f'{FOLDER}/{origin.name}.yml'}"
    patches: dict[str, list[Patch]] = {}
    for edit in merged.edits:
        patches.setdefault(_file(catalog, edit.urn), []).append(Patch(edit.urn, edit.sets))
    for added in merged.additions:
        name = _file(catalog, added.parent) if added.parent else own
        patches.setdefault(name, []).append(Patch(added.parent, {}, {added.name: [added.entry]}))
    after: dict[str, str] = {}
    before: dict[str, str | None] = {}
    for name, wanted in sorted(patches.items()):
        before[name] = _text_of(workspace, name, {})
        text = _text_of(workspace, name, texts)
        after[name] = _fresh(origin, wanted) if text is None else patch_text(text, wanted)
    return after, before


def _fresh(origin: Origin, patches: list[Patch]) -> str:
    """A file of drafts that is not there yet."""
    kinds: dict[str, list[Mapping[str, object]]] = {}
    for patch in patches:
        for name, entries in patch.adds.items():
            kinds.setdefault(name, []).extend(entries)
    heading = (
        f"Drafts from {origin.file} ({origin.format}), made by `tekdogru import`.\n"
        "Change them as you like: importing again keeps what you wrote and tells what changed."
    )
    return text_of(kinds, heading)


def _file(catalog: Catalog, urn: str) -> str:
    place = catalog.places.find(urn)
    if place is None:
        raise TekdogruError(f"{urn} stands in no file; nothing was written")
    return place.file


def _text_of(workspace: Workspace, name: str, texts: Mapping[str, str]) -> str | None:
    if name in texts:
        return texts[name]
    file: Path = workspace.root / name
    return file.read_bytes().decode("utf-8") if file.exists() else None


def new_problems(workspace: Workspace, texts: Mapping[str, str]) -> list[Problem]:
    """The warnings of files that are to be written; CatalogInvalid names errors that are new."""
    _, found = examine(workspace, texts)
    if not any(problem.level == "error" for problem in found):
        return [problem for problem in found if problem.place and problem.place.file in texts]
    _, were = examine(workspace)
    known = {(problem.code, problem.message) for problem in were}
    new = [one for one in found if one.level == "error" and (one.code, one.message) not in known]
    if new:
        raise CatalogInvalid(new)
    return []
