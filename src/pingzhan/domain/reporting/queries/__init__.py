"""Reads of the reporting module."""
