"""食堂: who eats when, the sheet for the door, and the day's check of the canteen."""
