"""Tests of temperatures, symptoms and returns."""
