"""Who takes turns, which days are holidays, and the address of one's own calendar."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import rules
from pingzhan.domain.roster.actions.common import in_words
from pingzhan.domain.roster.enums import HolidayKind, ShiftRole
from pingzhan.domain.roster.models import FeedToken, Holiday, PoolMember
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def add_member(*, zone: Unit, role: ShiftRole, person: Person, by: Actor) -> PoolMember:
    """Let somebody take turns in a role, at the end of the rotation. Conflict when he does already."""
    rules.require_manage(by, zone)
    if not person.active or not person.home_unit.path.startswith(zone.path):
        raise Conflict(_("%(name)s不是本开发区的在职人员。") % {"name": person.name}, code="not_in_service")
    top = PoolMember.objects.filter(zone=zone, role=role).aggregate(top=Max("position"))["top"]
    member = PoolMember(zone=zone, role=role, person=person, position=(top or 0) + 1)
    with in_words(PoolMember):
        member.save()
    record(
        "roster.pool_add",
        by=by,
        subject=("person", person.pk),
        unit_path=zone.path,
        body={"role": role.value},
    )
    return member


def _member(pk: int) -> PoolMember:
    found = PoolMember.objects.select_related("zone", "person").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("轮值名单里已没有这名人员。"))
    return found


@transaction.atomic
def remove_member(*, member_id: int, by: Actor) -> None:
    """Take somebody out of the rotation; his shifts in force stay."""
    member = _member(member_id)
    rules.require_manage(by, member.zone)
    zone, person, role = member.zone, member.person_id, member.role
    member.delete()
    record("roster.pool_remove", by=by, subject=("person", person), unit_path=zone.path, body={"role": role})


@transaction.atomic
def move_member(*, member_id: int, up: bool, by: Actor) -> None:
    """Let somebody change places with his neighbour in the rotation; at the end nothing happens."""
    member = _member(member_id)
    rules.require_manage(by, member.zone)
    order = list(
        PoolMember.objects.select_for_update(no_key=True, of=("self",))
        .filter(zone=member.zone, role=member.role)
        .order_by("position", "pk")
    )
    at = next(n for n, one in enumerate(order) if one.pk == member.pk)
    to = at - 1 if up else at + 1
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
        for n, one in enumerate(order, start=1):
            one.position = n
        PoolMember.objects.bulk_update(order, ["position"])
    record(
        "roster.pool_move",
        by=by,
        subject=("person", member.person_id),
        unit_path=member.zone.path,
        body={"role": member.role},
    )


@transaction.atomic
def set_holiday(*, day: date, kind: HolidayKind, name: str, source: str, by: Actor) -> Holiday:
    """Enter what a day is; it overrules the notices that come with the product. The source must be named."""
    require(by, Permission.MANAGE_SETTINGS)
    name, source = " ".join(name.split()), " ".join(source.split())
    if not name or not source:
        raise Invalid(_("放假安排必须写明节日和依据。"), code="holiday_complete")
    row, _made = Holiday.objects.update_or_create(
        day=day, defaults={"kind": kind.value, "name": name[:40], "source": source[:200]}
    )
    record(
        "roster.holiday_set",
        by=by,
        subject=("holiday", row.pk),
        body={"day": day.isoformat(), "kind": kind.value},
    )
    return row


@transaction.atomic
def remove_holiday(*, holiday_id: int, by: Actor) -> None:
    """Take an entry back; the day is again what the notices say, or an ordinary day."""
    require(by, Permission.MANAGE_SETTINGS)
    row = Holiday.objects.filter(pk=holiday_id).first()
    if row is None:
        raise NotFound(_("这条放假安排已不存在。"))
    day, pk = row.day, row.pk
    row.delete()
    record("roster.holiday_remove", by=by, subject=("holiday", pk), body={"day": day.isoformat()})


def feed_digest(token: str) -> bytes:
    """Return the hash under which a token is kept; the token itself has 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def make_feed(*, by: Actor) -> str:
    """Return the token of a new address of one's own calendar; the former address stops working."""
    person = Person.objects.filter(pk=by.person_id or 0).select_related("home_unit").first()
    if person is None:
        raise Conflict(_("您的账号没有对应到人员，没有自己的值班。"), code="no_person")
    token = secrets.token_urlsafe(32)
    FeedToken.objects.update_or_create(
        person=person, defaults={"digest": feed_digest(token), "made_by_id": by.user_id}
    )
    record("roster.feed_make", by=by, subject=("person", person.pk), unit_path=person.home_unit.path)
    return token


@transaction.atomic
def end_feed(*, by: Actor) -> None:
    """Stop the address of one's own calendar."""
    gone, _by_model = FeedToken.objects.filter(person_id=by.person_id or 0).delete()
    if gone:
        record("roster.feed_end", by=by, subject=("person", by.person_id or 0))


def person_of_feed(token: str) -> Person | None:
    """Return whose calendar a token opens, None for an unknown token or somebody out of service. One query."""
    found = (
        FeedToken.objects.filter(digest=feed_digest(token), person__active=True)
        .select_related("person__home_unit")
        .first()
    )
    return found.person if found is not None else None
