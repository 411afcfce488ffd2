"""The sample bank and the starter workspace: what a newcomer sees first, made from a seed."""
