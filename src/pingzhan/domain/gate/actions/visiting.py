"""Visitors at the gate: let in, signed out, an entry made by mistake voided."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.gate import duties, personal, rules
from pingzhan.domain.gate.actions import common
from pingzhan.domain.gate.actions.common import Refusal
from pingzhan.domain.gate.actions.inviting import read_plate
from pingzhan.domain.gate.actions.marking import take_back
from pingzhan.domain.gate.enums import (
    AppointmentState,
    CodeState,
    Direction,
    MarkKind,
    PassageKind,
    RefusalReason,
    StarRule,
    TravelState,
    VisitorMode,
    VisitReason,
)
from pingzhan.domain.gate.models import Appointment, Visit
from pingzhan.domain.gate.queries.closing import open_closure
from pingzhan.domain.gate.standards import Standard, standard_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.kernel.folding import compact

REFUSING_CODES = frozenset({CodeState.YELLOW, CodeState.RED})


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the guard writes down of somebody at the gate; ``number`` or ``phone`` must be given."""

    name: str
    host: str
    number: str = ""
    phone: str = ""
    company: str = ""
    reason: VisitReason = VisitReason.BUSINESS
    persons: int = 1
    plate: str = ""
    temperature: Decimal | None = None
    health_code: str = ""
    travel_code: str = ""
    written: str = ""
    """Which identity document of somebody without a telephone was seen, and where he is written down."""
    whereabouts: str = ""
    """Where somebody whose travel code has a star was in the last 14 days."""
    code: str = ""
    """The six digits of an appointment."""
    region_told: bool = False
    """Whether the enterprise was told that he comes from a key region, and wants him in."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The visit, or why the gate did not open."""

    visit: Visit | None
    refusal: Refusal | None = None


@transaction.atomic
def admit_visitor(*, enterprise: Unit, arrival: Arrival, by: Actor) -> Admission:
    """Let a visitor in, or refuse him by the rules in force and keep the refusal as a fact without his name.

    In appointment mode and under closed management an approved appointment for now is needed; in mode ``none``
    nobody is let in. With health checks temperature and both codes are required; a code that was not shown was not
    checked and lets nobody in, but somebody without a telephone may be written down by his identity document. A
    star follows ``Standard.star``; who was in a key region (measures.api.judge_origin) comes in only when the
    enterprise was told (``region_told``), and the visit keeps level and rules. Raises Refused without the right,
    Invalid with the place for wrong input (nothing is kept then).
    """
    rules.require_gate(by, enterprise)
    common.check_open(enterprise)
    moment = clock.now()
    standard = standard_of(enterprise)
    texts = {**_texts(arrival), **_check_health(arrival, standard)}
    appointment = _appointment(enterprise, arrival, moment)
    closed = open_closure(enterprise) is not None
    refusal = _refusal(arrival, standard, appointment, closed=closed)
    if refusal is not None:
        common.note_passage(enterprise, PassageKind.VISITOR, Direction.IN, at=moment, refusal=refusal.reason)
        record(
            "gate.visitor_refused", by=by, unit_path=enterprise.path, body={"reason": refusal.reason.value}
        )
        return Admission(None, refusal)
    origin = common.check_origin(
        enterprise, texts.get(personal.WHEREABOUTS, ""), clock.today(), told=arrival.region_told
    )
    subject, sealed = personal.sealed(personal.VISITOR, texts)
    health = standard.health_checks
    visit = Visit(
        enterprise=enterprise,
        subject_id=subject,
        appointment=appointment,
        name_sealed=sealed[personal.NAME],
        id_sealed=sealed[personal.NUMBER],
        phone_sealed=sealed[personal.PHONE],
        host_sealed=sealed[personal.HOST],
        written_sealed=sealed.get(personal.WRITTEN),
        whereabouts_sealed=sealed.get(personal.WHEREABOUTS),
        company=personal.read_words(arrival.company, place="company"),
        reason=arrival.reason,
        persons=arrival.persons,
        plate=read_plate(arrival.plate),
        temperature=arrival.temperature if health else None,
        health_code=arrival.health_code if health else "",
        travel_code=arrival.travel_code if health else "",
        region_level=origin.level if origin is not None else "",
        region_rule=origin.version if origin is not None else "",
        mode=VisitorMode.APPOINTMENT if closed else standard.visitor_mode,
        set_version=standard.set_version,
        t_in=moment,
        due_out=moment + standard.stay,
        in_by=by.name,
    )
    checked(visit, exclude=["subject", "enterprise", "appointment"])
    visit.save(force_insert=True)
    take_back(enterprise, MarkKind.NO_VISITORS, by=by, at=moment)
    duties.visited(visit, by)
    common.note_passage(enterprise, PassageKind.VISITOR, Direction.IN, at=moment, visit_id=visit.pk)
    record(
        "gate.visitor_in",
        by=by,
        subject=("visit", visit.pk),
        unit_path=enterprise.path,
        body={"persons": visit.persons, "mode": visit.mode},
    )
    return Admission(visit)


