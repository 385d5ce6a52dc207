"""Reads of the premises module."""
