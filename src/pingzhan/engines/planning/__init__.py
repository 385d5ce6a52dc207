"""Planning a testing round: which team swabs whom, where and when, so that the last result comes as early as it can.

Serves annex 3 of the notice and the testing group's duties. Pure computing on JSON data; the model and its measured
values are those of docs/adr. Importing this package starts no solver.
"""

from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.instance import Instance, read_instance
from pingzhan.engines.planning.meter import Cancelled
from pingzhan.engines.planning.planner import Effort, greedy_plan, make_plan
from pingzhan.engines.planning.replan import Ask, replan

__all__ = [
    "Ask",
    "Cancelled",
    "Effort",
    "Instance",
    "PlanningError",
    "greedy_plan",
    "make_plan",
    "read_instance",
    "replan",
]
