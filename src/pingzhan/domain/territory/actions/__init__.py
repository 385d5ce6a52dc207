"""Changes of the territory module: units, park plan, enterprises, sites, shifts and teams."""
