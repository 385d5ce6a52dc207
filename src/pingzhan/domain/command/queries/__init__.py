"""Reads: what the assignment depends on, posture, board, one person's work, explanations."""
