"""Telling others that people changed."""

from __future__ import annotations

from django.db import transaction

from pingzhan.domain.organisation import events
from pingzhan.domain.organisation.models import Person


class _Telling:
    """Sends one PeopleChanged for all changes of a zone in a transaction: an import of 500 tells once."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.person_ids: dict[int, None] = {}

    def __call__(self) -> None:
        event = events.PeopleChanged(unit_path=f"/{self.zone}/", person_ids=tuple(self.person_ids))
        events.people_changed.send_robust(sender=Person, event=event)


def tell(unit_path: str, *person_ids: int) -> None:
    """Announce after the commit that something about these persons changed."""
    zone = unit_path.split("/")[1]
    waiting = (hook[1] for hook in transaction.get_connection().run_on_commit)
    telling = next((one for one in waiting if isinstance(one, _Telling) and one.zone == zone), None)
    if telling is None:
        telling = _Telling(zone)
        transaction.on_commit(telling)
    telling.person_ids.update(dict.fromkeys(person_ids))
