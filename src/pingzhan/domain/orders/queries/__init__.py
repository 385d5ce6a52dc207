"""Reads of orders, meetings and decisions."""
