"""The only writers of the supplies module."""
