"""Tests of the pages of the front line."""
