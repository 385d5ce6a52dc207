"""Tables of the obligations module: what is demanded, the ledger of what is due, and how late ones are followed."""

from pingzhan.domain.obligations.models.declarations import Declaration, DeclarationWithdrawal
from pingzhan.domain.obligations.models.followup import Lateness, Waiver
from pingzhan.domain.obligations.models.ledger import Obligation, PartialEvidence
from pingzhan.domain.obligations.models.marks import Mark, UnitDay
from pingzhan.domain.obligations.models.measures import Demand, Duty
from pingzhan.domain.obligations.models.tallies import DayTally, TallyMark, UnitTally

__all__ = [
    "DayTally",
    "Declaration",
    "DeclarationWithdrawal",
    "Demand",
    "Duty",
    "Lateness",
    "Mark",
    "Obligation",
    "PartialEvidence",
    "TallyMark",
    "UnitDay",
    "UnitTally",
    "Waiver",
]
