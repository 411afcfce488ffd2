"""Golden records for people and programs: resolved, written, told, frozen."""
