"""Keeps the site that the service shows in step with the definitions and the last run."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from catalog.errors import TekdogruError
from catalog.model.definition import Language
from catalog.service.editing.fields import FORM
from catalog.service.editing.words import Words
from catalog.service.live import Live, View
from catalog.workspace import Workspace
from catalog.writing import write_whole
from lineage.pages.build import Built, build_site


class ServedSite:
    """The built site of a workspace, built anew in the background whenever it is out of date.

    What it was built from stands in a file beside it, so that a restart need not build again.
    """

    def __init__(self, live: Live, folder: Path, language: Language) -> None:
        self.folder = folder
        self._live = live
        self._language = language
        self._building = threading.Lock()
        self._failure: tuple[str, str] | None = None

    def is_current(self, view: View) -> bool:
        """Whether the site was built from this view, in this language, by this version."""
        return self.folder.is_dir() and self._kept().get("from") == self._key(view)

    def build(self, view: View) -> Built:
        """Build it from the present files; the old site stays until the new one is whole."""
        built = build_site(_with_edit_links(view.workspace), self.folder, self._language)
        now = view.workspace.clock.now().isoformat()
        write_whole(self._mark, json.dumps({"from": self._key(view), "at": now}))
        return built

    def notice(self) -> str | None:
        """What readers must know of the pages at present; begins to build where that is due."""
        try:
            view = self._live.now()
        except TekdogruError as error:
            return self._say("failed", why=str(error))
        if self.is_current(view):
            return None
        if view.errors:
            return self._say("invalid")
        if self._failure and self._failure[0] == self._key(view):
            return self._say("failed", why=self._failure[1])
        if self._building.acquire(blocking=False):
            threading.Thread(target=self._build, args=(view,)).start()
        return self._say("building")

    def _build(self, view: View) -> None:
        try:
            self.build(view)
        except (TekdogruError, OSError) as error:
            self._failure = (self._key(view), str(error))
        finally:
            self._building.release()

    def _say(self, key: str, **values: object) -> str:
        language = self._live.workspace.settings.language
        words = Words(self._language, language)
        return words(f"notice.{key}", when=self._built_at(), **values)

    def _built_at(self) -> str:
        at = self._kept().get("at")
        if not at:
            return "?"
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(self._live.workspace.settings.timezone)
        return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M}"

    @property
    def _mark(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.json")

    def _kept(self) -> dict[str, str]:
        try:
            kept = json.loads(self._mark.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _key(self, view: View) -> str:
        parts = (self._language, view.stamp, view.today, view.run, view.truth)
        return " ".join(map(str, (version("tekdogru"), *parts)))


def _with_edit_links(workspace: Workspace) -> Workspace:
    """Its pages' "Edit this" leads to the service, unless a setting says where else."""
    if workspace.settings.site.edit_url:
        return workspace
    site = workspace.settings.site.model_copy(update={"edit_url": FORM})
    settings = workspace.settings.model_copy(update={"site": site})
    return replace(workspace, settings=settings)
