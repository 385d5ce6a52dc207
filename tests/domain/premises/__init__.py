"""Tests of plans, training, duty, incidents and production."""
