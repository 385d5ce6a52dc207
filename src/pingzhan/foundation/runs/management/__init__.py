"""Django commands of long work."""
