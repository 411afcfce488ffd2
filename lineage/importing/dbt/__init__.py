"""Reads a dbt project: its manifest, and beside it the catalog of what the database holds."""
