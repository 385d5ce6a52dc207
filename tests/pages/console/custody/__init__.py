"""Tests of the pages of tubes and boxes."""
