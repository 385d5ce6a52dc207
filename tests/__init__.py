"""Tests; the folders mirror src/pingzhan."""
