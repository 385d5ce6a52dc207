"""Tables of the territory module: the tree of places, the park plan, and the register of enterprises."""

from pingzhan.domain.territory.models.enterprises import Enterprise, EnterpriseStep
from pingzhan.domain.territory.models.sites import Shift, Site, Team
from pingzhan.domain.territory.models.units import ParkPlan, Unit

__all__ = ["Enterprise", "EnterpriseStep", "ParkPlan", "Shift", "Site", "Team", "Unit"]
