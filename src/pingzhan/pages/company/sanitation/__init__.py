"""消杀通风: the rounds of a day, entry by round or table, the book, corrections, areas, and the zone's view."""
