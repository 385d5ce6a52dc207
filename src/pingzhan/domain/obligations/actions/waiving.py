"""Waivers: a measure need not be met by a unit for a time, with the reason and who approved it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.actions.tally_marks import mark_days
from pingzhan.domain.obligations.enums import WAITING
from pingzhan.domain.obligations.events import LIVE_TOPIC
from pingzhan.domain.obligations.models import Duty, Obligation, Waiver
from pingzhan.domain.obligations.rules import require_waive
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

LONGEST_DAYS = 92
"""A waiver lasts a quarter at most; then somebody has to say again why."""
MOST_UNITS = 1000


@dataclass(frozen=True)
class Waived:
    """The waivers made and how many obligations they settled at once; more follow as they come due."""

    waivers: tuple[int, ...]
    obligations: int


@transaction.atomic
def waive(obligation_id: int, *, reason: str, by: Actor) -> Waived:
    """Waive one obligation that is open or late.

    Raises NotFound, Refused, Invalid without a reason, Conflict when it is settled already.
    """
    row = (
        Obligation.objects.select_related("unit")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=obligation_id)
        .first()
    )
    if row is None:
        raise NotFound(_("没有这个事项。"))
    require_waive(by, row.unit)
    words = _reason(reason)
    if row.state not in WAITING:
        raise Conflict(
            _("这个事项是“%(state)s”，不能再免除。") % {"state": row.get_state_display()}, code="settled"
        )
    waiver = _write(row.unit, row.duty_id, (row.day, row.day), words, by, obligation=row.pk)
    Obligation.objects.filter(pk=row.pk, day=row.day).update(state="waived", waiver=waiver)
    mark_days([row.day])
    announce(LIVE_TOPIC, {"unit": row.unit_id})
    record(
        "obligations.waive",
        by=by,
        subject=("waiver", waiver.pk),
        unit_path=row.unit.path,
        body={"duty": row.duty_id, "days": 1, "obligations": 1},
    )
    return Waived((waiver.pk,), 1)


@transaction.atomic
def waive_measure(
    *, units: Collection[Unit], duty_id: int, first: date, last: date, reason: str, by: Actor
) -> Waived:
    """Waive a measure for enterprises on the days [first, last]: what is open or late, and what still comes.

    All or none. Raises Refused for a unit outside the actor's scope, Invalid for the period or without a
    reason, NotFound for an unknown measure.
    """
    words = _reason(reason)
    if not units or len(units) > MOST_UNITS:
        raise Invalid(_("请选择 1 到 %(most)d 家单位。") % {"most": MOST_UNITS}, place=_("单位"))
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Invalid(
            _("免除的期限应为 1 到 %(days)d 天。") % {"days": LONGEST_DAYS},
            place=_("起止日期"),
            hint=_("到期后仍需要的，请说明理由后再次免除。"),
            code="waiver_term",
        )
    if not Duty.objects.filter(pk=duty_id).exists():
        raise NotFound(_("没有这项措施。"))
    for unit in units:
        require_waive(by, unit)
    ordered = sorted(units, key=lambda unit: unit.pk)
    waivers = [_write(unit, duty_id, (first, last), words, by) for unit in ordered]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH w AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS w(unit_id, waiver_id)), locked AS ("
            " SELECT o.id, o.day, w.waiver_id FROM obligations_obligation o JOIN w ON w.unit_id = o.unit_id"
            " WHERE o.duty_id = %s AND o.day BETWEEN %s AND %s AND o.state IN ('open', 'late')"
            " ORDER BY o.id FOR NO KEY UPDATE OF o)"
            " UPDATE obligations_obligation o SET state = 'waived', waiver_id = l.waiver_id FROM locked l"
            " WHERE o.id = l.id AND o.day = l.day AND o.state IN ('open', 'late') RETURNING o.day",
            [[unit.pk for unit in ordered], [one.pk for one in waivers], duty_id, first, last],
        )
        days = [row[0] for row in cursor.fetchall()]
    mark_days(days)
    announce(LIVE_TOPIC, {"units": len(ordered)})
    record(
        "obligations.waive_measure",
        by=by,
        subject=("duty", duty_id),
        unit_path=_above(ordered),
        body={
            "duty": duty_id, "units": len(ordered), "first": first.isoformat(), "last": last.isoformat(),
            "days": (last - first).days + 1, "obligations": len(days),
        },
    )  # fmt: skip
    return Waived(tuple(one.pk for one in waivers), len(days))


@transaction.atomic
def revoke_waiver(waiver_id: int, *, reason: str, by: Actor) -> int:
    """Take a waiver back: what it settled and is not past is open again. Return how many that are.

    Raises NotFound, Refused, Invalid without a reason, Conflict when it was taken back before.
    """
    waiver = (
        Waiver.objects.select_related("unit")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=waiver_id)
        .first()
    )
    if waiver is None:
        raise NotFound(_("没有这个免除。"))
    require_waive(by, waiver.unit)
    words = _reason(reason)
    if waiver.revoked_at is not None:
        raise Conflict(_("这个免除已经撤回。"), code="revoked")
    Waiver.objects.filter(pk=waiver.pk).update(revoked_at=Now(), revoked_by_name=by.name, revoke_reason=words)
    reopened = Obligation.objects.filter(
        unit=waiver.unit_id, duty=waiver.duty_id, waiver=waiver, state="waived", due_at__gt=Now()
    ).update(state="open", waiver=None)
    announce(LIVE_TOPIC, {"unit": waiver.unit_id})
    record(
        "obligations.revoke_waiver",
        by=by,
        subject=("waiver", waiver.pk),
        unit_path=waiver.unit.path,
        body={"duty": waiver.duty_id, "obligations": reopened},
    )
    return reopened


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words:
        raise Invalid(_("请写明免除的理由。"), place=_("理由"), code="reason_missing")
    return words


def _write(
    unit: Unit, duty: int, days: tuple[date, date], reason: str, by: Actor, *, obligation: int | None = None
) -> Waiver:
    return Waiver.objects.create(
        unit=unit,
        duty_id=duty,
        obligation_id=obligation,
        first=days[0],
        last=days[1],
        reason=reason,
        by_user_id=by.user_id,
        by_name=by.name,
    )


def _above(units: Collection[Unit]) -> str:
    """Return the path of the nearest unit above all of them."""
    parts = [unit.path.strip("/").split("/") for unit in units]
    common = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return "/" + "".join(f"{one}/" for one in common)
