"""One entity explained: who said what, which rule decided, who reads and must correct what."""
