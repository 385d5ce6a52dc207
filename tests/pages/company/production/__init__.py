"""Tests of 生产经营."""
