"""What computes: neutral functions rendered for an engine, and the guarded child that runs SQL."""
