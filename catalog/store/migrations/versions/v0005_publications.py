"""Published numbers as they were seen, and what workbooks said when they were last read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables of published numbers and of workbooks read."""
    op.create_table(
        "publication",
        sa.Column("cell", sa.String, primary_key=True),
        sa.Column("period", sa.String, primary_key=True),
        sa.Column("origin", sa.String, primary_key=True),
        sa.Column("locator", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("report", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("dated_by", sa.String, nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True)),
        sa.Column("format", sa.String),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run", sa.String, nullable=False),
    )
    op.create_index("ix_publication_report", "publication", ["report"])
    op.create_table(
        "look",
        sa.Column("file", sa.String, primary_key=True),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("signs", sa.String),
        sa.Column("asked", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
    )
    op.execute("UPDATE tekdogru_schema SET version = 5")
