"""The editing pages: a definition's form, its difference before it is saved, its place in YAML."""
