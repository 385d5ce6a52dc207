"""Tests of 宣传培训."""
