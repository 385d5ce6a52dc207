"""Tests of 企业值守."""
