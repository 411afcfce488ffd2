"""Which calculations are one: each as a tree that is the same however it was written."""
