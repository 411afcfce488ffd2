"""Writes data contracts of the Open Data Contract Standard, version 3.1."""
