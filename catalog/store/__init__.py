"""What is remembered between runs; the only room that knows the database's tables."""
