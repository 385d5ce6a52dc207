"""园区平面图: the zone as a plan coloured by posture or risk, its import and its editor."""
