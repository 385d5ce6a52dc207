"""Tests of the frontline module."""
