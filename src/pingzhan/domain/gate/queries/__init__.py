"""Readings of the gate module."""
