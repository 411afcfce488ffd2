"""Reads OpenLineage events: what they say of datasets, their fields and where these come from."""
