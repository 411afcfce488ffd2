"""Splices one key of one entry into YAML text by the positions its parser reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from catalog.errors import TekdogruError
from catalog.loading.rendering import render_value
from catalog.loading.yaml_files import compose_yaml

Steps = tuple[tuple[str, str], ...]
Pair = tuple[yaml.ScalarNode, yaml.Node]
Cut = tuple[int, int, str]
"""From where to where text is taken out, and what is put there instead."""
_LINE_END = re.compile(r"\r?\n|\Z")


class NotRewritable(TekdogruError):
    """An edit cannot be made in the file as it is written; nothing was changed."""


def splice(text: str, steps: Steps, key: str, value: object, order: Sequence[str]) -> str:
    """The text with `key` of the entry at `steps` set to `value`; None takes the key out.

    `order` places a new key. NotRewritable when there is no such entry.
    """
    cut = cut_for(text, _find(text, steps), key, value, order)
    return apply_cuts(text, [cut] if cut else [])


def cut_for(
    text: str, entry: yaml.MappingNode, key: str, value: object, order: Sequence[str]
) -> Cut | None:
    """What `splice` does to the text, for an entry that is found already; None for nothing."""
    pairs: list[Pair] = [(k, v) for k, v in entry.value if isinstance(k, yaml.ScalarNode)]
    position = next((at for at, pair in enumerate(pairs) if pair[0].value == key), None)
    flow = bool(entry.flow_style)
    if position is None:
        return None if value is None else _inserted(text, flow, pairs, key, value, order)
    if value is None:
        return _without(text, flow, pairs, position)
    return _replaced(text, flow, pairs[position], value)


def apply_cuts(text: str, cuts: Sequence[Cut]) -> str:
    """The text with all cuts made; of several at one place the first stands first.

    NotRewritable where they overlap.
    """
    parts, at = [], 0
    for start, end, new in sorted(cuts, key=lambda cut: cut[:2]):
        if start < at:
            raise NotRewritable("two changes of the file touch the same place")
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def append_entry(text: str, kind: str, entry: Mapping[str, object]) -> str:
    """The text with one more entry at the end of its list `kind`, which is added where it lacks.

    NotRewritable where the list is not written as a block.
    """
    newline = newline_of(text)
    listed = value_of(_composed(text), kind)
    if isinstance(listed, yaml.SequenceNode) and listed.value and not listed.flow_style:
        at, column = line_end(text, end_of(text, listed)), int(listed.start_mark.column)
        return f"{text[:at]}{newline}{_block(entry, column, newline)}{text[at:] or newline}"
    if listed is not None:
        raise NotRewritable(f"`{kind}` is not written as a list of lines; write it so first")
    gap = "" if not text or text.endswith("\n") else newline
    return f"{text}{gap}{kind}:{newline}{_block(entry, 2, newline)}{newline}"


def remove_entry(text: str, kind: str, key: str) -> str:
    """The text without the entry of that key in its list `kind`; the last one takes the list along.

    NotRewritable where there is no such entry or the list is not written as a block.
    """
    node = _composed(text)
    listed = value_of(node, kind)
    entry = _entry(listed, key)
    if not isinstance(listed, yaml.SequenceNode) or entry is None:
        raise NotRewritable(f"'{key}' does not stand in this file any more")
    if listed.flow_style:
        raise NotRewritable(f"`{kind}` is not written as a list of lines; take '{key}' out by hand")
    first: yaml.Node = entry
    if len(listed.value) == 1 and isinstance(node, yaml.MappingNode):
        first = next(name for name, value in node.value if value is listed)
    start = text.rfind("\n", 0, int(first.start_mark.index)) + 1
    end = line_end(text, end_of(text, entry))
    return text[:start] + text[end:].removeprefix("\r").removeprefix("\n")


def _block(entry: Mapping[str, object], column: int, newline: str) -> str:
    lines = [f"{key}: {render_value(one, None, None, newline)}" for key, one in entry.items()]
    return " " * column + "- " + f"{newline}{' ' * (column + 2)}".join(lines)


def entry_lines(text: str, steps: Steps) -> Iterator[tuple[str, int, int]]:
    """Each key of an entry with the first and the last of its lines, counted from 1."""
    for key, value in _find(text, steps).value:
        if isinstance(key, yaml.ScalarNode):
            end = max(end_of(text, value), int(key.end_mark.index))
            yield key.value, key.start_mark.line + 1, text.count("\n", 0, end) + 1


def _composed(text: str) -> yaml.Node | None:
    try:
        return compose_yaml(text)
    except yaml.YAMLError as error:
        raise NotRewritable(f"the file cannot be read as YAML: {error}") from None


def _find(text: str, steps: Steps) -> yaml.MappingNode:
    node = _composed(text)
    for name, key in steps:
        node = _entry(value_of(node, name), key)
    if not isinstance(node, yaml.MappingNode):
        path = ".".join(key for _, key in steps)
        in_block = "; a cell of a block is changed there" if steps[-1][0] == "cells" else ""
        raise NotRewritable(f"'{path}' does not stand in this file any more{in_block}")
    return node


def value_of(node: yaml.Node | None, name: str) -> yaml.Node | None:
    """The value of a key of a mapping, or None."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _entry(node: yaml.Node | None, key: str) -> yaml.Node | None:
    for entry in node.value if isinstance(node, yaml.SequenceNode) else []:
        found = value_of(entry, "key")
        if isinstance(found, yaml.ScalarNode) and found.value == key:
            whole: yaml.Node = entry
            return whole
    return None


