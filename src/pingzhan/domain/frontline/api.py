"""All that other modules and pages may call of the frontline module.

包保: ``responsible_for``, ``coverage``, ``propose`` (explained, never written), ``adopt``. 下沉一线: the standing plan
(``place_of``, ``places``, ``set_place``, ``refresh_places``), and what is in force in a world (``presence``,
``postings_of``, ``arrive_at_front``). The switch itself brings it in force; nobody calls anything for that.
走访: ``record_visit``, ``void_visit``, ``plan_rounds`` (where to go next), ``register_visit_listener``.
"""

from pingzhan.domain.frontline.actions.adopting import adopt
from pingzhan.domain.frontline.actions.arrival import arrive_at_front, arrive_by_sheet, open_postings_at
from pingzhan.domain.frontline.actions.following import follow_zone
from pingzhan.domain.frontline.actions.places import refresh_places, set_place
from pingzhan.domain.frontline.actions.visits import record_visit, void_visit
from pingzhan.domain.frontline.listeners import register_visit_listener
from pingzhan.domain.frontline.queries.facts import officials_of, open_firms
from pingzhan.domain.frontline.queries.lists import (
    Coverage,
    Spread,
    coverage,
    firm_list,
    official_list,
    place_list,
    spreads,
)
from pingzhan.domain.frontline.queries.presence import (
    MyFirm,
    Presence,
    SiteLine,
    firms_of,
    holders,
    place_of,
    places,
    postings_of,
    presence,
    responsible_for,
)
from pingzhan.domain.frontline.queries.proposal import Choice, Line, Proposal, propose
from pingzhan.domain.frontline.queries.visits import last_visits, visits_of
from pingzhan.domain.frontline.rounds import Cause, Pace, Stop, plan_rounds
from pingzhan.domain.frontline.rounds import Firm as VisitedFirm
from pingzhan.domain.frontline.rules import (
    can_assign,
    can_record_visit,
    can_report,
    can_see,
    can_void_visit,
    firms_to_visit,
    firms_visible_to,
    places_visible_to,
    postings_visible_to,
    require_assign,
    require_see,
    visits_visible_to,
)
from pingzhan.domain.frontline.settings import visit_pace
from pingzhan.domain.organisation.api import ResponsibleChange

__all__ = [
    "Cause",
    "Choice",
    "Coverage",
    "Line",
    "MyFirm",
    "Pace",
    "Presence",
    "Proposal",
    "ResponsibleChange",
    "SiteLine",
    "Spread",
    "Stop",
    "VisitedFirm",
    "adopt",
    "arrive_at_front",
    "arrive_by_sheet",
    "can_assign",
    "can_record_visit",
    "can_report",
    "can_see",
    "can_void_visit",
    "coverage",
    "firm_list",
    "firms_of",
    "firms_to_visit",
    "firms_visible_to",
    "follow_zone",
    "holders",
    "last_visits",
    "official_list",
    "officials_of",
    "open_firms",
    "open_postings_at",
    "place_list",
    "place_of",
    "places",
    "places_visible_to",
    "plan_rounds",
    "postings_of",
    "postings_visible_to",
    "presence",
    "propose",
    "record_visit",
    "refresh_places",
    "register_visit_listener",
    "require_assign",
    "require_see",
    "responsible_for",
    "set_place",
    "spreads",
    "visit_pace",
    "visits_of",
    "visits_visible_to",
    "void_visit",
]
