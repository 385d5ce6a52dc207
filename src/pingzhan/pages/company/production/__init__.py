"""生产经营: figures of the day in one row, their course, and who has not given them."""
