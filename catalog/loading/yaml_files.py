"""Reads YAML 1.2 into plain values while remembering the line of each, refusing repeated keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from catalog.model.whole import Place
from catalog.validation.problems import Problem

LARGEST_FILE = 20 * 1024 * 1024
MOST_VALUES = 1_000_000
DEEPEST = 50

# What the parser says, and what its author should do about it.
ADVICE = {
    "found character that cannot start any token": "quote a value that begins with %, @ or `",
    "mapping values are not allowed in this context": "a value that holds ': ' needs quotes, and "
    "keys of one block begin at the same column",
    "found unexpected end of stream": "a quote is opened and never closed",
    "did not find expected ',' or '}'": "a { is opened and not closed, or a comma is missing",
    "did not find expected ',' or ']'": "a [ is opened and not closed, or a comma is missing",
    "did not find expected '-' indicator": "the indentation does not fit the lines above",
    "did not find expected key": "the indentation does not fit the lines above",
    "but found another document": "a file is one document; take out the ---",
    "found undefined alias": "a value that begins with * needs quotes",
}


class _Composer(yaml.CSafeLoader):
    """The C parser with YAML 1.2's core types: `on` and `no` are words, dates stay text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own declaration


_Composer.add_implicit_resolver(
    "tag:bool", re.compile(r"^(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Composer.add_implicit_resolver(
    "tag:null", re.compile(r"^(~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Composer.add_implicit_resolver(
    "tag:int", re.compile(r"^[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Composer.add_implicit_resolver(
    "tag:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


class _Refused(ValueError):
    """The text is YAML, but of a size or depth that no definitions have."""

    def __init__(self, message: str, mark: Any = None) -> None:
        super().__init__(message)
        self.line = mark.line + 1 if mark else 1


@dataclass
class YamlFile:
    """One file as values; `line(path)` tells where a part of it stands."""

    name: str
    value: Any = None
    node: yaml.Node | None = None
    problems: list[Problem] = field(default_factory=list)
    _count: int = 0

    def place(self, *path: str | int) -> Place:
        """The place of the deepest part of `path` that is written in the file."""
        return Place(self.name, _line_of(self.node, path))


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read one file; whatever is wrong with it is in `problems`, never raised."""
    try:
        return read_yaml_text(_read_text(path), name)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
        return YamlFile(name, problems=[Problem("TD001", found, place=Place(name, line))])
    except (OSError, _Refused) as error:
        return YamlFile(name, problems=[Problem("TD001", str(error), place=Place(name, 1))])


def read_yaml_text(text: str, name: str) -> YamlFile:
    """The same from text that is read already."""
    file = YamlFile(name)
    try:
        _refuse_depth(text)
        file.node = compose_yaml(text)
        file.value = _construct(file, file.node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = f"not YAML: {_say(error, text)}"
        file.problems.append(Problem("TD001", said, place=Place(name, line)))
    except yaml.reader.ReaderError as error:
        line = text[: text.find(chr(error.character))].count("\n") + 1
        said = f"not YAML: character #x{error.character:04x} is not allowed; delete it"
        file.problems.append(Problem("TD001", said, place=Place(name, line)))
    except ValueError as error:
        line = error.line if isinstance(error, _Refused) else 1
        file.problems.append(Problem("TD001", str(error), place=Place(name, line)))
    return file


def compose_yaml(text: str) -> yaml.Node | None:
    """The tree of a document, each node with its positions in the text; yaml.YAMLError."""
    tree: yaml.Node | None = yaml.compose(text, Loader=_Composer)
    return tree


def _say(error: yaml.MarkedYAMLError, text: str) -> str:
    """The parser's complaint with the line it began on, and what to do about it."""
    context = error.context or ""
    if context and error.context_mark and error.problem_mark != error.context_mark:
        context += f" begun at line {error.context_mark.line + 1}"
    said = ", ".join(part for part in (context, error.problem) if part)
    if error.problem_mark and _indented_by_tab(text, error.problem_mark.line):
        return f"{said}; a tab indents this line: indent with spaces"
    advice = ADVICE.get(str(error.problem))
    return f"{said}; {advice}" if advice else said


def _indented_by_tab(text: str, line: int) -> bool:
    lines = text.splitlines()
    indentation = lines[line][: -len(lines[line].lstrip())] if line < len(lines) else ""
    return "\t" in indentation


def _refuse_depth(text: str) -> None:
    """Nested far deeper than definitions are, composing would exhaust the stack."""
    depth = 0
    for event in _events(text):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _Refused(f"blocks nested more than {DEEPEST} deep", event.start_mark)


def _events(text: str) -> Iterator[yaml.Event]:
    parsed: Iterator[yaml.Event] = yaml.parse(text, Loader=_Composer)
    return parsed


def _read_text(path: Path) -> str:
    if path.stat().st_size > LARGEST_FILE:
        raise _Refused(f"larger than {LARGEST_FILE // 1024 // 1024} MiB; split it by subject")
    return path.read_bytes().decode("utf-8-sig")


def _construct(file: YamlFile, node: yaml.Node | None, depth: int = 0) -> Any:
    file._count += 1
    if file._count > MOST_VALUES:
        raise _Refused(f"more than {MOST_VALUES:,} values; aliases may not multiply a file")
    if depth > DEEPEST and node:
        raise _Refused("a block contains itself by its alias", node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(file, child, depth + 1) for child in node.value]
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _mapping(file: YamlFile, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in values:
            place = Place(file.name, key_node.start_mark.line + 1)
            said = f"'{key}' is written twice in one block; keep one of them"
            file.problems.append(Problem("TD002", said, place=place))
            continue
        values[key] = _construct(file, value_node, depth + 1)
    return values


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    match node.tag:
        case "tag:bool":
            return text.lower() == "true"
        case "tag:null":
            return None
        case "tag:int":
            return int(text)
        case "tag:float":
            return float(text)
        case _:
            return text


def _line_of(node: yaml.Node | None, path: tuple[str | int, ...]) -> int:
    line = node.start_mark.line + 1 if node else 1
    for part in path:
        child = _child(node, part)
        if child is None:
            break
        line, node = child
    return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
        return child.start_mark.line + 1, child
    return None
