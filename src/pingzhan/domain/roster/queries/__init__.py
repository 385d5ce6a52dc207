"""Reads of the duty roster."""
