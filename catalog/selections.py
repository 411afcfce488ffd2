"""What a run was asked to look at, as its record says it, and what of that may be told to whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from catalog.model import Catalog, Definition

_PERIOD, _SINCE, _JOIN = "period ", "changed since ", ", "
_WRITTEN = {"pattern": "", "period": _PERIOD, "since": _SINCE, "hidden": "(not shown)"}


@dataclass(frozen=True)
class Asked:
    """One part of a selection: a pattern of checks, a period or a revision; or `hidden`, a pattern
    that speaks of nothing that may be named, whose `text` is empty.
    """

    kind: Literal["pattern", "period", "since", "hidden"]
    text: str = ""


def asked_of(
    selection: str, catalog: Catalog, visible: Mapping[str, Definition], kinds: Iterable[str] = ()
) -> Iterator[Asked]:
    """The parts of a record's selection, for those who may see the `visible` definitions.

    A pattern is told where something visible, or one of the `kinds` of checks, fits it and it
    names nothing hidden. What is not defined any more may have been restricted once.
    """
    known = frozenset(kinds)
    for part in selection.split(_JOIN):
        if part.startswith(_PERIOD):
            yield Asked("period", part.removeprefix(_PERIOD))
        elif part.startswith(_SINCE):
            yield Asked("since", part.removeprefix(_SINCE))
        else:
            may = _fits_visible(part, visible, known) and not _names_hidden(part, catalog, visible)
            yield Asked("pattern", part) if may else Asked("hidden")


def told_selection(
    selection: str | None,
    catalog: Catalog,
    visible: Mapping[str, Definition],
    kinds: Iterable[str] = (),
) -> str | None:
    """A record's selection without what may not be named, written as records write it."""
    if selection is None:
        return None
    asked = asked_of(selection, catalog, visible, kinds)
    return _JOIN.join(dict.fromkeys(f"{_WRITTEN[one.kind]}{one.text}" for one in asked))


def _fits_visible(part: str, visible: Mapping[str, Definition], kinds: frozenset[str]) -> bool:
    if part in kinds:
        return True
    heads = [part, *(part[: at.start()] for at in re.finditer("/", part))]
    for urn in visible:
        names = (urn, urn.partition(":")[2])
        if any(fnmatchcase(name, head) for name in names for head in heads):
            return True
        if urn.startswith(part):
            return True
    return False


def _names_hidden(part: str, catalog: Catalog, visible: Mapping[str, Definition]) -> bool:
    """Whether the name of a definition that may not be seen stands in it, whole."""
    hidden = (urn.partition(":")[2] for urn in catalog.definitions.keys() - visible.keys())
    return any(
        name in part and re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", part) for name in hidden
    )
