"""Tables of the frontline module."""

from pingzhan.domain.frontline.models.adoption import Adoption
from pingzhan.domain.frontline.models.places import Place, Posting
from pingzhan.domain.frontline.models.visits import SiteVisit

__all__ = ["Adoption", "Place", "Posting", "SiteVisit"]
