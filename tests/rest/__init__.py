"""Tests of the API for devices."""
