"""愿检尽检和不定期抽检: one swab of one person, in a tube of its own, whatever round there is on that day.

A probe goes the way of every other tube: it is carried, received and answered by the laboratory, its person reads his
result himself, and a positive one is followed like a positive single tube. All probes of a zone and day are a round
without a demand. A probe closes no round: whoever is due on that day stays due until he is swabbed with the others.
"""

from __future__ import annotations

import uuid as uuids
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening import rules, walkins
from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.actions.arriving import Batch
from pingzhan.domain.screening.actions.following import RESULT_LOCK
from pingzhan.domain.screening.actions.intake import (
    SAMPLE,
    Clock,
    Guest,
    Item,
    read_code,
    read_item,
    read_plain,
)
from pingzhan.domain.screening.actions.laboratory import ResultIn, enter_results, receive_tubes
from pingzhan.domain.screening.actions.syncing import store_lines
from pingzhan.domain.screening.enums import (
    IN_FIELD,
    PoolMode,
    ProbeKind,
    ResultSource,
    RoundKind,
    RoundState,
)
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import CustodyStep, Probe, Round, Sample, Tube
from pingzhan.domain.screening.queries.heads import firms_of
from pingzhan.domain.screening.writings import fault_words
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Invalid

PROBE_LOCK = 0x5A44
"""First half of the advisory lock of a zone's probes: their register's numbers go up by one."""
AHEAD = timedelta(minutes=10)
"""How far a clock on the wall may be ahead."""
OLDEST = timedelta(days=7)
"""A swab from before is no news any more: its result is entered elsewhere."""


