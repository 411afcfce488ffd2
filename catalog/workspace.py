"""A workspace: the folder with `tekdogru.toml`, its settings, its catalog and its clock."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.clock import Clock
from catalog.errors import UsageError
from catalog.loading.loader import Loaded, load_catalog
from catalog.settings import FILE_NAME, Settings, load_settings, strange_variables


@dataclass(frozen=True)
class Workspace:
    """An opened workspace; `root` is absolute."""

    root: Path
    settings: Settings
    clock: Clock

    def load(self, instead: Mapping[str, str] | None = None, over: Sequence[Path] = ()) -> Loaded:
        """Its catalog, with the problems of reading it; `instead` has texts in place of files',
        definitions of the files `over` stand in place of those of the same key.
        """
        settings = self.settings
        return load_catalog(self.root, settings.catalog, settings.language, instead, over)

    @property
    def output(self) -> Path:
        """The folder for what the commands produce."""
        return self.root / self.settings.output

    @property
    def state_url(self) -> str:
        """The database of the history, as SQLAlchemy writes it."""
        return self.settings.database_url or f"sqlite:///{self.root / self.settings.state}"

    @property
    def has_history(self) -> bool:
        """Whether there may be a history: a shared database, or the file of one."""
        return bool(self.settings.database_url) or (self.root / self.settings.state).is_file()


def open_workspace(folder: Path | None = None) -> Workspace:
    """Open `folder`, or the nearest parent of the present one that has a `tekdogru.toml`.

    Variables of the environment that look like a setting and are none are warned of.
    """
    root = folder.resolve() if folder else _nearest(Path.cwd())
    file = root / FILE_NAME
    if not file.is_file():
        raise UsageError(
            f"{root} has no {FILE_NAME}; `tekdogru init {folder or '.'}` makes a workspace, "
            "or name one with --workspace"
        )
    settings = load_settings(file)
    for warning in strange_variables():
        print(f"tekdogru: warning: {warning}", file=sys.stderr)
    return Workspace(root, settings, Clock(settings.timezone))


def _nearest(start: Path) -> Path:
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    return start
