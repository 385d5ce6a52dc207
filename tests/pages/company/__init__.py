"""Tests of the pages of the enterprise's day."""
