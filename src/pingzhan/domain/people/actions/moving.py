"""Moving workers to another team, room or canteen, and ending the employment of many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.people import rules
from pingzhan.domain.people.actions import common
from pingzhan.domain.people.actions.registering import Place, end_employment, require_open
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid, NotFound

MAX_BULK = 2_000
"""So many workers at most in one act; more goes through an import."""


@transaction.atomic
def transfer(*, employment: Employment, place: Place, by: Actor) -> Placement:
    """Move a worker from now on and return the placement in force; the former one is kept.

    Nothing is written when he is there already. Raises Conflict once the employment has ended.
    """
    locked = common.lock_employment(employment.pk)
    rules.require_edit(by, locked.enterprise)
    require_open(locked)
    placement, moved = move(locked, place)
    if moved:
        record(
            "people.transferred", by=by, subject=("employment", locked.pk), unit_path=locked.enterprise.path
        )
    return placement


def move(locked: Employment, place: Place) -> tuple[Placement, bool]:
    """Move a locked, open employment, without rights and record; return placement and whether it is new."""
    common.check_places(
        locked.enterprise, team=place.team, room=place.room, canteen=place.canteen, sitting=place.sitting
    )
    current = Placement.objects.select_related("team", "room", "canteen").get(employment=locked, t1=None)
    if _place(current) == place:
        return current, False
    moment = clock.now()
    if current.t0 >= moment:
        # The first day lies ahead: the plan changes, nothing has happened yet.
        current.team, current.room = place.team, place.room
        current.canteen, current.sitting = place.canteen, place.sitting
        current.save(update_fields=["team", "room", "canteen", "sitting"])
        return current, True
    current.t1 = moment
    current.save(update_fields=["t1"])
    return (
        Placement.objects.create(
            employment=locked,
            enterprise=locked.enterprise,
            team=place.team,
            room=place.room,
            canteen=place.canteen,
            sitting=place.sitting,
            t0=moment,
        ),
        True,
    )


def _place(placement: Placement) -> Place:
    return Place(placement.team, placement.room, placement.canteen, placement.sitting)


def lock_many(pks: Iterable[int], by: Actor) -> list[Employment]:
    """Return open employments the actor may change, locked in the order of their ids.

    Raises Invalid for none or too many, NotFound when one does not exist or is not his to change.
    """
    wanted = sorted(set(pks))
    if not wanted:
        raise Invalid(_("请先选择职工。"), code="nothing_chosen")
    if len(wanted) > MAX_BULK:
        raise Invalid(_("一次最多办理 %(most)d 人。") % {"most": MAX_BULK}, hint=_("更多的人请用表格导入。"))
    found = list(
        rules.editable_by(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise NotFound(_("所选职工中有人不存在，或不归您管理。"))
    return found


def _one_enterprise(rows: Sequence[Employment]) -> Unit:
    if len({row.enterprise_id for row in rows}) != 1:
        raise Invalid(_("所选职工不在同一家企业，请按企业分别办理。"), code="several_enterprises")
    return rows[0].enterprise


@transaction.atomic
def transfer_many(*, employments: Iterable[int], team: Team, by: Actor) -> int:
    """Move workers of one enterprise to a team, rooms and canteens as they are; return how many moved.

    All or nobody: one who has left refuses the whole act.
    """
    rows = lock_many(employments, by)
    enterprise = _one_enterprise(rows)
    for row in rows:
        require_open(row)
    common.check_places(enterprise, team=team, room=None, canteen=None, sitting=None)
    current = {
        one.employment_id: one
        for one in Placement.objects.filter(employment__in=rows, t1=None).select_related("room", "canteen")
    }
    moving = [one for one in current.values() if one.team_id != team.pk]
    moment = clock.now()
    planned = [one.pk for one in moving if one.t0 >= moment]
    running = [one for one in moving if one.t0 < moment]
    Placement.objects.filter(pk__in=planned).update(team=team)
    Placement.objects.filter(pk__in=[one.pk for one in running]).update(t1=moment)
    Placement.objects.bulk_create(
        Placement(
            employment_id=one.employment_id,
            enterprise_id=one.enterprise_id,
            team=team,
            room_id=one.room_id,
            canteen_id=one.canteen_id,
            sitting=one.sitting,
            t0=moment,
        )
        for one in running
    )
    if moving:
        record(
            "people.transferred_many",
            by=by,
            subject=("team", team.pk),
            unit_path=enterprise.path,
            body={"count": len(moving), "employments": sorted(one.employment_id for one in moving)},
        )
    return len(moving)


@transaction.atomic
def leave_many(*, employments: Iterable[int], on: date, reason: LeaveReason, by: Actor) -> int:
    """End the employments of several workers of one enterprise on one day; all or nobody."""
    rows = lock_many(employments, by)
    enterprise = _one_enterprise(rows)
    for row in rows:
        end_employment(row, on=on, reason=reason)
    record(
        "people.left_many",
        by=by,
        subject=("unit", enterprise.pk),
        unit_path=enterprise.path,
        body={"count": len(rows), "employments": [row.pk for row in rows]},
    )
    return len(rows)
