"""What changes drills and reviews."""
