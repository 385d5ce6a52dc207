"""落实情况: compliance by party, enterprise, item and measure with its trend, down to single obligations; waivers."""
