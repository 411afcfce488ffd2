"""Where a correction has not arrived, and how far each source can be trusted."""
