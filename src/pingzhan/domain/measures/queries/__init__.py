"""Reading of measure sets and of what is in force."""
