"""Makes a lineage out of definitions written in the test itself."""

from __future__ import annotations

from pathlib import Path

from catalog.loading.loader import load_catalog
from catalog.model import Catalog
from lineage.graph import Lineage, build_lineage


def traced(folder: Path, text: str) -> tuple[Lineage, Catalog]:
    """The lineage of definitions without a mistake, and what they define."""
    (folder / "catalog").mkdir()
    (folder / "catalog" / "all.yml").write_text(text, encoding="utf-8")
    loaded = load_catalog(folder)
    assert loaded.problems == []
    return build_lineage(loaded.catalog), loaded.catalog
