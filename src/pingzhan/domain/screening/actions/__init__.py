"""Writing of the screening module."""
