"""Who is told of a plan, what their letters say, and what an incident leaves for the hand-over."""

from __future__ import annotations

import pytest
from django.urls import reverse

from pingzhan.domain.organisation.enums import PersonKind, ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.premises import api, handover, notices
from pingzhan.domain.premises.enums import PlanKind
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from tests.domain.people.crowd import Firm, Park
from tests.domain.premises.samples import incident, plan
from tests.factories import account


@pytest.fixture
def official(park: Park, mill: Firm) -> Person:
    row = Person.objects.create(
        name="\u6c88\u767d", sort_key="a", kind=PersonKind.OFFICIAL, home_unit=park.zone
    )
    Responsibility.objects.create(unit=mill.unit, kind=ResponsibilityKind.ENTERPRISE, person=row, rank=1)
    return row


def test_reviewer_and_writer_are_told(mill: Firm, official: Person, duty_officer: Actor) -> None:
    user = account(Role.COMPANY, path=mill.unit.path)
    writer = Person.objects.create(
        name="\u7a0b\u7acb", sort_key="b", kind=PersonKind.COMPANY, home_unit=mill.unit, account=user
    )
    contact = Actor(
        kind="user",
        user_id=user.pk,
        person_id=writer.pk,
        name=writer.name,
        grants=((Role.COMPANY, mill.unit.path),),
    )
    row = api.save_plan(
        enterprise=mill.unit, kind=PlanKind.EMERGENCY, data=plan(PlanKind.EMERGENCY), by=contact
    )
    for approve in (False, True):
        api.submit_plan(plan_id=row.pk, by=contact)
        api.decide_plan(plan_id=row.pk, approve=approve, remarks="\u8865\u5145", by=duty_officer)
    letters = Notice.objects.filter(kind=notices.PLAN).order_by("pk")
    assert list(letters.values_list("recipient", flat=True)) == [official.pk, writer.pk] * 2
    assert "\u9000\u56de" in letters[1].title
    assert "\u5df2\u901a\u8fc7" in letters[3].title
    shown = notices.render_plans(list(letters))
    assert {one.link for one in shown.values()} == {reverse("plans:plan", args=[row.pk])}


def test_an_open_incident_is_handed_over(park: Park, mill: Firm, duty_officer: Actor) -> None:
    row = api.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    now = clock.now()
    (matter,) = handover.pending(park.zone, now, now)
    assert matter.link == reverse("incidents:incident", args=[row.pk])
    assert mill.unit.name in matter.text
    api.receive_incident(incident_id=row.pk, by=duty_officer)
    api.close_incident(incident_id=row.pk, note="\u6392\u9664", by=duty_officer)
    assert list(handover.pending(park.zone, now, now)) == []
