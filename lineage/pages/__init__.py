"""The pages people read: rendered from the catalog, then spliced into a MkDocs site."""
