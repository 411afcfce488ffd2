"""Who last changed a definition, as far as git knows."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from catalog.loading.yaml_files import compose_yaml
from catalog.model import Place

NOT_COMMITTED = "0" * 40
_HEADER = re.compile(r"^(?P<commit>[0-9a-f]{40}) \d+ (?P<line>\d+)")


@dataclass(frozen=True)
class LastChange:
    """The newest commit that wrote lines of a definition; none while they are not committed."""

    commit: str = ""
    author: str = ""
    day: date | None = None
    subject: str = ""

    def __str__(self) -> str:
        if not self.commit:
            return "changed in this checkout, not committed yet"
        return f"{self.day} by {self.author}: {self.subject} ({self.commit[:10]})"


def last_change(root: Path, place: Place | None) -> LastChange | None:
    """The last change of the definition that begins at a place; None where git cannot tell."""
    if place is None or not shutil.which("git"):
        return None
    lines = f"{place.line},{_last_line(root / place.file, place.line)}"
    command = ["git", "--no-optional-locks", "-C", str(root), "blame", "--line-porcelain", "-w"]
    answer = subprocess.run(  # noqa: S603
        [*command, "-L", lines, "--", place.file], capture_output=True, check=False
    )
    if answer.returncode:
        return None
    return _newest(answer.stdout.decode("utf-8", errors="replace"))


def _last_line(file: Path, first: int) -> int:
    """The line on which the entry that begins on line `first` ends."""
    try:
        node = compose_yaml(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError):
        return first
    last = first
    nodes = [node] if node else []
    while nodes:
        one = nodes.pop()
        if isinstance(one, yaml.MappingNode):
            if one.start_mark.line + 1 == first:
                return max(first, _end(one))
            nodes += [child for pair in one.value for child in pair]
        elif isinstance(one, yaml.SequenceNode):
            nodes += one.value
    return last


def _end(node: yaml.Node) -> int:
    """The last line of a node; a block's own mark stands where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _end(node.value[-1])
    mark = node.end_mark
    return int(mark.line) + (1 if mark.column else 0)


def _newest(porcelain: str) -> LastChange | None:
    newest: LastChange | None = None
    when = -1
    commit, told = "", dict[str, str]()
    for line in porcelain.splitlines():
        if header := _HEADER.match(line):
            commit, told = header["commit"], {}
        elif line.startswith("\t"):
            at = int(told.get("committer-time", "0"))
            if commit == NOT_COMMITTED:
                return LastChange()
            if at > when:
                day = datetime.fromtimestamp(at, UTC).date()
                when = at
                newest = LastChange(commit, told["author"], day, told.get("summary", ""))
        else:
            name, _, value = line.partition(" ")
            told[name] = value
    return newest
