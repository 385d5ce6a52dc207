"""Templates that a clerk can change: Word files with fields, and texts with blanks."""
