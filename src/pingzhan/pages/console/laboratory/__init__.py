"""实验室: tubes received, what was found in them, corrections, and what could not be applied."""
