"""From YAML files to a Catalog, and the JSON Schema that helps to write them."""
