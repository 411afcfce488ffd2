"""Says why two numbers that should be one differ: each cause alone, together, and the rest."""
