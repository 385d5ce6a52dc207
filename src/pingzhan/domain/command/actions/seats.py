"""What happens to a seat while it is open: seen, confirmed, arrived, declined, replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest, Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import rules
from pingzhan.domain.command.actions import calling, follow
from pingzhan.domain.command.actions.reconcile import Closed, Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.actions.tenure import set_commander
from pingzhan.domain.command.assignment import POOL_CODE, paths_above
from pingzhan.domain.command.enums import AckState, AckVia, ClosedReason
from pingzhan.domain.command.models import Activation, Gap, Seat
from pingzhan.domain.command.queries.loading import OpenSeat, lock_world, open_activations
from pingzhan.domain.command.queries.officers import Heads, head_of
from pingzhan.domain.organisation.api import note_reached, published_version
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

MAX_ETA = timedelta(hours=24)
PROVES: dict[AckVia, tuple[Channel, ...]] = {
    AckVia.PHONE: (Channel.PHONE,),
    AckVia.SMS: (Channel.PHONE, Channel.SMS),
}
"""Which contacts an answer proves to be right, so that nobody has to verify them again."""


@dataclass(frozen=True)
class AckOutcome:
    """What a confirmation did: 'acked' now, 'already' confirmed before, or 'late' on a seat that is over."""

    seat_id: int
    result: str


def get_seat(seat_id: int, *, lock: bool = False) -> Seat:
    """Return a seat with unit, post and person. Raises NotFound."""
    rows = Seat.objects.select_related("unit", "zone", "person", "post__group")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    seat = rows.filter(pk=seat_id).first()
    if seat is None:
        raise NotFound(_("没有这个席位。"))
    return seat


@transaction.atomic
def mark_seen(*, seat_id: int, by: Actor) -> bool:
    """Note that the holder has opened his order; return whether this was the first time. Not a confirmation."""
    seat = get_seat(seat_id)
    rules.require_own_seat(by, seat)
    first = Seat.objects.filter(pk=seat.pk, ack_state=AckState.GIVEN, closed_at__isnull=True).update(
        ack_state=AckState.SEEN, seen_at=Now()
    )
    if first:
        announce("command", {"seat": seat.pk})
    return bool(first)


@transaction.atomic
def acknowledge(
    *, seat_id: int, by: Actor, eta_minutes: int | None = None, via: AckVia | None = None
) -> AckOutcome:
    """Confirm one's own seat; ``eta_minutes`` 0 means 已在岗. A second confirmation changes nothing.

    A confirmation of a seat that is over is recorded and shown, and never puts anybody back. Raises Refused
    for another person's seat.
    """
    seat = get_seat(seat_id)
    rules.require_own_seat(by, seat)
    return confirm(seat, by, eta_minutes, via or (AckVia.LINK if by.kind == "link" else AckVia.BUTTON))


@transaction.atomic
def acknowledge_by_phone(*, seat_id: int, by: Actor, eta_minutes: int | None = None) -> AckOutcome:
    """Record that the holder was told by phone and confirmed: under the duty officer's own name, via=phone."""
    seat = get_seat(seat_id)
    rules.require_manage(by, seat.unit)
    return confirm(seat, by, eta_minutes, AckVia.PHONE)


def _eta(eta_minutes: int | None) -> timedelta | None:
    if eta_minutes is None:
        return None
    if not 0 <= eta_minutes <= MAX_ETA.total_seconds() // 60:
        raise Invalid(_("预计到岗时间应在 24 小时以内。"))
    return timedelta(minutes=eta_minutes)


def _commands(seat: Seat) -> bool:
    return seat.post is not None and seat.post.group.kind == "leading" and seat.post.role == "head"


