"""Writes of the reporting module."""
