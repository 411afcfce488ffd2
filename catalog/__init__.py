"""What is defined: the model, its files, validation, results and the shells."""
