"""The schemas others build on are files of the package, and tell the present truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import catalog.schemas
from catalog.loading.schema import PRINTED, catalog_schema, printed_schema
from catalog.service.app import openapi_document

SHIPPED = Path(catalog.schemas.__path__[0])


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("catalog.json", catalog_schema()),
        ("openapi.json", openapi_document()),
        *((f"{name}-{version}.json", printed_schema(name)) for name, (version, _) in PRINTED.items()),
    ],
)  # fmt: skip
def test_the_shipped_schema_is_what_the_models_say(name: str, made: dict[str, Any]) -> None:
    """After a change of the models: `make schemas`; a changed meaning needs a new version."""
    assert json.loads((SHIPPED / name).read_text(encoding="utf-8")) == made


def test_every_file_that_is_shipped_is_one_of_them() -> None:
    known = {f"{name}-{version}.json" for name, (version, _) in PRINTED.items()}
    assert {file.name for file in SHIPPED.glob("*.json")} == {
        "catalog.json",
        "openapi.json",
    } | known
