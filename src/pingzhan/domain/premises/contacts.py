"""Whom to ring at an enterprise: who is on duty, the emergency team, the contact person. Opened on the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command.models import Seat
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.organisation.enums import PostRole
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.people.api import opened
from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises.models import DutyDay, TeamMember
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.privacy.reveal import Revealable, register_revealable
from pingzhan.kernel.errors import NotFound

ON_DUTY = "premises_duty"
"""Kind under which the telephone of somebody on duty or in the emergency team is opened."""
NEAR = timedelta(days=7)


def reachable(actor: Actor) -> QuerySet[Employment]:
    """Return whom the actor may ring: on duty within seven days of today, or in an emergency team, of his firms."""
    today = business_now()[1]
    days = DutyDay.objects.filter(day__gte=today - NEAR, day__lte=today + NEAR)
    members = TeamMember.objects.filter(ended_at__isnull=True)
    return Employment.objects.filter(
        within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)),
        Q(pk__in=days.values("leader"))
        | Q(pk__in=days.values("officer"))
        | Q(pk__in=members.values("employment")),
    )


def find(actor: Actor, pk: int) -> Revealable:
    """Return the telephone of somebody on duty, still sealed. NotFound for whoever may not ring him."""
    found = reachable(actor).select_related("individual", "enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这名值班人员或应急队员，或您无权查看。"))
    person = found.individual
    text = opened([person], fields=("phone",))[person.pk]
    return Revealable(
        subject_id=person.subject_id,
        fields={"phone": person.phone_sealed},
        unit_path=found.enterprise.path,
        labels={"phone": gettext_lazy("手机")},
        masked={"phone": text.masked_phone},
    )


def contact_persons(unit_ids: Iterable[int]) -> dict[int, Person]:
    """Return the contact of each enterprise (专职联系人) who holds that seat now. One query."""
    seats = Seat.objects.filter(
        world=0, unit__in=list(unit_ids), post__role=PostRole.FIRM_CONTACT, closed_at__isnull=True
    ).select_related("person")
    found: dict[int, Person] = {}
    for seat in seats.order_by("pk"):
        if seat.unit_id is not None:
            found.setdefault(seat.unit_id, seat.person)
    return found


def register() -> None:
    """Let these telephones be opened through the page."""
    register_revealable(ON_DUTY, find)
