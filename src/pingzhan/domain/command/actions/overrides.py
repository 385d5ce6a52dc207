"""Naming somebody for a seat by hand, for the emergency now in force only (command.md section 7 rule 6)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command import rules
from pingzhan.domain.command.actions import follow
from pingzhan.domain.command.actions.reconcile import Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.actions.scope import run_ids
from pingzhan.domain.command.actions.seats import get_seat
from pingzhan.domain.command.assignment import POOL_CODE, Ruling
from pingzhan.domain.command.enums import AckState
from pingzhan.domain.command.models import Activation, Override, Seat
from pingzhan.domain.command.queries.loading import as_ruling, lock_world, open_activations
from pingzhan.domain.organisation.models import Person, Post
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def replace_person(
    *, zone: Unit, post_code: str, seat_no: int, person: Person, reason: str, by: Actor, world: int = 0
) -> Reconciled:
    """Put a person on a seat by hand. Somebody who was passed over may be named; who declined may not.

    Raises Refused without the right for the post's unit, Invalid without a reason or when a rule forbids the
    person there, Conflict outside an emergency (then the structure is to be changed).
    """
    _activation, unit = ruling_activation(world, zone, post_code)
    rules.require_manage(by, unit)
    return _name(zone, post_code, seat_no, person, reason=reason, by=by, world=world)


@transaction.atomic
def name_someone(*, seat_id: int, person: Person, reason: str, by: Actor) -> Reconciled:
    """Name somebody for an open seat of one's own group whose holder does not answer.

    For the head of the group, once the ladder found nobody else, and for whoever manages seats. Errors as for
    ``replace_person``; Refused too for a seat that somebody has confirmed.
    """
    seat = get_seat(seat_id)
    rules.require_name_someone(by, seat)
    return _name(seat.zone, seat.post_code, seat.seat_no, person, reason=reason, by=by, world=seat.world)


@transaction.atomic
def put_back(*, seat_id: int, reason: str, by: Actor) -> Reconciled:
    """Put somebody back who was passed over and confirmed late: his head decides, never the system.

    Raises Refused for others than the head of the group and those who manage seats; Invalid without a reason;
    Conflict when he did not confirm, sits there again already, or the emergency is over.
    """
    seat = get_seat(seat_id)
    rules.require_put_back(by, seat)
    if seat.ack_state != AckState.PASSED or seat.late_ack_at is None:
        raise Conflict(_("只有逾期后又签收的人员可以恢复。"), code="not_late")
    now = Seat.objects.filter(
        world=seat.world,
        zone=seat.zone,
        post_code=seat.post_code,
        seat_no=seat.seat_no,
        closed_at__isnull=True,
    )
    if now.filter(person=seat.person_id).exists():
        raise Conflict(_("%(name)s已在这个岗位上。") % {"name": seat.person.name}, code="back_already")
    result = _name(
        seat.zone, seat.post_code, seat.seat_no, seat.person, reason=reason, by=by, world=seat.world
    )
    record(
        "command.put_back",
        by=by,
        subject=("seat", seat.pk),
        unit_path=seat.unit.path,
        world=seat.world,
        body={"post": seat.post_code, "person": seat.person_id},
    )
    return result


def _name(
    zone: Unit, post_code: str, seat_no: int, person: Person, *, reason: str, by: Actor, world: int
) -> Reconciled:
    if not reason.strip():
        raise Invalid(_("请写明换人的原因。"))
    at = lock_world(world)
    activation, unit = ruling_activation(world, zone, post_code)
    Override.objects.filter(
        activation__in=run_ids(activation), post_code=post_code, seat_no=seat_no, ended_at__isnull=True
    ).update(ended_at=at)
    Override.objects.create(
        activation=activation,
        post_code=post_code,
        seat_no=seat_no,
        person=person,
        reason=reason.strip(),
        by_id=by.user_id,
        by_name=by.name,
        at=at,
    )
    # Passed over was the ladder's doing; a person may think otherwise. What he declined himself stays declined.
    Seat.objects.filter(
        world=world, zone=zone, post_code=post_code, seat_no=seat_no, person=person, ack_state=AckState.PASSED
    ).update(refused_in=[])
    result = reconcile_seats(load_state(world, zone, at))
    filled = result.assignment.filled.get((post_code, seat_no))  # type: ignore[call-overload]
    if filled is None or filled.person != person.pk:
        skipped = filled.skipped if filled else result.assignment.empty[post_code, seat_no].reasons  # type: ignore[index]
        why = next((one for who, one in skipped if who == person.pk), None)
        raise Invalid(
            _("不能安排%(name)s到这个岗位：%(why)s。")
            % {"name": person.name, "why": follow.why_text(why) if why else _("岗位没有启用")},
            hint=_("请选择其他人员。"),
            code="override_barred",
            place=post_code,
        )
    follow.follow(result, cause=_("临时指定"), by_name=by.name)
    announce("command", {"unit": unit.pk})
    record(
        "command.replace_person",
        by=by,
        subject=("activation", activation.pk),
        unit_path=unit.path,
        world=world,
        body={"post": post_code, "seat": seat_no, "person": person.pk},
    )
    return result


def ruling_activation(world: int, zone: Unit, post_code: str) -> tuple[Activation, Unit]:
    """Return the activation that rules a post and the post's unit. Raises Conflict in routine, NotFound."""
    active = open_activations(world, zone)
    ruling = Ruling(as_ruling(active))
    by_id = {one.pk: one for one in active}
    known = False
    for post in Post.objects.filter(
        code=post_code, version__in={one.structure_version_id for one in active}
    ).select_related("unit"):
        known = True
        one = ruling.of(post.unit.path)
        if one is not None and by_id[one.id].structure_version_id == post.version_id:
            return by_id[one.id], post.unit
    if not known and active and post_code != POOL_CODE:
        raise NotFound(_("没有代码为“%(code)s”的岗位。") % {"code": post_code}, place=post_code)
    raise Conflict(
        _("平时换人请修改组织架构并发布新版。"),
        hint=_("临时指定只在战时使用。"),
        code="routine",
        place=post_code,
    )
