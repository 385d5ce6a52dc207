"""Everything that changes orders, meetings and decisions."""
