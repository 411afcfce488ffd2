"""Who may see what."""

from __future__ import annotations

import pytest

from catalog.model import Catalog, Measure, SourceSystem
from catalog.visibility import visible_to

SOURCE = SourceSystem.model_validate(
    {
        "key": "s", "name": "S", "owner": "o", "visibility": "public",
        "datasets": [
            {"key": "open", "visibility": "public", "fields": [{"key": "f", "visibility": "public"}]},
            {"key": "closed", "visibility": "restricted", "fields": [{"key": "f"}]},
        ],
    }
)  # fmt: skip
CATALOG = Catalog(
    sources={"s": SOURCE},
    measures={
        "m": Measure(key="m", name="M", definition="M", owner="o", calculation="SELECT 1 AS value")
    },
)


@pytest.mark.parametrize(
    ("audience", "seen"),
    [
        ("public", {"source:s", "dataset:s.open", "field:s.open.f"}),
        ("internal", {"source:s", "dataset:s.open", "field:s.open.f", "measure:m"}),
        ("restricted", set(CATALOG.definitions)),
    ],
)
def test_a_part_is_never_seen_more_widely_than_its_whole(audience: str, seen: set[str]) -> None:
    assert set(visible_to(CATALOG, audience)) == seen  # type: ignore[arg-type]
