"""Puts rendered fragments into a page shell that the theme built once."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import escape

from lineage.pages.render import START, Page

TITLE = "tekdogru-title-goes-here"
BODY = "tekdogru-body-goes-here"
SHELL = "tekdogru-shell"
SHELL_ADDRESS = f"d/{SHELL}/index.html"
PLACEHOLDER = f"---\ntitle: {TITLE}\n---\n\n# {BODY}\n"
_BODY = re.compile(rf"<h1[^>]*>\s*{BODY}.*?</h1>", re.DOTALL)
_SLOTS = re.compile(rf"({TITLE}|d/{SHELL}/|{BODY})")


@dataclass(frozen=True)
class Shell:
    """The theme's page, cut where title, address and body go."""

    pieces: tuple[str, ...]

    @classmethod
    def cut(cls, html: str) -> Shell:
        """Cut a built placeholder page; ValueError when the theme left no place for the body."""
        whole, count = _BODY.subn(BODY, html, count=1)
        if not count:
            raise ValueError("the theme does not show the text of the placeholder page")
        return cls(tuple(_SLOTS.split(whole)))

    def fill(self, page: Page) -> str:
        """The whole HTML of one page."""
        folder = page.address.removesuffix("index.html")
        filling = {TITLE: str(escape(page.title)), f"d/{SHELL}/": folder, BODY: page.html}
        return "".join(filling.get(piece, piece) for piece in self.pieces)


def splice(pages: Iterable[Page], start: Shell, inner: Shell, folder: Path) -> int:
    """Write every page below `folder`, the start page in its own shell; how many were written."""
    count = 0
    # A catalog is large and stays; looking through it for garbage again and again costs a fifth.
    gc.freeze()
    for page in pages:
        file = folder / page.address
        file.parent.mkdir(parents=True, exist_ok=True)
        shell = start if page.address == START else inner
        file.write_text(shell.fill(page), encoding="utf-8")
        count += 1
    gc.unfreeze()
    return count
