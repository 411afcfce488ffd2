"""Brings the tables of a history to their present form, step by step (Alembic)."""
