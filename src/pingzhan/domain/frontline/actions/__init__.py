"""Writes of the frontline module."""
