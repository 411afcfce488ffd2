"""Connectors: each turns a dataset of one kind of source into something the engine can read."""
