"""Reads of the frontline module."""
