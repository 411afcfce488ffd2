"""Excel workbooks: read safely, their formulas taken apart, their cells followed to the inputs."""