def _replaced(text: str, flow: bool, pair: Pair, value: object) -> Cut:
    key, old = pair
    start, end = int(old.start_mark.index), end_of(text, old)
    colon = _colon(text, key)
    if start < colon:
        raise NotRewritable(f"'{key.value}' is an alias of a value that stands elsewhere")
    if (
        isinstance(old, yaml.SequenceNode)
        and not old.flow_style
        and isinstance(value, list | tuple)
    ):
        itemwise = _items_replaced(text, old, value)
        if itemwise is not None:
            return itemwise
    new = render_value(value, old, None if flow else key.start_mark.column, newline_of(text))
    if not flow and "\n" in text[colon:start]:
        start = colon  # what began below its key moves up beside it
    gap = " " if start == colon and not new.startswith(("\r", "\n")) else ""
    if new.startswith(("|", ">")):  # what stands behind the value must not become part of the block
        behind = text[end : line_end(text, end)]
        sign, break_, lines = new.partition(newline_of(text))
        end, new = end + len(behind), sign + behind + break_ + lines
    return start, end, gap + new


def _items_replaced(text: str, old: yaml.SequenceNode, value: Sequence[object]) -> Cut | None:
    """The list with lines taken out and added at its end, so that the others keep their comments;
    None where items changed their order or are not plain values.
    """
    scalars = [item.value for item in old.value if isinstance(item, yaml.ScalarNode)]
    wanted = [str(one) for one in value]
    kept = [one for one in scalars if one in wanted]
    added = [one for one in wanted if one not in scalars]
    unlike = len(scalars) != len(old.value) or not all(isinstance(one, str) for one in value)
    if unlike or not kept or kept + added != wanted:
        return None
    column, newline = int(old.start_mark.column), newline_of(text)
    at = line_end(text, end_of(text, old))
    lines = [f"{newline}{' ' * column}- {render_value(one, None, None, newline)}" for one in added]
    begin = _line_break(text, old.value[0].start_mark.index)
    made = text[begin:at] + "".join(lines)
    for item in reversed(old.value):
        if item.value not in wanted:
            start = _line_break(text, item.start_mark.index) - begin
            made = made[:start] + made[line_end(text, end_of(text, item)) - begin :]
    return begin, at, made


def _line_break(text: str, at: int) -> int:
    """Where the line break before that place begins."""
    start = text.rindex("\n", 0, at)
    return start - text[:start].endswith("\r")


def _inserted(
    text: str, flow: bool, pairs: Sequence[Pair], key: str, value: object, order: Sequence[str]
) -> Cut:
    """Put in after the last of the keys that come before it in `order`."""
    before = set(order[: order.index(key)]) if key in order else set(order)
    after = next((pair for pair in reversed(pairs) if pair[0].value in before), pairs[-1])
    at = max(end_of(text, after[1]), _colon(text, after[0]))
    newline, indent = newline_of(text), pairs[0][0].start_mark.column
    new = render_value(value, None, None if flow else indent, newline)
    if flow:
        return at, at, f", {key}: {new}"
    at = line_end(text, at)
    gap = "" if new.startswith(("\r", "\n")) else " "
    return at, at, f"{newline}{' ' * indent}{key}:{gap}{new}"


def _without(text: str, flow: bool, pairs: Sequence[Pair], position: int) -> Cut:
    key, value = pairs[position]
    start, end = int(key.start_mark.index), max(end_of(text, value), _colon(text, key))
    if position == 0:  # it stands behind the `-` or the brace; the next key takes its place
        return start, int(pairs[1][0].start_mark.index), ""
    if flow:
        return end_of(text, pairs[position - 1][1]), end, ""
    return _line_break(text, start), line_end(text, end), ""


def _colon(text: str, key: yaml.ScalarNode) -> int:
    """The place behind the colon of a key."""
    return text.index(":", key.end_mark.index) + 1


def end_of(text: str, node: yaml.Node) -> int:
    """The place behind the last sign of a value; a block's own mark lies after what follows it."""
    if isinstance(node, yaml.ScalarNode):
        end = int(node.end_mark.index)
        return len(text[:end].rstrip()) if node.style in ("|", ">") else end
    assert isinstance(node, yaml.CollectionNode)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    if isinstance(node, yaml.MappingNode):
        return max(end_of(text, last[1]), _colon(text, last[0]))
    return end_of(text, last)


def line_end(text: str, at: int) -> int:
    """Where the line of that place ends, its line break not included."""
    found = _LINE_END.search(text, at)
    return found.start() if found else len(text)


def newline_of(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"
