"""Everything that writes obligations."""
