"""Actions of the sanitation module: the only writers of its tables."""