def _texts(arrival: Arrival) -> dict[str, str]:
    texts = {
        personal.NAME: personal.read_name(arrival.name),
        personal.NUMBER: personal.read_number(arrival.number),
        personal.PHONE: personal.read_phone(arrival.phone),
        personal.HOST: personal.read_words(arrival.host, place="host", required=_("请填写找谁。")),
    }
    if not texts[personal.NUMBER] and not texts[personal.PHONE]:
        raise Invalid(
            _("请填写身份证号码或手机，至少一项。"),
            place="phone",
            hint=_("外来人员入厂一律实名登记。"),
            code="real_name",
        )
    return texts


def _check_health(arrival: Arrival, standard: Standard) -> dict[str, str]:
    """Return what has to be written down beside the codes. Raises Invalid for what is asked for and missing."""
    if not standard.health_checks:
        return {}
    if arrival.temperature is None:
        raise Invalid(_("请填写体温。"), place="temperature")
    if not Decimal(30) <= arrival.temperature <= Decimal(45):
        raise Invalid(_("体温应在 30 到 45 摄氏度之间，请核对。"), place="temperature")
    if arrival.health_code not in CodeState.values:
        raise Invalid(_("请选择健康码的颜色。"), place="health_code")
    if arrival.travel_code not in TravelState.values:
        raise Invalid(_("请选择行程码的状态。"), place="travel_code")
    texts = {}
    if TravelState.WRITTEN in (arrival.health_code, arrival.travel_code):
        texts[personal.WRITTEN] = personal.read_words(
            arrival.written,
            place="written",
            required=_("请写明看了什么身份证件、书面登记在哪里。"),
            most=personal.MAX_STORY,
        )
    if arrival.travel_code == TravelState.STAR and standard.star == StarRule.ASK:
        texts[personal.WHEREABOUTS] = personal.read_words(
            arrival.whereabouts,
            place="whereabouts",
            required=_("行程码带星号，请问清并写明最近 14 天到过的地方。"),
            most=personal.MAX_STORY,
        )
    return texts


def _appointment(enterprise: Unit, arrival: Arrival, moment: object) -> Appointment | None:
    """Return the approved appointment for now that the code names, None without a code. Raises Invalid."""
    code = compact(arrival.code)
    if not code:
        return None
    found = (
        Appointment.objects.select_for_update(no_key=True)
        .filter(enterprise=enterprise, code=code)
        .exclude(state__in=[AppointmentState.CANCELLED, AppointmentState.DECLINED])
        .first()
    )
    if found is None:
        raise Invalid(_("没有这个预约码。"), place="code", hint=_("请核对六位数字，或请受访人重新预约。"))
    if found.state == AppointmentState.PENDING:
        raise Invalid(_("这个预约还没有批准。"), place="code", hint=_("请受访人联系企业联系人批准。"))
    if not found.t0 <= moment < found.t1:  # type: ignore[operator]
        raise Invalid(
            _("这个预约的时间是 %(t0)s 至 %(t1)s，现在不能用。")
            % {
                "t0": f"{timezone.localtime(found.t0):%m-%d %H:%M}",
                "t1": f"{timezone.localtime(found.t1):%m-%d %H:%M}",
            },
            place="code",
        )
    return found


