"""The JSON Schemas that are shipped: of the definitions' YAML and of what commands print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from catalog.loading.loader import KINDS
from catalog.matched import MATCH_VERSION, MatchDocument, QueueDocument
from catalog.results import SCHEMA_VERSION, RunRecord
from catalog.truth import TRUTH_VERSION, ClosedDocument, ConflictsDocument, GoldenDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def catalog_schema() -> dict[str, Any]:
    """The schema of one definitions file: lists by kind."""
    pairs = [(model, "validation") for model in KINDS.values()]
    found, shared = models_json_schema(pairs, ref_template="#/$defs/{model}")  # type: ignore[arg-type]
    by_model = {model: schema for (model, _), schema in found.items()}
    return {
        "$schema": DIALECT,
        "$id": "urn:tekdogru:schema:catalog",
        "title": "Tekdoğru definitions",
        "type": "object",
        "properties": {
            kind: {"type": ["array", "null"], "items": by_model[model]}
            for kind, model in KINDS.items()
        },
        "additionalProperties": False,
        "$defs": shared["$defs"],
    }


def run_schema() -> dict[str, Any]:
    """The schema of the document `tekdogru check --format json` prints."""
    made = RunRecord.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:tekdogru:schema:run:{SCHEMA_VERSION}", **made}


def truth_schema(command: str) -> dict[str, Any]:
    """The schema of what a command on golden records prints with `--format json`; KeyError for any
    other command.
    """
    models: dict[str, type[BaseModel]] = {
        "resolve": GoldenDocument,
        "conflicts": ConflictsDocument,
        "close": ClosedDocument,
    }
    made = models[command].model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:tekdogru:schema:{command}:{TRUTH_VERSION}", **made}


def match_schema() -> dict[str, Any]:
    """The schema of the document `tekdogru match --format json` prints."""
    made = MatchDocument.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:tekdogru:schema:match:{MATCH_VERSION}", **made}


def queue_schema() -> dict[str, Any]:
    """The schema of the document `tekdogru match review --format json` prints."""
    made = QueueDocument.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:tekdogru:schema:queue:{MATCH_VERSION}", **made}


DOCUMENTS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "catalog": catalog_schema,
    "run": run_schema,
    "resolve": partial(truth_schema, "resolve"),
    "conflicts": partial(truth_schema, "conflicts"),
    "close": partial(truth_schema, "close"),
    "match": match_schema,
    "queue": queue_schema,
}
"""Every schema of definitions and of what commands print, by its name."""
