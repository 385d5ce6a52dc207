"""Reading of the screening module."""
