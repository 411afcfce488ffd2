"""Is it so: sources, plan, engine, suites, runs and the gate."""
