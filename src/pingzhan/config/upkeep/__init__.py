"""Upkeep of the repository itself: message catalogue, module overview, punctuation. Needs no database."""