@dataclass(frozen=True, slots=True)
class ProbeIn:
    """One swab: its tube, when it was taken, and of whom.

    A worker by ``enterprise`` and ``number`` (his work number), anybody else by ``name`` and ``document``; then the
    enterprise is where he was swabbed, and may be None.
    """

    tube: str
    at: datetime
    enterprise: Unit | None = None
    number: str = ""
    name: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One swab of a list: of a worker by his ``employment``, of anybody else by ``guest``, his name and document.

    ``enterprise`` is where he works, of anybody else where he was swabbed, and may then be None.
    """

    kind: ProbeKind
    tube: str
    at: datetime
    employment: int | None
    guest: Guest | None
    enterprise: int | None


@dataclass(frozen=True, slots=True)
class _Swab:
    """A swab to be stored: its code in one writing, and of whom."""

    kind: ProbeKind
    code: str
    at: datetime
    person: int | None
    guest: Guest | None
    enterprise: int | None


@transaction.atomic
def record_probe(*, zone: Unit, kind: ProbeKind, swab: ProbeIn, by: Actor) -> Probe:
    """Record a swab outside the rounds, sealed in its own tube, ready for the laboratory.

    Refused without KEEP_SAMPLING or PLAN_SCREENING for the zone; Invalid, naming the field, for a tube that was used
    before, a time ahead or older than OLDEST, a work number the enterprise does not have, or a wrong document.
    """
    rules.require_probe(by, zone)
    code = read_code(swab.tube, place="tube")
    if (late := untimely(swab.at, clock.now())) is not None:
        raise Invalid(late, place="at")
    if swab.enterprise is not None and not swab.enterprise.path.startswith(zone.path):
        raise Invalid(_("没有这家企业，或您无权查看。"), place="enterprise")
    person, guest = _who(swab)
    where = swab.enterprise.pk if swab.enterprise is not None else None
    hold_register(zone)
    [probe] = _store(zone, [_Swab(kind, code, swab.at, person, guest, where)], by)
    record("screening.probe", by=by, subject=("tube", probe.pk), unit_path=zone.path, body={})
    return probe


@transaction.atomic
def record_list(
    *, zone: Unit, swabs: Sequence[Listed], results: Sequence[ResultIn], source: ResultSource, by: Actor
) -> list[Probe]:
    """Record a list of swabs outside the rounds, and what was found in these or in tubes recorded before.

    Each swab does what ``record_probe`` does, each result what ``enter_results`` does. A tube whose result stands in
    the list has been at the laboratory that found it: it is received with the result, and its way says so. All or
    nothing. Refused without KEEP_SAMPLING or PLAN_SCREENING, with results without ENTER_RESULTS; Invalid for a swab
    that ``record_probe`` does not take, and for a result that does not fit.
    """
    rules.require_probe(by, zone)
    if results:
        rules.require_results(by, zone)
    hold_register(zone, results=bool(results))
    now = clock.now()
    lines = []
    for one in swabs:
        if (late := untimely(one.at, now)) is not None:
            raise Invalid(late, place="at")
        code = read_code(one.tube, place="tube")
        lines.append(_Swab(one.kind, code, one.at, one.employment, one.guest, one.enterprise))
    made = _store(zone, lines, by) if lines else []
    if results:
        _found(zone, results, source, by)
    if made:
        record("screening.probe_list", by=by, unit_path=zone.path, body={"count": len(made)})
    return made


def untimely(at: datetime, now: datetime) -> str | None:
    """Return why a swab of that time is not recorded any more or not yet; None when it is."""
    if at > now + AHEAD:
        return _("采样时间还没有到。")
    if at < now - OLDEST:
        return _("只登记最近 %(n)d 天的采样。") % {"n": OLDEST.days}
    return None


def hold_register(zone: Unit, *, results: bool = False) -> None:
    """Hold a zone's register of probes until the transaction ends, and with ``results`` where its people stand.

    The register's numbers go up by one, and a day has one round: two clerks must not take the same. In this order
    everywhere, and before any tube: whoever enters results holds them before tubes and rounds too.
    """
    storing.lock(PROBE_LOCK, [zone.pk])
    if results:
        storing.lock(RESULT_LOCK, [zone.pk])
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=zone.pk)


def _store(zone: Unit, swabs: Sequence[_Swab], by: Actor) -> list[Probe]:
    """Store swabs, each sealed in its tube; the caller holds the register. Raises Invalid, and then stores none."""
    if Tube.objects.filter(code__in=[one.code for one in swabs]).exists():
        raise Invalid(_("这个管码已经用过，请核对。"), place="tube")
    device = _register(zone, by)
    seq = _next(device)
    batch = Batch(device, None, Clock(timedelta()), clock.now())
    firms, calendar = firms_of(zone), business_clock()
    days: dict[date, list[_Swab]] = {}
    for one in swabs:
        days.setdefault(calendar.day_of(one.at), []).append(one)
    rounds = []
    for day in sorted(days):
        round_ = _round_of(zone, day)
        rounds.append(round_.pk)
        items = []
        for one in days[day]:
            sample = Item(
                uuids.uuid4(), seq, SAMPLE, one.at, round_.pk, one.code, person=one.person, guest=one.guest,
                place=1,
            )  # fmt: skip
            items += [sample, Item(uuids.uuid4(), seq + 1, "seal", one.at, round_.pk, one.code)]
            seq += 2
        store_lines([read_item(item) for item in items], round_, firms, batch)
        for item in items:
            if batch.answers[item.id].status == "rejected":
                raise Invalid(batch.answers[item.id].why, place="tube")
    tubes = {tube.code: tube for tube in Tube.objects.filter(code__in=[one.code for one in swabs])}
    made = Probe.objects.bulk_create(
        Probe(
            tube=tubes[one.code], kind=one.kind, by_name=by.name,
            enterprise_id=tubes[one.code].enterprise_id or one.enterprise,
        )
        for one in swabs
    )  # fmt: skip
    for pk in rounds:
        announce(LIVE_TOPIC, {"zone": zone.pk, "round": pk})
    return made


def _found(zone: Unit, results: Sequence[ResultIn], source: ResultSource, by: Actor) -> None:
    """Enter what was found in tubes of the zone, received with it where nobody received them before."""
    tubes = (
        Tube.objects.select_for_update(no_key=True, of=("self",))
        .filter(code__in=[one.code for one in results], round__zone=zone)
        .order_by("code")
    )
    waiting = [tube.code for tube in tubes if tube.state in IN_FIELD]
    if waiting:
        receive_tubes(zone=zone, codes=waiting, note=_("结果随名单送来"), by=by)
    for answer in enter_results(zone=zone, results=results, source=source, by=by):
        if answer.fault is not None:
            raise Invalid(fault_words(answer.fault), place="verdict")


def _who(swab: ProbeIn) -> tuple[int | None, Guest | None]:
    """Return the employment, or the name and document, of whoever was swabbed. Raises Invalid."""
    number = read_plain(swab.number, place="number")
    if not number:
        if not swab.name.strip() or not swab.document.strip():
            raise Invalid(_("请填写企业和工号，或者姓名和证件号码。"), place="number")
        try:
            walkins.read(swab.name, swab.document)
        except Invalid as error:
            place = "name" if error.place == "name" else "document"
            raise Invalid(error.message, place=place, hint=error.hint) from None
        return None, Guest(swab.name, swab.document)
    if swab.name.strip() or swab.document.strip():
        raise Invalid(_("填了工号就不用填姓名和证件号码。"), place="name")
    if swab.enterprise is None:
        raise Invalid(_("请选择企业。"), place="enterprise")
    found = (
        Placement.objects.filter(
            enterprise=swab.enterprise,
            t1__isnull=True,
            employment__left__isnull=True,
            employment__employee_no=number,
        )
        .values_list("employment_id", flat=True)
        .first()
    )
    if found is None:
        raise Invalid(_("这家企业没有工号 %(what)s，请核对。") % {"what": number}, place="number")
    return found, None


def _round_of(zone: Unit, day: date) -> Round:
    """Return the round of a day's probes, made when there is none; those of days before are over then.

    The caller holds the register, and the zone with it.
    """
    _now, today = business_now()
    Round.objects.filter(zone=zone, kind=RoundKind.PROBE, state=RoundState.RUNNING, day__lt=today).update(
        state=RoundState.CLOSED, closed_at=Now()
    )
    found = Round.objects.filter(zone=zone, kind=RoundKind.PROBE, day=day).first()
    if found is not None:
        return found
    last = Round.objects.filter(zone=zone).aggregate(n=Max("number"))["n"] or 0
    made = Round.objects.create(
        zone=zone,
        number=last + 1,
        kind=RoundKind.PROBE,
        day=day,
        pool_size=1,
        mode=PoolMode.SINGLE,
        basis=_("愿检尽检和不定期检测（三、（一））"),
    )
    # Nobody plans it: it is told of and running from its first swab on.
    rows = Round.objects.filter(pk=made.pk)
    rows.update(state=RoundState.PLANNED)
    rows.update(state=RoundState.ADOPTED, adopted_at=Now())
    rows.update(state=RoundState.RUNNING, started_at=Now())
    made.refresh_from_db()
    return made


def _register(zone: Unit, by: Actor) -> Device:
    """Return the zone's register of probes, made when there is none."""
    name = f"\u5355\u6b21\u68c0\u6d4b\u767b\u8bb0\u7c3f {zone.pk}"
    found = Device.objects.filter(
        name=name, unit_path=zone.path, token_sha__isnull=True, enrolled_at__isnull=True
    )
    return found.order_by("pk").first() or devices.keep_book(name=name, unit_path=zone.path, by=by)


def _next(device: Device) -> int:
    return 1 + max(
        model.objects.filter(device_id=device.pk).aggregate(last=Max("seq"))["last"] or 0
        for model in (Sample, CustodyStep)
    )
