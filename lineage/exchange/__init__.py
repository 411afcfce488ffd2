"""Writes lineage in the forms that other programs read."""
