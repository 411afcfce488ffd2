"""The tables of runs and results, as the first version made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of a new history."""
    version = op.create_table("tekdogru_schema", sa.Column("version", sa.Integer, primary_key=True))
    op.bulk_insert(version, [{"version": 1}])
    op.create_table(
        "run",
        sa.Column("run", sa.String, primary_key=True),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("selection", sa.String),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("exit_code", sa.Integer, nullable=False),
        sa.Column("document", sa.String, nullable=False),
    )
    op.create_index("ix_run_started", "run", ["started"])
    op.create_table(
        "result",
        sa.Column("run", sa.String, sa.ForeignKey("run.run"), primary_key=True),
        sa.Column("check", sa.String, primary_key=True),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("rows_compared", sa.Integer, nullable=False),
        sa.Column("violations", sa.Integer, nullable=False),
    )
    op.create_index("ix_result_started", "result", ["started"])
