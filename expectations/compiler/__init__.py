"""From a catalog to a Plan: every check its definitions ask for, by what they are asked of."""
