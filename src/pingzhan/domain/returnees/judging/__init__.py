"""The rules by which a return is decided: plain facts in, a decision with its reasons out. No framework."""
