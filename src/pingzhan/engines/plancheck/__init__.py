"""The independent check of a plan of testing rounds: it reads the two JSON texts and shares no code with the planner.

What a plan promises counts only after this has computed it again: everybody once, windows, the age of samples,
coolers, parallel points, working time, the last arrival, the last result.
"""

from pingzhan.engines.plancheck.check import Report, Violation, check

__all__ = ["Report", "Violation", "check"]
