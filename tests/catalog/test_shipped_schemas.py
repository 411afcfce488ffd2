"""The schemas others build on are files of the package, and tell the present truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import catalog.schemas
from catalog.loading.schema import (
    catalog_schema,
    match_schema,
    queue_schema,
    run_schema,
    truth_schema,
)
from catalog.matched import MATCH_VERSION
from catalog.results import SCHEMA_VERSION
from catalog.service.app import openapi_document
from catalog.truth import TRUTH_VERSION

SHIPPED = Path(catalog.schemas.__path__[0])


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("catalog.json", catalog_schema()),
        (f"run-{SCHEMA_VERSION}.json", run_schema()),
        (f"match-{MATCH_VERSION}.json", match_schema()),
        (f"queue-{MATCH_VERSION}.json", queue_schema()),
        ("openapi.json", openapi_document()),
        (f"resolve-{TRUTH_VERSION}.json", truth_schema("resolve")),
        (f"conflicts-{TRUTH_VERSION}.json", truth_schema("conflicts")),
        (f"close-{TRUTH_VERSION}.json", truth_schema("close")),
    ],
)
def test_the_shipped_schema_is_what_the_models_say(name: str, made: dict[str, Any]) -> None:
    """After a change of the models: `make schemas`; a changed meaning needs a new version."""
    assert json.loads((SHIPPED / name).read_text(encoding="utf-8")) == made
