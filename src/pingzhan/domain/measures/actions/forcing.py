"""Putting a version in force for a hazard and a posture, with the legal record of every restriction in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures.enums import (
    OWN_DECIDERS,
    PHASES,
    Decider,
    EndKind,
    Phase,
    RestrictionState,
    VersionState,
)
from pingzhan.domain.measures.hazards import hazards
from pingzhan.domain.measures.listeners import tell
from pingzhan.domain.measures.models import Force, Measure, Restriction, SetVersion, Slot
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid

FARTHEST = timedelta(days=3660)
"""How far ahead a start or a term may lie; what holds for good has no term."""


@dataclass(frozen=True)
class Decision:
    """The decision of one restriction: who decided, by which document, for whom, until when, why, on which law.

    What is left empty is taken from the measure itself and from the order that puts the set in force; the body
    and the document of a measure that only a body above the zone may decide have to be named.
    """

    body: str = ""
    document: str = ""
    decider: str = ""
    law: str = ""
    scope: str = ""
    reason: str = ""
    explanation: str = ""
    class_decision: str = ""
    public_notice: str = ""
    complaint: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True)
class ForceOrder:
    """An order that a version holds for a posture: its legal basis, document, reason, start and term.

    ``starts_at`` None is now. ``decisions`` are by key of measure; a restriction without a decision that it
    needs is written down as waiting and does not hold.
    """

    version: SetVersion
    posture: str
    basis: str
    document: str
    reason: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    decisions: Mapping[str, Decision] | None = None


def phases_of(posture: str) -> frozenset[str]:
    """Return the phases of a posture."""
    return frozenset({Phase.ROUTINE.value}) if posture == Posture.ROUTINE else frozenset(PHASES[1:])


@transaction.atomic
def put_in_force(*, order: ForceOrder, by: Actor) -> Force:
    """Put a published version in force in its zone for its hazard and a posture; what held before ends then.

    Each measure that restricts people gets a legal record: in force when law, deciding body, scope, term and
    reason are complete and, for what only a body above may decide, its document is named; waiting otherwise.
    Needs PUBLISH_MEASURES for the zone. Raises Invalid for a missing basis or a wrong term, Conflict for a
    draft or when the same version holds already.
    """
    zone = order.version.set.zone
    require(by, Permission.PUBLISH_MEASURES, zone.path)
    now = clock.now()
    starts_at = order.starts_at or now
    _check(order, starts_at, now)
    slot = locked_slot(zone, order.version.set.hazard, order.posture)
    _give_way(slot, order, starts_at, by)
    force = Force.objects.create(
        slot=slot,
        version=order.version,
        basis=order.basis.strip(),
        document=order.document.strip(),
        reason=order.reason.strip(),
        starts_at=starts_at,
        ends_at=order.ends_at,
        put_by_id=by.user_id,
        put_by_name=by.name,
    )
    held = write_restrictions(force, order, starts_at, by)
    announce_change(zone, starts_at)
    record(
        "measures.put_in_force",
        by=by,
        subject=("measure_force", force.pk),
        unit_path=zone.path,
        body={
            "version": order.version.pk,
            "posture": order.posture,
            "held": held,
            "restrictions": force.restrictions.count(),
        },
    )
    return force


def announce_change(zone: Unit, at: datetime) -> None:
    """Tell other modules at once, and open pages at commit, that what is in force changed."""
    announce("measures", {"zone": zone.pk})
    tell(zone, at)


def locked_slot(zone: Unit, hazard: str, posture: str) -> Slot:
    """Return the place that one version may hold, locked until commit."""
    Slot.objects.bulk_create([Slot(zone=zone, hazard=hazard, posture=posture)], ignore_conflicts=True)
    return Slot.objects.select_for_update(of=("self",), no_key=True).get(
        zone=zone, hazard=hazard, posture=posture
    )


def _check(order: ForceOrder, starts_at: datetime, now: datetime) -> None:
    if order.version.state != VersionState.PUBLISHED:
        raise Conflict(_("只有已发布的措施集可以投入执行。"), code="not_published")
    if order.posture not in Posture.values:
        raise Invalid(_("状态只能是平时或战时。"), place="posture")
    for name, text in (("basis", order.basis), ("document", order.document), ("reason", order.reason)):
        if not text.strip():
            raise Invalid(_("投入执行要写明法律依据、文件和事由。"), place=name)
    for name, at in (("starts_at", starts_at), ("ends_at", order.ends_at)):
        if at is not None and at - now > FARTHEST:
            raise Invalid(_("起始时间和期限应在十年以内。"), place=name, code="too_far")
    if starts_at < now:
        raise Invalid(_("起始时间不能早于现在。"), place="starts_at")
    if order.ends_at is not None and order.ends_at <= starts_at:
        raise Invalid(_("期限应晚于起始时间。"), place="ends_at")


def _give_way(slot: Slot, order: ForceOrder, starts_at: datetime, by: Actor) -> None:
    """End what holds the place when the new one starts; refuse what is already planned behind it."""
    rows = Force.objects.filter(slot=slot, end_kind="").filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at)
    )
    for one in rows.select_related("version"):
        if one.starts_at >= starts_at:
            raise Conflict(
                _("这一状态已安排了另一版措施集，将于之后执行。"),
                hint=_("请先撤回已安排的一版。"),
                code="planned",
            )
        if one.version_id == order.version.pk:
            raise Conflict(_("这一版已经在执行。"), code="already")
        end_force(one, starts_at, kind=EndKind.REPLACED, reason=order.reason, by=by)


def end_force(force: Force, at: datetime, *, kind: EndKind, reason: str, by: Actor) -> None:
    """End a version and its restrictions at a moment. What is to be replaced later keeps them until then."""
    Force.objects.filter(pk=force.pk).update(
        ended_at=at, end_kind=kind, end_reason=reason.strip(), ended_by_name=by.name
    )
    if kind != EndKind.REPLACED or at <= clock.now():
        end_restrictions(force, at)


def end_restrictions(force: Force, at: datetime) -> None:
    """End what restricts people under a version that ends at a moment."""
    for one in Restriction.objects.filter(force=force, state=RestrictionState.IN_FORCE):
        if one.ends_at is not None and one.ends_at > at:
            one.ends_at = at
        one.state = RestrictionState.ENDED
        one.save(update_fields=["ends_at", "state"])


def restricting(version: SetVersion, posture: str) -> list[Measure]:
    """Return the measures of a version that restrict people in a posture."""
    wanted = phases_of(posture)
    return [
        one
        for one in Measure.objects.filter(version=version, restricts=True).order_by("sort")
        if wanted & set(one.phases)
    ]


def write_restrictions(force: Force, order: ForceOrder, starts_at: datetime, by: Actor) -> int:
    """Write the legal record of each restriction; return how many wait for a decision."""
    held = 0
    given = order.decisions or {}
    for measure in restricting(order.version, order.posture):
        one = restriction_row(force, measure, given.get(measure.key), starts_at, by.name)
        held += one.state == RestrictionState.HELD
        one.save(force_insert=True)
    return held


def restriction_row(
    force: Force, measure: Measure, decision: Decision | None, starts_at: datetime, by_name: str
) -> Restriction:
    """Return the legal record of a restriction, waiting as long as anything the law asks for is missing."""
    said = decision or Decision()
    zone = force.slot.zone
    hazard = hazards().get(force.slot.hazard)
    own = not measure.reserved
    decider = said.decider or measure.decider
    term = starts_at + timedelta(days=measure.term_days) if measure.term_days else None
    ends = [one for one in (said.ends_at, term, force.ends_at) if one is not None]
    row = Restriction(
        force=force,
        measure=measure,
        law=said.law or measure.law,
        decider=decider,
        body=said.body or (own_body(decider, zone) if own else ""),
        document=said.document or (force.document if own else ""),
        scope=said.scope or measure.scope,
        reason=said.reason or measure.reason,
        explanation=said.explanation,
        legal_class=hazard.legal_class if hazard else "",
        class_decision=said.class_decision
        or (hazard.managed_as_a(localtime(starts_at).date()) if hazard is not None else ""),
        public_notice=said.public_notice,
        complaint=said.complaint,
        starts_at=starts_at,
        ends_at=min(ends) if ends else None,
        decided_by_name=by_name,
    )
    complete = all((row.law, row.body, row.scope, row.reason, row.ends_at))
    lawful = own or (decider not in OWN_DECIDERS and bool(row.document))
    fitting = not measure.class_a or row.legal_class == "A" or bool(row.class_decision)
    row.state = RestrictionState.IN_FORCE if complete and lawful and fitting else RestrictionState.HELD
    return row


def own_body(decider: str, zone: Unit) -> str:
    """Return the name of the body that decides what a zone or an employer decides itself."""
    if decider == Decider.EMPLOYER:
        return _("各用人单位")
    return _("%(zone)s管理委员会") % {"zone": zone.name}


@transaction.atomic
def withdraw(*, force: Force, reason: str, by: Actor) -> Force:
    """End a version in force, or one planned, now; its restrictions end with it. History is kept.

    What a planned one was to replace goes on, as if it had never been planned.
    Needs PUBLISH_MEASURES for the zone. Raises Invalid without a reason, Conflict for one that has ended.
    """
    locked = locked_force(force.pk)
    zone = locked.slot.zone
    require(by, Permission.PUBLISH_MEASURES, zone.path)
    if not reason.strip():
        raise Invalid(_("撤回要写明事由。"), place="reason")
    require_open(locked)
    now = clock.now()
    at = max(now, locked.starts_at)
    end_force(locked, at, kind=EndKind.WITHDRAWN, reason=reason, by=by)
    if locked.starts_at > now:
        _go_on(locked)
    announce_change(zone, at)
    record(
        "measures.withdrawn",
        by=by,
        subject=("measure_force", locked.pk),
        unit_path=zone.path,
        body={"version": locked.version_id, "posture": locked.slot.posture},
    )
    locked.refresh_from_db()
    return locked


def _go_on(planned: Force) -> None:
    """Let what a withdrawn plan was to replace hold on: until what was to replace that plan, else for its term."""
    former = Force.objects.filter(
        slot=planned.slot_id, end_kind=EndKind.REPLACED, ended_at=planned.starts_at
    ).exclude(pk=planned.pk)
    for one in former:
        later = planned.ended_at
        if later is None or (one.ends_at is not None and one.ends_at <= later):
            one.ended_at, one.end_kind, one.end_reason, one.ended_by_name = None, EndKind.OPEN, "", ""
        else:
            one.ended_at, one.end_reason = later, planned.end_reason
            one.ended_by_name = planned.ended_by_name
        one.save(update_fields=["ended_at", "end_kind", "end_reason", "ended_by_name"])


def locked_force(force_id: int) -> Force:
    """Return a time in force with its slot locked until commit."""
    slot = Slot.objects.select_for_update(of=("self",), no_key=True).get(forces=force_id)
    force = Force.objects.select_related("slot__zone", "version__set").get(pk=force_id)
    force.slot = slot
    return force


def require_open(force: Force) -> None:
    """Raise Conflict for a time in force that has ended, by order or because its term is over."""
    end = force.ended_at or force.ends_at
    if force.end_kind not in (EndKind.OPEN, EndKind.REPLACED) or (end is not None and end <= clock.now()):
        raise Conflict(_("这次执行已经结束。"), code="ended")
