"""Whether two calculations ever give different numbers: both are run on generated data."""
