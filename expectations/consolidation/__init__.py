"""Which reporting can be one: clusters of cells, the plan, and what was decided on it."""
