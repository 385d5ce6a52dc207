"""Somebody is on site."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.frontline import rules
from pingzhan.domain.frontline.actions.following import CODE
from pingzhan.domain.frontline.enums import ArrivalVia
from pingzhan.domain.frontline.events import LIVE_TOPIC
from pingzhan.domain.frontline.models import Posting
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, NotFound


@transaction.atomic
def arrive_at_front(*, posting_id: int, by: Actor) -> Posting:
    """Report that an official is at his front-line place; his standing task is done with it.

    By himself, or by who is called about it (then it is recorded as a call). A second report changes nothing.
    Raises NotFound for a posting the actor may not see, Refused without the right, Conflict when it is over.
    """
    posting = (
        rules.postings_visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("zone")
        .filter(pk=posting_id)
        .first()
    )
    if posting is None:
        raise NotFound(_("没有这项下沉安排，或您不能查看。"))
    rules.require_report(by, posting)
    own = ArrivalVia.SELF if posting.person_id == by.person_id else ArrivalVia.PHONE
    return _arrive(posting, own, by)


@transaction.atomic
def arrive_by_sheet(*, unit: Unit, person_id: int, by: Actor | None = None) -> list[Posting]:
    """Note that a person has scanned the arrival code of an enterprise he was sent to; return what was new.

    The caller has made sure who it is: by a sign-in (then ``by`` is that account), a link used on this telephone,
    or his own code. Real and drill alike. Somebody who was not sent there, or a second scan, changes nothing.
    """
    found = list(
        open_postings_at(unit, person_id)
        .filter(arrived_at__isnull=True)
        .select_for_update(no_key=True, of=("self",))
        .select_related("zone", "person")
        .order_by("pk")
    )
    done = []
    for posting in found:
        same = by is not None and by.person_id == person_id
        who = by if by is not None and same else link_actor(person_id, posting.person.name)
        done.append(_arrive(posting, ArrivalVia.CHECK_IN, who))
    return done


def open_postings_at(unit: Unit, person_id: int | None = None) -> QuerySet[Posting]:
    """Return who was sent to a unit and has not been called back, or only what concerns one person."""
    found = Posting.objects.filter(unit=unit, ended_at__isnull=True)
    return found if person_id is None else found.filter(person=person_id)


def _arrive(posting: Posting, via: ArrivalVia, by: Actor) -> Posting:

    if posting.ended_at is not None:
        raise Conflict(_("这项下沉安排已经结束。"), code="posting_ended")
    if posting.arrived_at is not None:
        return posting
    Posting.objects.filter(pk=posting.pk).update(arrived_at=Now(), arrived_via=via, arrived_by=by.name)
    posting.refresh_from_db()
    assert posting.arrived_at is not None
    if posting.seat_id is not None:
        command.end_personal_tasks(
            at=posting.arrived_at, tasks=[(posting.seat_id, f"{CODE}{posting.unit_id}")], by_name=by.name
        )
    announce(LIVE_TOPIC, {"zone": posting.zone_id})
    record(
        "frontline.arrive",
        by=by,
        subject=("posting", posting.pk),
        unit_path=posting.zone.path,
        world=posting.world,
        body={"person": posting.person_id, "unit": posting.unit_id, "via": str(via)},
    )
    return posting
