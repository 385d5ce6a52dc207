"""What is wrong with an instance or a plan, in the words of whoever made it."""

from __future__ import annotations

from pingzhan.kernel.errors import Invalid


class PlanningError(Invalid):
    """The input cannot be planned; ``place`` is the path of the field, for example ``sites[3].cohorts[0].open``."""

    code = "planning"
