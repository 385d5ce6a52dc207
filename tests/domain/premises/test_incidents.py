"""Incidents: the facts a first report must have, who is told, the clock, the story that only grows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.organisation.enums import PersonKind, ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.premises import api
from pingzhan.domain.premises.enums import IncidentKind, IncidentState
from pingzhan.domain.premises.models import Incident, IncidentStep
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.measures.conftest import COUNTY, COVID, put
from tests.domain.people.crowd import Firm, Park, acting
from tests.domain.premises.samples import incident


def test_a_report_is_timed_told_and_kept_without_the_phone(park: Park, mill: Firm) -> None:
    Enterprise.objects.create(unit=mill.unit, credit_code="91371621MA3C00001A", industry="14")
    decided = replace(COUNTY, class_decision="\u7532\u7c7b\u7ba1\u7406")
    put(park.zone, COVID, "routine", park.root, **{"incident.isolate": decided})
    official = Person.objects.create(
        name="\u6c88\u767d", sort_key="a", kind=PersonKind.OFFICIAL, home_unit=park.zone
    )
    Responsibility.objects.create(unit=mill.unit, kind=ResponsibilityKind.ENTERPRISE, person=official, rank=1)
    # Found after the measures came into force, a moment ago.
    row = api.report_incident(enterprise=mill.unit, data=incident(found_at=clock.now()), by=mill.contact)
    assert row.due_at - row.found_at == timedelta(hours=1)
    assert api.phones([row]) == {row.pk: "13900001111"}
    notice = Notice.objects.get(kind="premises_incident")
    assert notice.recipient == official.pk
    body = AuditRecord.objects.get(verb="premises.incident_reported").body
    assert body == {"kind": "suspected", "persons": 1, "in_time": True, "closed": 1}
    assert left() == ["incident.isolate"]
    with pytest.raises(Refused):
        api.follow_up(
            incident_id=row.pk, note="\u7532", isolated=True, by=acting(Role.DUTY_OFFICER, park.zone.path)
        )
    assert left() == ["incident.isolate"]
    api.follow_up(incident_id=row.pk, note="\u5df2\u8f6c\u8fd0", isolated=True, by=mill.contact)
    assert left() == []
    other = api.report_incident(enterprise=mill.unit, data=incident(found_at=clock.now()), by=mill.contact)
    api.receive_incident(incident_id=other.pk, by=acting(Role.DUTY_OFFICER, park.zone.path))
    assert left() == ["incident.isolate"]
    api.close_incident(
        incident_id=other.pk, note="\u6392\u9664", by=acting(Role.DUTY_OFFICER, park.zone.path)
    )
    assert left() == []


def left() -> list[str]:
    """Keys of the measures that an incident asks for and that still wait."""
    rows = Obligation.objects.filter(demand__evidence="incident", state__in=("open", "late"))
    return list(rows.order_by("pk").values_list("duty__key", flat=True))


def test_each_fact_is_asked_for(mill: Firm) -> None:
    now = clock.now()
    for changes, place in (
        ({"found_at": now + timedelta(minutes=5)}, "found_at"),
        ({"found_at": now - timedelta(days=8)}, "found_at"),
        ({"place": " "}, "place"),
        ({"persons": 0}, "persons"),
        ({"symptoms": ""}, "symptoms"),
        ({"phone": ""}, "phone"),
        ({"phone": "12345"}, "phone"),
        ({"done": ""}, "done"),
    ):
        with pytest.raises(Invalid) as caught:
            api.report_incident(enterprise=mill.unit, data=incident(**changes), by=mill.contact)
        assert caught.value.place == place
    other = incident(kind=IncidentKind.SILENT, symptoms="")
    assert api.report_incident(enterprise=mill.unit, data=other, by=mill.contact).symptoms == ""


def test_the_story(mill: Firm, duty_officer: Actor) -> None:
    row = api.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    with pytest.raises(Conflict):
        api.close_incident(incident_id=row.pk, note="\u7532", by=duty_officer)
    api.receive_incident(incident_id=row.pk, by=duty_officer)
    with pytest.raises(Conflict):
        api.receive_incident(incident_id=row.pk, by=duty_officer)
    api.handle_incident(incident_id=row.pk, note="\u6d41\u8c03", by=duty_officer)
    api.follow_up(incident_id=row.pk, note="\u5df2\u9001\u533b", by=mill.contact)
    api.follow_up(incident_id=row.pk, note="\u5c01\u95ed\u8f66\u95f4", by=duty_officer)
    with pytest.raises(Invalid):
        api.close_incident(incident_id=row.pk, note="", by=duty_officer)
    api.close_incident(incident_id=row.pk, note="\u6392\u9664", by=duty_officer)
    with pytest.raises(Conflict):
        api.follow_up(incident_id=row.pk, note="\u7532", by=mill.contact)
    kinds = list(row.steps.values_list("kind", flat=True))
    assert kinds == ["reported", "received", "handling", "follow_up", "instruction", "closed"]
    row.refresh_from_db()
    assert row.state == IncidentState.CLOSED
    assert row.received_at is not None
    assert row.handling_at is not None
    assert row.closed_at is not None
    assert row.reported_at <= row.received_at <= row.handling_at <= row.closed_at
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentStep.objects.filter(incident=row).update(note="x")


def test_handling_receives_what_nobody_received(mill: Firm, duty_officer: Actor) -> None:
    row = api.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    api.handle_incident(incident_id=row.pk, by=duty_officer)
    assert list(row.steps.values_list("kind", flat=True)) == ["reported", "received", "handling"]


def test_who_is_refused(park: Park, mill: Firm, forge: Firm, duty_officer: Actor) -> None:
    for actor in (forge.contact, duty_officer, acting(Role.GATE_GUARD, mill.unit.path)):
        with pytest.raises(Refused):
            api.report_incident(enterprise=mill.unit, data=incident(), by=actor)
    assert not Incident.objects.exists()
    row = api.report_incident(enterprise=mill.unit, data=incident(), by=mill.contact)
    for act in (api.receive_incident, api.handle_incident):
        with pytest.raises(Refused):
            act(incident_id=row.pk, by=mill.contact)
        with pytest.raises(NotFound):
            act(incident_id=row.pk, by=forge.contact)
    with pytest.raises(Refused):
        api.close_incident(incident_id=row.pk, note="\u7532", by=acting(Role.ORGANISER, park.zone.path))
    with pytest.raises(Refused):
        api.follow_up(incident_id=row.pk, note="\u7532", by=acting(Role.ORGANISER, park.zone.path))
