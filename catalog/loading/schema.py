"""The JSON Schemas that are shipped: of the definitions' YAML and of what commands print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from catalog.cell_lineage import LINEAGE_VERSION, LineageListing
from catalog.consolidations import (
    CONSOLIDATE_VERSION,
    DIFFERENCE_VERSION,
    Consolidation,
    Difference,
)
from catalog.corrections import CORRECTIONS_VERSION, TRUST_VERSION, ListedCorrection, Trust
from catalog.exchanges import IMPORT_VERSION, ImportDocument
from catalog.explanations import EXPLAIN_VERSION, ExplainDocument
from catalog.imports import IMPORT_EXCEL_VERSION, ImportExcelDocument
from catalog.loading.loader import KINDS
from catalog.matched import MATCH_VERSION, MappedRecord, MatchDocument, QueueDocument
from catalog.results import SCHEMA_VERSION, RunRecord
from catalog.simulations import SIMULATE_VERSION, SimulateDocument
from catalog.truth import TRUTH_VERSION, ClosedDocument, ConflictsDocument, GoldenDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PRINTED: Mapping[str, tuple[str, Any]] = {
    "run": (SCHEMA_VERSION, RunRecord),
    "resolve": (TRUTH_VERSION, GoldenDocument),
    "conflicts": (TRUTH_VERSION, ConflictsDocument),
    "close": (TRUTH_VERSION, ClosedDocument),
    "explain": (EXPLAIN_VERSION, ExplainDocument),
    "difference": (DIFFERENCE_VERSION, Difference),
    "simulate": (SIMULATE_VERSION, SimulateDocument),
    "match": (MATCH_VERSION, MatchDocument),
    "map": (MATCH_VERSION, MappedRecord),
    "queue": (MATCH_VERSION, QueueDocument),
    "consolidate": (CONSOLIDATE_VERSION, Consolidation),
    "corrections": (CORRECTIONS_VERSION, list[ListedCorrection]),
    "trust": (TRUST_VERSION, list[Trust]),
    "import_excel": (IMPORT_EXCEL_VERSION, ImportExcelDocument),
    "import": (IMPORT_VERSION, ImportDocument),
    "lineage": (LINEAGE_VERSION, LineageListing),
}
"""What commands print with `--format json`, by its name: the version of the form, and its type."""


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


def printed_schema(name: str) -> dict[str, Any]:
    """The schema of one of the `PRINTED` documents; KeyError for any other name."""
    version, printed = PRINTED[name]
    made = TypeAdapter(printed).json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:tekdogru:schema:{name}:{version}", **made}
