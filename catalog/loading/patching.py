"""Makes many changes in one YAML file at once, and leaves every other byte as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import yaml

from catalog.loading.entries import inline, item_lines
from catalog.loading.rewriting import model_order, plain_value, steps_to
from catalog.loading.splicing import (
    Cut,
    NotRewritable,
    Steps,
    apply_cuts,
    cut_for,
    end_of,
    line_end,
    newline_of,
    value_of,
)
from catalog.loading.yaml_files import compose_yaml, read_yaml_text

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Patch:
    """What changes in one definition of a file, or in the file itself where `urn` is None.

    `sets` holds keys and their values, None to take a key out; `adds` entries to be put at the end
    of its lists.
    """

    urn: str | None
    sets: Values = field(default_factory=dict)
    adds: Mapping[str, Sequence[Values]] = field(default_factory=dict)

    @property
    def steps(self) -> Steps:
        """The way to it in the file."""
        return steps_to(self.urn) if self.urn else ()


def patch_text(text: str, patches: Sequence[Patch]) -> str:
    """The text with all patches made; it must load to the same values but for these.

    Raises NotRewritable, which says why, where the file is written in a way that this cannot be
    done: an alias, a list in braces over several lines, an entry that is not there.
    """
    before = read_yaml_text(text, "before")
    if before.problems:
        raise NotRewritable(f"the file cannot be read as YAML: {before.problems[0].message}")
    wanted = deepcopy(before.value) if before.value else {}
    for patch in patches:
        _apply(wanted, patch)
    try:
        after = _at_once(text, patches)
        if _differs(after, wanted):
            after = _one_by_one(text, patches)
    except NotRewritable:
        after = _one_by_one(text, patches)
    if _differs(after, wanted):
        raise NotRewritable(
            "the file is written in a way that this change cannot be made safely (an alias, or a "
            "value of an unusual form); change it in the file itself"
        )
    return after


def _differs(text: str, wanted: Any) -> bool:
    found = read_yaml_text(text, "after")
    return bool(found.problems) or (found.value or {}) != wanted


def _apply(values: Any, patch: Patch) -> None:
    entry = values
    for name, key in patch.steps:
        found = [one for one in entry.get(name) or () if one.get("key") == key]
        if not found:
            raise NotRewritable(f"'{patch.urn}' does not stand in this file any more")
        entry = found[0]
    for key, value in patch.sets.items():
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = plain_value(value)
    for name, added in patch.adds.items():
        entry[name] = [*(entry.get(name) or ()), *(plain_value(one) for one in added)]


def _at_once(text: str, patches: Sequence[Patch]) -> str:
    """All changes by one look at the text; what lies deeper comes first where two touch."""
    tree = _Tree(text)
    deepest_first = sorted(patches, key=lambda patch: -len(patch.steps))
    cuts = [cut for patch in deepest_first for cut in _cuts(text, tree, patch)]
    return apply_cuts(text, cuts)


def _one_by_one(text: str, patches: Sequence[Patch]) -> str:
    for patch in patches:
        for key, value in patch.sets.items():
            text = apply_cuts(text, [*_cuts(text, _Tree(text), Patch(patch.urn, {key: value}))])
        for name, added in patch.adds.items():
            for one in added:
                alone = Patch(patch.urn, {}, {name: [one]})
                text = apply_cuts(text, [*_cuts(text, _Tree(text), alone)])
    return text


class _Tree:
    """The composed text, its entries found by their keys."""

    def __init__(self, text: str) -> None:
        self.node = compose_yaml(text)
        self._lists: dict[int, dict[str, yaml.MappingNode]] = {}

    def entry(self, patch: Patch) -> yaml.MappingNode | None:
        """The entry of a patch; None for a file that holds nothing."""
        node: yaml.Node | None = self.node
        for name, key in patch.steps:
            listed = value_of(node, name)
            node = self._by_key(listed).get(key) if listed else None
        if patch.urn and not isinstance(node, yaml.MappingNode):
            raise NotRewritable(f"'{patch.urn}' does not stand in this file any more")
        return node if isinstance(node, yaml.MappingNode) else None

    def _by_key(self, listed: yaml.Node) -> dict[str, yaml.MappingNode]:
        if id(listed) not in self._lists:
            entries = listed.value if isinstance(listed, yaml.SequenceNode) else []
            named = ((value_of(one, "key"), one) for one in entries)
            self._lists[id(listed)] = {
                str(key.value): one for key, one in named if isinstance(key, yaml.ScalarNode)
            }
        return self._lists[id(listed)]


def _cuts(text: str, tree: _Tree, patch: Patch) -> Iterator[Cut]:
    entry = tree.entry(patch)
    order = model_order(patch.urn) if patch.urn else ()
    places = {key: at for at, key in enumerate(order)}
    for key in sorted(patch.sets, key=lambda key: places.get(key, len(order))):
        assert entry is not None
        if cut := cut_for(text, entry, key, patch.sets[key], order):
            yield cut
    for name, added in patch.adds.items():
        if added:
            yield _added(text, entry, name, added)


def _added(text: str, entry: yaml.MappingNode | None, name: str, added: Sequence[Values]) -> Cut:
    """Entries at the end of a list of an entry, or of the file; the list is made where it lacks."""
    newline = newline_of(text)
    listed = value_of(entry, name)
    if isinstance(listed, yaml.SequenceNode) and listed.value and not listed.flow_style:
        at, column = line_end(text, end_of(text, listed)), int(listed.start_mark.column)
        return at, at, "".join(newline + line for line in _items(name, added, column))
    if isinstance(listed, yaml.SequenceNode) and listed.value:
        at = end_of(text, listed.value[-1])
        return at, at, "".join(f", {inline(one)}" for one in added)
    if entry is not None and entry.flow_style:
        at = int(entry.end_mark.index) - 1
        items = f"[{', '.join(inline(one) for one in added)}]"
        return _in_place_of(text, entry, name, items) or (at, at, f", {name}: {items}")
    column = int(entry.value[0][0].start_mark.column) if entry is not None and entry.value else 0
    written = "".join(newline + line for line in _items(name, added, column + 2))
    place = _in_place_of(text, entry, name, written)
    if place:
        return place
    at = line_end(text, end_of(text, entry)) if entry is not None else len(text)
    gap = "" if not text or text[:at].endswith("\n") else newline
    tail = "" if text[at:] else newline
    return at, at, f"{gap}{' ' * column}{name}:{written}{tail}"


def _in_place_of(text: str, entry: yaml.MappingNode | None, name: str, written: str) -> Cut | None:
    """What is written behind a key that holds an empty list, or nothing."""
    for key, value in entry.value if entry is not None else ():
        if key.value == name and not value.value:
            start = text.index(":", int(key.end_mark.index)) + 1
            gap = "" if written.startswith(("\n", "\r")) else " "
            return start, max(start, int(value.end_mark.index)), gap + written
    return None


def _items(name: str, added: Sequence[Values], column: int) -> Iterator[str]:
    for one in added:
        yield from item_lines(name, one, column)
