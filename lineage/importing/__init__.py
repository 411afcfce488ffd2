"""Imports: drafts of definitions from what other tools know, merged with what stewards wrote."""
