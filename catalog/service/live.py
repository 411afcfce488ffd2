"""The workspace as it is now: read again by the first request after a file of it has changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

from catalog.model import Catalog, Definition
from catalog.model.definition import Visibility
from catalog.settings import FILE_NAME
from catalog.store.runs import RunStore
from catalog.store.stamps import TruthStamp
from catalog.validation.opening import examine
from catalog.validation.problems import Problem
from catalog.visibility import visible_to
from catalog.workspace import Workspace, open_workspace

T = TypeVar("T")
# A file that was written this lately may be written again without its marks telling.
YOUNG_SECONDS = 2.0


@dataclass(frozen=True)
class View:
    """One state of the workspace: its definitions, their problems, the day, the last run, and a
    stamp of what is known of the truth.

    It never changes. What is made of it (lineage, pages) is made once and kept with it.
    """

    workspace: Workspace
    catalog: Catalog
    problems: tuple[Problem, ...]
    today: date
    run: str | None
    stamp: str
    truth: str = ""
    _made: dict[object, object] = field(default_factory=dict, repr=False)
    _making: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid to answer from these definitions."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def made(self, make: Callable[[View], T]) -> T:
        """What `make` makes of this view; it is asked once, however many requests want it."""
        with self._making:
            if make not in self._made:
                self._made[make] = make(self)
            return cast(T, self._made[make])

    def visible(self, audience: Visibility) -> dict[str, Definition]:
        """The definitions that an audience may see, by URN."""
        by_audience = self.made(_by_audience)
        if audience not in by_audience:
            by_audience[audience] = dict(visible_to(self.catalog, audience))
        return by_audience[audience]


class Live:
    """Gives the present view of a workspace; safe for many requests at once."""

    def __init__(self, workspace: Workspace) -> None:
        """TekdogruError when the history cannot be read."""
        self.workspace = workspace
        self.runs = RunStore(workspace.state_url, reading=True)
        self._truth = TruthStamp(workspace.state_url)
        self._view: View | None = None
        self._contents: dict[Path, tuple[object, str]] = {}
        self._lock = threading.Lock()

    def now(self) -> View:
        """The present view; TekdogruError when settings or history cannot be read."""
        with self._lock:
            stamp, today = self.stamp(), self.workspace.clock.today()
            run = self.runs.latest_run(until=today)
            truth = self._truth.now()
            view = self._view
            known = (view.stamp, view.today, view.run, view.truth) if view else None
            if view and known == (stamp, today, run, truth):
                return view
            if view and view.stamp == stamp:
                catalog, problems = view.catalog, view.problems
            else:
                opened = open_workspace(self.workspace.root)
                self.workspace = replace(opened, clock=self.workspace.clock)
                catalog, found = examine(self.workspace)
                problems = tuple(found)
            self._view = View(self.workspace, catalog, problems, today, run, stamp, truth)
            return self._view

    def stamp(self) -> str:
        """What the definitions and settings are made of at this moment, as one short text.

        The same content gives the same text. A file is read again when the system's own marks of
        it have changed, or when it is so young that another change might have left them alike.
        """
        digest = sha256()
        contents: dict[Path, tuple[object, str]] = {}
        for file in self._files():
            try:
                status = file.stat()
                marks = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
                known = self._contents.get(file)
                content = known[1] if known and known[0] == marks else _content(file)
                digest.update(f"{file} {content} ".encode())
                if time.time() - status.st_ctime > YOUNG_SECONDS:
                    contents[file] = (marks, content)
            except OSError:  # it is being replaced; the next look will find it
                digest.update(b"gone")
        self._contents = contents
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        yield self.workspace.root / FILE_NAME
        folder = self.workspace.root / self.workspace.settings.catalog
        yield from sorted(f for f in folder.rglob("*") if f.suffix in (".yml", ".yaml"))


def _content(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _by_audience(_view: View) -> dict[Visibility, dict[str, Definition]]:
    return {}
