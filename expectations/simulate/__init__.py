"""Says what a change of definitions does to golden values and numbers before it is made."""