def confirm(
    seat: Seat, by: Actor, eta_minutes: int | None, via: AckVia, *, in_name_of: str = ""
) -> AckOutcome:
    """Confirm a seat the caller may confirm; ``in_name_of`` is the holder whose own code somebody typed in."""
    delay = _eta(eta_minutes)
    if _commands(seat):
        lock_world(seat.world)
    arrived = delay == timedelta(0)
    done = Seat.objects.filter(pk=seat.pk, acked_at__isnull=True, closed_at__isnull=True).update(
        ack_state=AckState.ARRIVED if arrived else AckState.ACKED,
        acked_at=Now(),
        arrived_at=Now() if arrived else None,
        seen_at=Now() if seat.seen_at is None else F("seen_at"),
        ack_by=in_name_of or by.name or str(by.person_id),
        ack_via=via,
        eta=Now() + delay if delay is not None else None,
        next_at=None,
        unanswered="",
    )
    if not done:
        return _not_acked(seat, by, via)
    if seat.unanswered:
        key = f"{seat.unanswered}:{seat.post_code}:{seat.seat_no}"
        Gap.objects.filter(world=seat.world, zone=seat.zone, key=key, resolved_at=None).update(
            resolved_at=Now()
        )
    if _commands(seat):
        _refresh(seat.world, seat.zone)
    if via in PROVES:
        note_reached(person_id=seat.person_id, channels=PROVES[via])
    announce("command", {"seat": seat.pk})
    _record("command.acknowledge", seat, by, via=str(via))
    return AckOutcome(seat.pk, "acked")


def _not_acked(seat: Seat, by: Actor, via: AckVia) -> AckOutcome:
    late = Seat.objects.filter(
        pk=seat.pk, acked_at__isnull=True, closed_at__isnull=False, late_ack_at__isnull=True
    ).update(late_ack_at=Now())
    if late:
        _tell_of_late(seat)
        announce("command", {"seat": seat.pk})
        _record("command.late_acknowledge", seat, by, via=str(via))
        return AckOutcome(seat.pk, "late")
    seat.refresh_from_db(fields=["closed_at", "acked_at"])
    return AckOutcome(seat.pk, "already" if seat.acked_at is not None else "late")


def _tell_of_late(seat: Seat) -> None:
    """Tell the head that somebody who was passed over has confirmed after all; he may put him back."""
    if seat.ack_state != AckState.PASSED:
        return
    post = seat.post.name if seat.post is not None else _("机动力量")
    calling.tell_head(
        world=seat.world,
        zone=seat.zone,
        person=head_of(seat),
        key=f"late:{seat.pk}",
        text=_("%(post)s：已被接替的人员刚刚签收，需要时可以恢复。") % {"post": post},
    )


@transaction.atomic
def arrive(*, seat_id: int, by: Actor, via: AckVia | None = None) -> bool:
    """Note that the holder is at his post (self, or recorded by who manages seats); return whether new."""
    seat = get_seat(seat_id)
    if not rules.owns(by, seat):
        rules.require_manage(by, seat.unit)
    if seat.acked_at is None:
        outcome = (
            acknowledge(seat_id=seat_id, by=by, eta_minutes=0, via=via)
            if rules.owns(by, seat)
            else acknowledge_by_phone(seat_id=seat_id, by=by, eta_minutes=0)
        )
        return outcome.result == "acked"
    new = Seat.objects.filter(
        pk=seat.pk, closed_at__isnull=True, ack_state=AckState.ACKED, arrived_at__isnull=True
    ).update(ack_state=AckState.ARRIVED, arrived_at=Now())
    if new:
        announce("command", {"seat": seat.pk})
        _record("command.arrive", seat, by)
    return bool(new)


@transaction.atomic
def decline(*, seat_id: int, reason: str, by: Actor) -> Reconciled:
    """Give a seat back with a reason; the next substitute is opened in the same transaction.

    The refusal lasts for all emergencies now in force on the unit (or, in routine, for the structure
    version). Raises Refused for another person's seat, Invalid without a reason, Conflict when it is over.
    """
    seat = get_seat(seat_id)
    if not rules.owns(by, seat):
        rules.require_manage(by, seat.unit)
    if not reason.strip():
        raise Invalid(_("请写明不能到岗的原因。"))
    at = lock_world(seat.world)
    seat = get_seat(seat_id, lock=True)
    if seat.closed_at is not None:
        raise Conflict(_("这个席位已经结束，不需要再说明。"), code="seat_closed")
    Seat.objects.filter(pk=seat.pk).update(
        ack_state=AckState.DECLINED,
        decline_reason=reason.strip(),
        closed_at=Greatest(Value(at), F("opened_at")),
        closed_reason=ClosedReason.DECLINED,
        next_at=None,
        unanswered="",
        refused_in=regimes_of(seat),
    )
    closed = Closed(_as_open(seat), ClosedReason.DECLINED)
    result = reconcile_seats(load_state(seat.world, seat.zone, at), closed_before=[closed])
    follow.follow(result, cause=_("接替不能到岗人员"), by_name=by.name)
    _tell_of_refusal(seat, result)
    announce("command", {"seat": seat.pk})
    _record("command.decline", seat, by, opened=len(result.opened))
    return result


