"""Tables of drills and reviews."""

from pingzhan.domain.drills.models.drill import Drill, DrillEvent, Inject
from pingzhan.domain.drills.models.review import HandoverNote, Review, ReviewAction

__all__ = ["Drill", "DrillEvent", "HandoverNote", "Inject", "Review", "ReviewAction"]
