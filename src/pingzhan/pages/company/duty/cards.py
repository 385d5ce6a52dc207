"""Somebody who can be rung: his name, employee number and telephone with its middle hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment


@dataclass(frozen=True, slots=True)
class Card:
    """Who somebody is; ``pk`` is his employment, by which the telephone is opened on the record."""

    pk: int
    name: str
    number: str
    phone: str
    left: bool


def cards(rows: Iterable[Employment]) -> dict[int, Card]:
    """Return the cards of employments by their id. Their individuals must be loaded. One query."""
    found = {one.pk: one for one in rows}
    texts = people.opened([one.individual for one in found.values()], fields=("name", "phone"))
    made = {}
    for pk, one in found.items():
        text = texts[one.individual_id]
        made[pk] = Card(
            pk, text.name or _("已销毁"), one.employee_no, text.masked_phone, one.left is not None
        )
    return made
