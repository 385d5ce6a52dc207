"""One benchmark per promise; each prints one JSON line with its numbers and its gate."""
