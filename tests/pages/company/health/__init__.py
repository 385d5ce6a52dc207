"""Tests of 健康."""
