"""Changes of the duty roster."""
