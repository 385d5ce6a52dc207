"""Writes of the measures module; the only place that changes its tables."""
