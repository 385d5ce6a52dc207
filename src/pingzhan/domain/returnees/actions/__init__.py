"""Changes of returns and of the list of key regions."""

from pingzhan.domain.returnees.actions.applying import (
    Journey,
    apply_return,
    correct,
    invite,
    submit,
    withdraw,
)
from pingzhan.domain.returnees.actions.following import Seen, observe, override, put_on_post, recheck
from pingzhan.domain.returnees.actions.regions import RegionSpec, add_region, end_region

__all__ = [
    "Journey",
    "RegionSpec",
    "Seen",
    "add_region",
    "apply_return",
    "correct",
    "end_region",
    "invite",
    "observe",
    "override",
    "put_on_post",
    "recheck",
    "submit",
    "withdraw",
]
