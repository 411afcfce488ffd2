"""Who last changed a definition, as far as git knows."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from catalog.loading.revisions import run_git
from catalog.loading.rewriting import steps_to
from catalog.loading.splicing import NotRewritable, entry_lines
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


def last_change(root: Path, urn: str, place: Place | None) -> LastChange | None:
    """The last change of a definition, which begins at `place`; None where git cannot tell."""
    if place is None or not shutil.which("git"):
        return None
    lines = f"{place.line},{_last_line(root, urn, place)}"
    answer = run_git(root, "blame", "--line-porcelain", "-w", "-L", lines, "--", place.file)
    if answer.returncode:
        return None
    return _newest(answer.stdout.decode("utf-8", errors="replace"))


def _last_line(root: Path, urn: str, place: Place) -> int:
    """The line on which the entry of a definition ends; its first where that cannot be found."""
    try:
        text = (root / place.file).read_text(encoding="utf-8-sig")
        return max([place.line, *(last for _, _, last in entry_lines(text, steps_to(urn)))])
    except (OSError, ValueError, NotRewritable):
        return place.line


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
