"""OpenLineage events: the specification's rules, and events of our own.

The JSON Schemas in `spec/` are the project's own (OpenLineage 2-0-2, Apache-2.0, see the licence
beside them).
"""
