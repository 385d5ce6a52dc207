"""Appointments: somebody is invited, the enterprise approves, the gate lets him in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.gate import personal, rules
from pingzhan.domain.gate.actions import common
from pingzhan.domain.gate.enums import AppointmentState, VisitReason
from pingzhan.domain.gate.models import Appointment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.kernel.plate import Plate

LONGEST = timedelta(days=7)
"""How long one appointment may last."""
AHEAD = timedelta(days=60)
"""How long before somebody may be invited."""
_OPEN = (AppointmentState.PENDING, AppointmentState.APPROVED)
_signer = Signer(salt="pingzhan.gate.appointment")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is written down of somebody who is expected; times are aware."""

    name: str
    host: str
    t0: datetime
    t1: datetime
    phone: str = ""
    company: str = ""
    reason: VisitReason = VisitReason.BUSINESS
    persons: int = 1
    plate: str = ""


def check_times(t0: datetime, t1: datetime, moment: datetime) -> None:
    """Raise Invalid, with the place ``t0`` or ``t1``, for times that an appointment cannot have."""
    if t1 <= t0:
        raise Invalid(_("预约的结束时间应晚于开始时间。"), place="t1")
    if t1 <= moment:
        raise Invalid(_("预约的时间已经过去。"), place="t1", hint=_("请填今天或以后的时间。"))
    if t1 - t0 > LONGEST:
        raise Invalid(_("一次预约最长 7 天。"), place="t1", hint=_("时间更长的请分次预约。"))
    if t0 > moment + AHEAD:
        raise Invalid(_("最多提前 60 天预约。"), place="t0")


@transaction.atomic
def invite(*, enterprise: Unit, invitation: Invitation, by: Actor) -> Appointment:
    """Register an appointment; that of somebody who keeps the ledgers is approved at once, a guard's waits.

    Raises Refused, or Invalid with the place of the field.
    """
    rules.require_gate(by, enterprise)
    common.check_open(enterprise)
    moment = clock.now()
    check_times(invitation.t0, invitation.t1, moment)
    texts = {
        personal.NAME: personal.read_name(invitation.name),
        personal.PHONE: personal.read_phone(invitation.phone),
        personal.HOST: personal.read_words(invitation.host, place="host", required=_("请填写找谁。")),
    }
    company = personal.read_words(invitation.company, place="company")
    approved = rules.can_keep(by, enterprise)
    subject, sealed = personal.sealed(personal.VISITOR, texts)
    made = Appointment(
        enterprise=enterprise,
        subject_id=subject,
        name_sealed=sealed[personal.NAME],
        phone_sealed=sealed[personal.PHONE],
        host_sealed=sealed[personal.HOST],
        company=company,
        reason=invitation.reason,
        persons=invitation.persons,
        plate=read_plate(invitation.plate),
        t0=invitation.t0,
        t1=invitation.t1,
        code=_fresh_code(enterprise),
        state=AppointmentState.APPROVED if approved else AppointmentState.PENDING,
        decided_at=moment if approved else None,
        decided_by=by.name if approved else "",
        made_by=by.name,
    )
    checked(made, exclude=["subject", "enterprise"])
    made.save(force_insert=True)
    record(
        "gate.invited",
        by=by,
        subject=("appointment", made.pk),
        unit_path=enterprise.path,
        body={"persons": made.persons, "approved": approved},
    )
    return made


def read_plate(text: str, *, place: str = "plate") -> str:
    """Return a plate, empty for none. Raises Invalid naming the field."""
    if not text.strip():
        return ""
    try:
        return str(Plate.parse(text))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, hint=error.hint, place=place) from error


def _fresh_code(enterprise: Unit) -> str:
    used = set(
        Appointment.objects.filter(enterprise=enterprise, state__in=_OPEN).values_list("code", flat=True)
    )
    while (code := f"{secrets.randbelow(1_000_000):06d}") in used:
        pass
    return code


def _lock(pk: int, by: Actor) -> Appointment:
    found = (
        rules.appointments_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个预约，或您无权查看。"))
    return found


@transaction.atomic
def decide(*, appointment_id: int, approve: bool, by: Actor) -> Appointment:
    """Approve or decline an appointment that waits. Conflict when it was decided already."""
    found = _lock(appointment_id, by)
    rules.require_keep(by, found.enterprise)
    if found.state != AppointmentState.PENDING:
        raise Conflict(
            _("这个预约%(state)s，不用再办。") % {"state": found.get_state_display()}, code="decided"
        )
    found.state = AppointmentState.APPROVED if approve else AppointmentState.DECLINED
    found.decided_by = by.name
    Appointment.objects.filter(pk=found.pk).update(state=found.state, decided_by=by.name, decided_at=Now())
    record(
        "gate.appointment_decided",
        by=by,
        subject=("appointment", found.pk),
        unit_path=found.enterprise.path,
        body={"approved": approve},
    )
    return found


@transaction.atomic
def cancel(*, appointment_id: int, by: Actor) -> Appointment:
    """Cancel an appointment that may still be used. Conflict otherwise."""
    found = _lock(appointment_id, by)
    rules.require_gate(by, found.enterprise)
    if found.state not in _OPEN:
        raise Conflict(
            _("这个预约%(state)s，不用再办。") % {"state": found.get_state_display()}, code="decided"
        )
    found.state = AppointmentState.CANCELLED
    found.save(update_fields=["state"])
    record(
        "gate.appointment_cancelled",
        by=by,
        subject=("appointment", found.pk),
        unit_path=found.enterprise.path,
    )
    return found


def pass_token(appointment: Appointment) -> str:
    """Return what the address of a visitor's pass ends in."""
    return _signer.sign(str(appointment.pk))


def open_pass(token: str) -> Appointment:
    """Return the appointment of a pass. NotFound for a token that is not ours or of a destroyed appointment."""
    try:
        pk = int(_signer.unsign(token))
    except (BadSignature, ValueError):
        pk = 0
    found = Appointment.objects.select_related("enterprise").filter(pk=pk).exclude(code="").first()
    if found is None:
        raise NotFound(_("这个来访通行证无效。"), hint=_("请向邀请您的企业要新的链接。"), code="pass_bad")
    return found
