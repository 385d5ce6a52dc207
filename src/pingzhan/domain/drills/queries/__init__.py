"""Reading drills and reviews."""
