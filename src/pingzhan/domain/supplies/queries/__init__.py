"""Readings of the supplies module."""
