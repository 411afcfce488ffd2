"""What depends on what: the graph, impact, and the pages people read."""
