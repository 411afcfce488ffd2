"""Reads YAML 1.2 into plain values while remembering the line of each, refusing repeated keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from catalog.model.whole import Place
from catalog.validation.problems import Problem

LARGEST_FILE = 20 * 1024 * 1024
MOST_VALUES = 1_000_000


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
    file = YamlFile(name)
    try:
        text = _read_text(path)
        file.node = yaml.compose(text, Loader=_Composer)
        file.value = _construct(file, file.node)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        found = f"byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
        file.problems.append(Problem("TD001", found, place=Place(name, line)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.problem, error.context) if part)
        line = mark.line + 1 if mark else 1
        file.problems.append(Problem("TD001", f"not YAML: {said}", place=Place(name, line)))
    except yaml.reader.ReaderError as error:
        said = f"not YAML: character #x{error.character:04x} is not allowed"
        file.problems.append(Problem("TD001", said, place=Place(name, 1)))
    except (OSError, ValueError) as error:
        file.problems.append(Problem("TD001", str(error), place=Place(name, 1)))
    return file


def _read_text(path: Path) -> str:
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE // 1024 // 1024} MiB; split it by subject")
    return path.read_bytes().decode("utf-8-sig")


def _construct(file: YamlFile, node: yaml.Node | None) -> Any:
    file._count += 1
    if file._count > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values; aliases may not multiply a file")
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(file, child) for child in node.value]
    return _scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _mapping(file: YamlFile, node: yaml.MappingNode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in values:
            place = Place(file.name, key_node.start_mark.line + 1)
            said = f"'{key}' is written twice in one block; keep one of them"
            file.problems.append(Problem("TD002", said, place=place))
            continue
        values[key] = _construct(file, value_node)
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
