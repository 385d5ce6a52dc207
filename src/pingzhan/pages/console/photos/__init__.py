"""Photographs shown to those who may read what they belong to."""
