"""提级指挥: somebody of the level above commands a scope, ours becomes his deputy, the posts stay as they are.

Serves 四（二） and command.md section 5: with or without a higher level it is a new tenure, never a change of
seats. It lasts through changes of level and rebases, until he hands back or the emergency of the scope ends.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command.actions.seats import reconcile_and_follow
from pingzhan.domain.command.actions.tenure import set_commander
from pingzhan.domain.command.models import Activation, CommandTenure, Seat
from pingzhan.domain.command.orders import Newcomer
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.organisation.api import add_contact, add_person
from pingzhan.domain.organisation.enums import Channel, PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, system_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk
from pingzhan.kernel.errors import Conflict, Invalid


@transaction.atomic
def take_command(
    *, unit: Unit, person: Person | Newcomer, note: str, by: Actor, world: int = 0
) -> CommandTenure:
    """Record that a person of the level above commands the emergency of a unit and of all inside it.

    ``note`` is what was handed over and stays with the tenure that ends. Who is not in the register yet comes
    as a Newcomer and is entered with his phone. Both are told. The same person again changes nothing. Raises
    Refused without the right to order for the unit; Invalid without a note, for somebody not in service, or for
    somebody on a post of this zone (he is not of the level above); Conflict without an order for this unit.
    """
    require(by, Permission.ORDER_SWITCH, unit.path)
    if not note.strip():
        raise Invalid(_("请写明交接说明。"), hint=_("例如：现有力量、正在办的事、待决事项。"))
    at = lock_world(world)
    activation = _activation(unit, world)
    # Seats first: entering a newcomer writes to the trail, whose lock is taken after all others.
    result = reconcile_and_follow(world, zone_of(unit), at, cause=_("提级指挥"), by_name=by.name)
    chief = _enter(person, unit) if isinstance(person, Newcomer) else person
    _check(chief, unit, world)
    before = _tenure(unit, world)
    if before is not None and before.upper and before.person_id == chief.pk:
        return before
    CommandTenure.objects.filter(world=world, unit=unit, ended_at__isnull=True).update(
        ended_at=at, handover_note=note.strip()
    )
    tenure = CommandTenure.objects.create(
        world=world, unit=unit, activation=activation, person=chief, upper=True, started_at=at
    )
    set_commander(result)
    prefix = DRILL_PREFIX if world else ""
    words = {"unit": unit.name, "name": chief.name}
    notices = [_notice(tenure, chief, "take", prefix + _("提级指挥：自现在起由您指挥%(unit)s") % words)]
    if before is not None and before.person_id != chief.pk:
        title = prefix + _("提级指挥：%(unit)s现由上级%(name)s指挥，您任副职，岗位不变") % words
        notices.append(_notice(tenure, before.person, "deputy", title))
    enqueue_bulk(notices)
    _tell("command.take_command", tenure, by)
    return tenure


@transaction.atomic
def hand_back(*, unit: Unit, note: str, by: Actor, world: int = 0) -> CommandTenure | None:
    """Record that the level above hands command back; return who commands now, None when nobody is there.

    Raises Refused without the right to order for the unit, Invalid without a note, Conflict when the unit is
    not commanded by the level above by an order of its own.
    """
    require(by, Permission.ORDER_SWITCH, unit.path)
    if not note.strip():
        raise Invalid(_("请写明交接说明。"), hint=_("例如：已办结的事、还要接着办的事。"))
    at = lock_world(world)
    before = _tenure(unit, world)
    if before is None or not before.upper:
        raise Conflict(
            _("%(unit)s现在不是提级指挥。") % {"unit": unit.name}, code="not_taken", place=unit.code
        )
    result = reconcile_and_follow(world, zone_of(unit), at, cause=_("交回指挥"), by_name=by.name)
    CommandTenure.objects.filter(pk=before.pk, ended_at__isnull=True).update(
        ended_at=at, handover_note=note.strip()
    )
    set_commander(result)
    now = _tenure(unit, world)
    if now is not None:
        title = (DRILL_PREFIX if world else "") + _("上级已交回指挥：%(unit)s现由您指挥") % {
            "unit": unit.name
        }
        enqueue_bulk([_notice(before, now.person, "back", title)])
    _tell("command.hand_back", before, by)
    return now


def _activation(unit: Unit, world: int) -> Activation:
    found = Activation.objects.filter(world=world, unit=unit, ended_at__isnull=True).first()
    if found is None:
        raise Conflict(
            _("%(unit)s没有有效的战时命令，谈不上提级指挥。") % {"unit": unit.name},
            hint=_("请先下令转换，或选择下达命令的范围。"),
            code="not_active",
            place=unit.code,
        )
    return found


def _tenure(unit: Unit, world: int) -> CommandTenure | None:
    return (
        CommandTenure.objects.filter(world=world, unit=unit, ended_at__isnull=True)
        .select_related("person")
        .first()
    )


def _enter(newcomer: Newcomer, unit: Unit) -> Person:
    """Enter somebody of the level above into the register: command must not wait for an editor's right."""
    clerk = system_actor(_("提级指挥登记"))
    person = add_person(
        home_unit=zone_of(unit), name=newcomer.name, title=newcomer.title, kind=PersonKind.OTHER, by=clerk
    )
    if newcomer.phone.strip():
        add_contact(person=person, channel=Channel.PHONE, address=newcomer.phone.strip(), by=clerk)
    return person


def _check(person: Person, unit: Unit, world: int) -> None:
    if not person.active:
        raise Invalid(_("%(name)s不在职，不能指挥。") % {"name": person.name})
    seated = Seat.objects.filter(world=world, zone=zone_of(unit), person=person, closed_at__isnull=True)
    if seated.filter(post__isnull=False).exists():
        raise Invalid(
            _("%(name)s在本级任职，不是上级人员。") % {"name": person.name},
            hint=_("本级换人请用“换人”。"),
            code="own_level",
        )


def _notice(tenure: CommandTenure, person: Person, what: str, title: str) -> NewNotice:
    return NewNotice(
        dedupe=f"tenure:{tenure.world}:{tenure.pk}:{what}",
        recipient=person.pk,
        account=person.account_id,
        kind="command",
        channel="auto",
        title=title,
        subject_kind="tenure",
        subject_id=tenure.pk,
        world=tenure.world,
        priority=0,
        unit_path=tenure.unit.path,
    )


def _tell(verb: str, tenure: CommandTenure, by: Actor) -> None:
    announce("command", {"unit": tenure.unit_id, "tenure": tenure.pk})
    record(
        verb,
        by=by,
        subject=("tenure", tenure.pk),
        unit_path=tenure.unit.path,
        world=tenure.world,
        body={"person": tenure.person_id},
    )
