"""Whole-catalog validation: every problem with its place, a stable code and the known choices."""
