"""Two weeks of duty around today in the demo zone: one hole within 72 hours and one swap that waits."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import ShiftRole
from pingzhan.domain.roster.models import Handover, Shift
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.accounts.models import User

LEADERS = ("申屠远", "柏崇文", "闻人静", "凌致和")
OFFICERS = ("麻思齐", "苌志远", "亓子涵", "仉云帆", "郗若楠", "佘书瑶", "皮乐天", "逯雅琴")
BACK, AHEAD = 6, 8
"""Days before today that were kept on paper, and days that are planned, today among them."""


def demo_roster(zone: Unit, by: Actor) -> None:
    """Let leaders and officers take turns, make and publish the two weeks, open the hand-overs of the last day."""
    people = {
        person.name: person
        for person in Person.objects.filter(home_unit=zone, name__in=(*LEADERS, *OFFICERS))
    }
    for role, names in ((ShiftRole.LEAD, LEADERS), (ShiftRole.DUTY, OFFICERS)):
        for name in names:
            api.add_member(zone=zone, role=role, person=people[name], by=by)
    today = timezone.localdate()
    draft = api.generate(
        zone=zone,
        first=today - timedelta(days=BACK),
        until=today + timedelta(days=AHEAD),
        by=by,
        taken_over=True,
    )
    hole = Shift.objects.get(roster=draft, seat=1, day=today + timedelta(days=2))
    api.assign(roster_id=draft.pk, people={hole.pk: None}, by=by)
    api.publish(roster_id=draft.pk, by=by, taken_over=True)
    _swap()
    api.open_handovers()
    for handover in Handover.objects.filter(zone=zone, at__lte=timezone.now()):
        api.write_handover(
            handover_id=handover.pk,
            summary="值班期间无异常，来电 3 个，均已答复。",
            notes=["催收青禾食品的消杀台账"],
            by=by,
        )


def _swap() -> None:
    """The persona of an official asks the duty officer's to take a shift."""
    asker = actor_of(User.objects.get(username="official"))
    asked = Person.objects.get(account__username="duty")
    for shift in Shift.objects.filter(
        person_id=asker.person_id or 0, in_force=True, t0__gt=timezone.now()
    ).order_by("t0"):
        free = not Shift.objects.filter(
            person=asked, in_force=True, t0__lt=shift.t1, t1__gt=shift.t0
        ).exists()
        if free:
            api.ask_swap(shift_id=shift.pk, asked=asked, reason="当天到市里参加培训", by=asker)
            return
