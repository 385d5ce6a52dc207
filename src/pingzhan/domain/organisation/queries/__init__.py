"""Reads of the organisation module."""
