"""Serves annex 2 and annex 3 of the notice: who works in the zone, where he works, lives and eats, and which key group he is in."""