def _refusal(
    arrival: Arrival, standard: Standard, appointment: Appointment | None, *, closed: bool
) -> Refusal | None:
    """Return why somebody may not come in, None when he may."""
    if standard.visitor_mode == VisitorMode.NONE:
        return Refusal(
            RefusalReason.CLOSED_TO_VISITORS,
            _("现在谢绝来访，不能入厂。"),
            _("请来访人员改用电话或视频联系。"),
        )
    if appointment is None and closed:
        return Refusal(
            RefusalReason.NO_APPOINTMENT,
            _("企业正在封闭管理，没有批准的预约不能入厂。"),
            _("请受访人先预约，由企业批准后再来。"),
        )
    if appointment is None and standard.visitor_mode == VisitorMode.APPOINTMENT:
        return Refusal(
            RefusalReason.NO_APPOINTMENT,
            _("现在实行预约来访，没有批准的预约不能入厂。"),
            _("请受访人先预约，由企业批准后再来。"),
        )
    if not standard.health_checks:
        return None
    if arrival.temperature is not None and arrival.temperature >= standard.fever_line:
        return Refusal(
            RefusalReason.FEVER,
            _("体温 %(t)s 度，达到或超过 %(line)s 度，不能入厂。")
            % {"t": arrival.temperature, "line": standard.fever_line},
            _("请来访人员休息后复测，仍高的请到发热门诊就诊。"),
        )
    if arrival.health_code in REFUSING_CODES:
        return Refusal(
            RefusalReason.CODE,
            _("健康码为%(code)s，不能入厂。") % {"code": CodeState(arrival.health_code).label},
            _("请来访人员联系所在社区，并请受访人改期。"),
        )
    if TravelState.MISSING in (arrival.health_code, arrival.travel_code):
        return Refusal(
            RefusalReason.CODE,
            _("没有出示健康码，不能入厂。")
            if arrival.health_code == CodeState.MISSING
            else _("没有出示行程码，不能入厂。"),
            _(
                "请来访人员打开健康码和行程码。没有智能手机的，核对身份证件，选“无手机，已凭身份证件书面登记”。"
            ),
        )
    if arrival.travel_code == TravelState.STAR and standard.star == StarRule.REFUSE:
        return Refusal(
            RefusalReason.CODE,
            _("行程码带星号，按现行措施不能入厂。"),
            _("请受访人改期，或改用电话、视频联系。"),
        )
    return None


def _lock(pk: int, by: Actor) -> Visit:
    found = (
        rules.visits_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条来访记录，或您无权查看。"))
    rules.require_gate(by, found.enterprise)
    if found.voided_at is not None:
        raise Conflict(_("这条来访记录已经作废。"), code="voided")
    return found


@transaction.atomic
def sign_out(*, visit_id: int, by: Actor) -> Visit:
    """Note that a visitor has left. Conflict, naming who and when, when somebody was faster."""
    found = _lock(visit_id, by)
    if found.t_out is not None:
        raise Conflict(
            _("%(who)s已在 %(at)s 登记离开。")
            % {"who": found.out_by, "at": f"{timezone.localtime(found.t_out):%m-%d %H:%M}"},
            code="signed_out",
        )
    found.t_out, found.out_by = clock.now(), by.name
    found.save(update_fields=["t_out", "out_by"])
    common.note_passage(
        found.enterprise, PassageKind.VISITOR, Direction.OUT, at=found.t_out, visit_id=found.pk
    )
    record("gate.visitor_out", by=by, subject=("visit", found.pk), unit_path=found.enterprise.path)
    return found


@transaction.atomic
def void_visit(*, visit_id: int, by: Actor) -> Visit:
    """Mark an entry that was made by mistake; the row is kept and counts no more."""
    found = _lock(visit_id, by)
    Visit.objects.filter(pk=found.pk).update(voided_at=Now())
    duties.visit_voided(found, by)
    record("gate.visit_voided", by=by, subject=("visit", found.pk), unit_path=found.enterprise.path)
    return found
