"""A bank whose customers are each a case of survivorship, and what is explained of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from resolving import job_of, write_rows
from workspaces import write_workspace

from catalog.explanations import ExplainDocument
from catalog.model.definition import Language
from expectations.engine.knowing import Known
from expectations.explain.explaining import Question, explain_entity
from expectations.explain.telling import tell_explained

Row = Mapping[str, str]
COLUMNS = ("id", "kind", "name", "mail", "street", "city", "at", "ends", "status")


def write_bank(folder: Path, definitions: Path, rows: Mapping[str, Sequence[Row]]) -> Path:
    """A workspace of the bank's definitions; fields that a row leaves out are empty."""
    files = {
        f"data/{source}.csv": [{key: row.get(key, "") for key in COLUMNS} for row in some]
        for source, some in rows.items()
    }
    return write_workspace(folder, definitions.read_text("utf-8"), files)


def explained(
    folder: Path,
    id_: str,
    attribute: str | None = None,
    *,
    language: Language = "en",
    known: Known | None = None,
    show_values: bool = True,
) -> ExplainDocument:
    """What is explained of one customer."""
    question = Question("customer", id_, attribute, language, show_values)
    return explain_entity(job_of(folder, known=known, contested=True), question)


def told(folder: Path, document: ExplainDocument, *, whole: bool = True) -> str:
    """The same as text."""
    catalog = job_of(folder).catalog
    return "\n".join(tell_explained(document, catalog, whole=whole)) + "\n"


def overriding(folder: Path, rows: Sequence[Mapping[str, object]]) -> Known:
    """What stewards have set, as the engine reads it."""
    named = dict.fromkeys(("entity_id", "attribute", "value", "reason", "author"), "text")
    file = folder / "overrides.parquet"
    write_rows(file, [dict(row) for row in rows], {**named, "until": "date"})
    return Known(overrides=file, overridden=frozenset(str(row["attribute"]) for row in rows))
