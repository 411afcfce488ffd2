"""How many examples a law is held to: few new ones in every run, many where `DEEP=1` is set."""

from __future__ import annotations

import os

DEEP = os.environ.get("DEEP", "") not in ("", "0")


def examples(few: int, many: int) -> int:
    """`few` where each example costs seconds; they are other ones in every run."""
    return many if DEEP else few
