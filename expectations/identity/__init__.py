"""Identity resolution: which records of different systems are one entity."""
