"""A progress bar on standard error, for people only: nothing is drawn into logs or pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from expectations.runner import Progress, silent


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A function that draws what it is told while the block runs; silent without a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def draw(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield draw
