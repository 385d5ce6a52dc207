"""Incidents: reported in one go, received, handled, followed up, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.premises import duties, notices, rules
from pingzhan.domain.premises.enums import IncidentKind, IncidentState, StepKind
from pingzhan.domain.premises.models import Incident, IncidentStep
from pingzhan.domain.premises.personal import read_phone, read_words, sealed
from pingzhan.domain.premises.protection import STEP_PHOTOS
from pingzhan.domain.premises.standards import report_within
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

LONG_AGO = timedelta(days=7)
MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class IncidentData:
    """The facts a first report must have: what, when, where, how many, symptoms, phone, done so far."""

    kind: IncidentKind
    found_at: datetime
    place: str
    persons: int
    phone: str
    done: str
    symptoms: str = ""


@transaction.atomic
def report_incident(
    *, enterprise: Unit, data: IncidentData, by: Actor, photos: Sequence[bytes] = ()
) -> Incident:
    """Report an incident and tell whoever is on duty at the command. Invalid names the fact that is missing."""
    rules.require_keep(by, enterprise)
    moment = clock.now()
    if data.found_at > moment:
        raise Invalid(_("发现时间不能晚于现在。"), place="found_at")
    if moment - data.found_at > LONG_AGO:
        raise Invalid(
            _("发现时间距今超过 7 天。"), place="found_at", hint=_("请核对；更早的情况请作为续报说明。")
        )
    if data.persons < 1:
        raise Invalid(_("请填写涉及人数。"), place="persons")
    needs_symptoms = data.kind in (IncidentKind.SUSPECTED, IncidentKind.CLUSTER)
    symptoms = read_words(
        data.symptoms,
        place="symptoms",
        required=_("请填写症状。") if needs_symptoms else "",
        most=MAX_TEXT,
    )
    place = read_words(data.place, place="place", required=_("请填写地点。"))
    done = read_words(
        data.done, place="done", required=_("请填写已采取的措施，没有采取的写“无”。"), most=MAX_TEXT
    )
    subject, phone = sealed(read_phone(data.phone))
    row = Incident(
        enterprise=enterprise,
        subject_id=subject,
        kind=data.kind,
        found_at=data.found_at,
        place=place,
        persons=data.persons,
        symptoms=symptoms,
        done=done,
        phone_sealed=phone,
        due_at=data.found_at + report_within(enterprise),
        reported_at=moment,
        made_by=by.name,
    )
    checked(row, exclude=["enterprise", "subject"])
    row.save(force_insert=True)
    _step(row, StepKind.REPORTED, by, photos=photos)
    closed = duties.reported(row, by)
    notices.tell_reported(row)
    record(
        "premises.incident_reported",
        by=by,
        subject=("incident", row.pk),
        unit_path=enterprise.path,
        body={"kind": row.kind, "persons": row.persons, "in_time": moment <= row.due_at, "closed": closed},
    )
    return row


def _step(
    incident: Incident, kind: StepKind, by: Actor, note: str = "", *, photos: Sequence[bytes] = ()
) -> IncidentStep:
    step = IncidentStep.objects.create(incident=incident, kind=kind, note=note, by_name=by.name)
    keep_photos(STEP_PHOTOS, step.pk, incident.enterprise.path, photos)
    announce("command", {"incident": incident.pk})
    return step


def _locked(incident_id: int, by: Actor) -> Incident:
    found = (
        rules.incidents_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=incident_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个事件，或您无权查看。"))
    return found


@transaction.atomic
def receive_incident(*, incident_id: int, by: Actor) -> Incident:
    """The command has the report in hand. Conflict when somebody was faster."""
    found = _locked(incident_id, by)
    rules.require_handle(by, found.enterprise)
    if found.state != IncidentState.REPORTED:
        raise Conflict(_("这个报告已经有人接收。"), code="incident_received")
    Incident.objects.filter(pk=found.pk).update(state=IncidentState.RECEIVED, received_at=Now())
    _step(found, StepKind.RECEIVED, by)
    record(
        "premises.incident_received", by=by, subject=("incident", found.pk), unit_path=found.enterprise.path
    )
    return found


@transaction.atomic
def handle_incident(*, incident_id: int, by: Actor, note: str = "") -> Incident:
    """Handling has begun; a report that nobody received yet is received by it."""
    found = _locked(incident_id, by)
    rules.require_handle(by, found.enterprise)
    words = read_words(note, place="note", most=MAX_TEXT)
    if found.state not in (IncidentState.REPORTED, IncidentState.RECEIVED):
        raise Conflict(_("这个事件已在处置或已结束。"), code="incident_handled")
    if found.state == IncidentState.REPORTED:
        Incident.objects.filter(pk=found.pk).update(received_at=Now())
        _step(found, StepKind.RECEIVED, by)
    Incident.objects.filter(pk=found.pk).update(state=IncidentState.HANDLING, handling_at=Now())
    _step(found, StepKind.HANDLING, by, words)
    record(
        "premises.incident_handled", by=by, subject=("incident", found.pk), unit_path=found.enterprise.path
    )
    return found


@transaction.atomic
def follow_up(
    *, incident_id: int, note: str, by: Actor, isolated: bool = False, photos: Sequence[bytes] = ()
) -> IncidentStep:
    """Add to the story: the enterprise reports on, or the command says what it asks. Only ever added to.

    ``isolated`` says that the persons were isolated and moved as instructed, which meets that duty; only the
    enterprise says so.
    """
    found = _locked(incident_id, by)
    handles = rules.can_handle(by, found.enterprise)
    if not handles:
        rules.require_keep(by, found.enterprise)
    if found.state == IncidentState.CLOSED:
        raise Conflict(_("这个事件已经结束。"), code="incident_closed", hint=_("有新情况请另行报告。"))
    words = read_words(note, place="note", required=_("请填写内容。"), most=MAX_TEXT)
    if isolated and not rules.can_keep(by, found.enterprise):
        raise Refused(_("人员隔离转移由企业登记。"), code="not_yours")
    kind = StepKind.ISOLATED if isolated else StepKind.INSTRUCTION if handles else StepKind.FOLLOW_UP
    step = _step(found, kind, by, words, photos=photos)
    closed = duties.isolated(found, by) if isolated else 0
    record(
        "premises.incident_followed",
        by=by,
        subject=("incident", found.pk),
        unit_path=found.enterprise.path,
        body={"closed": closed},
    )
    return step


@transaction.atomic
def close_incident(*, incident_id: int, note: str, by: Actor) -> Incident:
    """End an incident that was received, with how it ended."""
    found = _locked(incident_id, by)
    rules.require_handle(by, found.enterprise)
    words = read_words(note, place="note", required=_("请填写处置结果。"), most=MAX_TEXT)
    if found.state == IncidentState.CLOSED:
        raise Conflict(_("这个事件已经结束。"), code="incident_closed")
    if found.state == IncidentState.REPORTED:
        raise Conflict(_("这个报告还没有接收，不能结束。"), code="incident_new", hint=_("请先接收。"))
    Incident.objects.filter(pk=found.pk).update(state=IncidentState.CLOSED, closed_at=Now())
    _step(found, StepKind.CLOSED, by, words)
    closed = duties.ended(found, by)
    record(
        "premises.incident_closed",
        by=by,
        subject=("incident", found.pk),
        unit_path=found.enterprise.path,
        body={"closed": closed},
    )
    return found
