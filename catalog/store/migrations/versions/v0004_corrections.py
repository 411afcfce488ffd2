"""Corrections with their events, outside evidence, what it says of sources, and erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables of corrections and of what they rest on."""
    op.create_table(
        "correction",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("entity_id", sa.String, nullable=False),
        sa.Column("attribute", sa.String, nullable=False),
        sa.Column("from_value", sa.String),
        sa.Column("to_value", sa.String),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("source", sa.String),
        sa.Column("field", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("verified_by", sa.String),
        sa.Column("until", sa.String),
        sa.Column("keep_when_equal", sa.Boolean, nullable=False),
        sa.Column("author", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Date),
        sa.Column("closed", sa.Date),
        sa.Column("erased", sa.Date),
    )
    op.create_index("ix_correction_entity_id", "correction", ["entity_id"])
    op.create_index("ix_correction_attribute", "correction", ["attribute"])
    op.create_table(
        "correction_event",
        sa.Column("correction", sa.String, sa.ForeignKey("correction.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("why", sa.String),
    )
    op.create_table(
        "correction_hold",
        sa.Column("correction", sa.String, sa.ForeignKey("correction.id"), primary_key=True),
        sa.Column("dataset", sa.String, primary_key=True),
        sa.Column("record_id", sa.String, primary_key=True),
        sa.Column("field", sa.String, primary_key=True),
        sa.Column("holds", sa.Boolean, nullable=False),
        sa.Column("was", sa.Boolean, nullable=False),
        sa.Column("changed", sa.Date),
        sa.Column("copy_of", sa.String),
    )
    op.create_table(
        "observed",
        sa.Column("attribute", sa.String, primary_key=True),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("entities", sa.Integer, nullable=False),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("entity_id", sa.String, nullable=False),
        sa.Column("attribute", sa.String, nullable=False),
        sa.Column("value", sa.String),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("note", sa.String),
        sa.Column("erased", sa.Date),
    )
    op.create_index("ix_evidence_entity_id", "evidence", ["entity_id"])
    op.create_table(
        "vote",
        sa.Column("fact", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("attribute", sa.String, primary_key=True),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("entity", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("corrections", sa.Integer, nullable=False),
        sa.Column("evidence", sa.Integer, nullable=False),
        sa.Column("observations", sa.Integer, nullable=False),
    )
    op.execute("UPDATE tekdogru_schema SET version = 4")