def _tell_of_refusal(seat: Seat, result: Reconciled) -> None:
    """Tell the head of the post that its holder cannot come, and whether somebody takes over."""
    taken = any(
        (one.wanted.post_code, one.wanted.seat_no) == (seat.post_code, seat.seat_no) for one in result.opened
    )
    post = seat.post.name if seat.post is not None else _("机动力量")
    calling.tell_head(
        world=seat.world,
        zone=seat.zone,
        person=Heads(result.assignment).of(seat.post_code),
        key=f"declined:{seat.pk}",
        text=calling.words({"declined" if taken else "gone": [post]}),
    )


def regimes_of(seat: Seat) -> list[str]:
    """Return every regime in which a refusal of this seat has to hold."""
    found = {seat.regime}
    covering = set(paths_above(seat.unit.path))
    for one in open_activations(seat.world, seat.zone):
        if one.unit.path in covering:
            found.add(one.run_key)
    structure = published_version(seat.zone_id)
    if structure is not None and seat.posture == "routine":
        found.add(f"s{structure.pk}")
    return sorted(found)


def _as_open(seat: Seat) -> OpenSeat:
    return OpenSeat(
        seat.pk,
        seat.post_code,
        seat.seat_no,
        seat.person_id,
        seat.duty_key,
        seat.posture,
        seat.acked_at is not None,
        seat.post_id,
        seat.unit_id,
        seat.duty_version_id,
        seat.regime,
    )


def _record(verb: str, seat: Seat, by: Actor, **body: object) -> None:
    record(
        verb,
        by=by,
        subject=("seat", seat.pk),
        unit_path=seat.unit.path,
        world=seat.world,
        body={"post": seat.post_code, "person": seat.person_id, **body},
    )


def _refresh(world: int, zone: Unit) -> None:
    """Settle who commands after the principal has confirmed; the caller holds the lock of the world."""
    with_lock = lock_world(world)
    set_commander(reconcile_and_follow(world, zone, with_lock, cause=_("人员变动"), by_name=_("系统")))


def reconcile_and_follow(world: int, zone: Unit, at: datetime, *, cause: str, by_name: str) -> Reconciled:
    """Reconcile a zone and do what follows, when anything follows; the caller holds the lock of the world."""
    result = reconcile_seats(load_state(world, zone, at))
    follow.follow(result, cause=cause, by_name=by_name)
    return result


@transaction.atomic
def reconcile_zone(*, zone: Unit, world: int = 0, cause: str, by: Actor) -> Reconciled:
    """Bring a zone in line after something it depends on changed (absence, structure, contact, time).

    Announces and records only when a seat moved. A zone without a structure stays empty.
    """
    at = lock_world(world)
    result = reconcile_and_follow(world, zone, at, cause=cause, by_name=by.name)
    if result.changed:
        announce("command", {"zone": zone.pk, "opened": len(result.opened), "closed": len(result.closed)})
        record(
            "command.reconcile",
            by=by,
            subject=("unit", zone.pk),
            unit_path=zone.path,
            world=world,
            body=dict(result.counts),
        )
    return result


def worlds_of(zone_id: int) -> list[int]:
    """Return the worlds a zone has open seats or activations in, the real one first."""
    found = set(
        Activation.objects.filter(zone=zone_id, ended_at__isnull=True).values_list("world", flat=True)
    )
    found |= set(
        Seat.objects.filter(zone=zone_id, closed_at__isnull=True).values_list("world", flat=True).distinct()
    )
    return sorted(found | {0})


def reconcile_all(*, by: Actor) -> int:
    """Reconcile every zone that has a structure in every world; return how many changed. Safe to run anywhere.

    The safety net of the event subscriptions, and what notices that an absence begins or ends.
    """
    changed = 0
    zones = Unit.objects.filter(
        pk__in=StructureVersion.objects.filter(status="published").values("zone_id")
    ).order_by("id")
    for zone in zones:
        for world in worlds_of(zone.pk):
            changed += reconcile_zone(zone=zone, world=world, cause=_("人员变动"), by=by).changed
    return changed


__all__ = [
    "POOL_CODE",
    "AckOutcome",
    "acknowledge",
    "acknowledge_by_phone",
    "arrive",
    "decline",
    "mark_seen",
    "reconcile_all",
    "reconcile_zone",
]
