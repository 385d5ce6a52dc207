"""Reads of the territory module: the tree of places, and the register of enterprises."""
