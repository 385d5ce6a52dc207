"""Who was at work, as the attendance system of an enterprise sends it."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.health.actions.readings import MOST, Answer
from pingzhan.domain.health.models import Attendance
from pingzhan.domain.people.models import Placement
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid

OLDEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PresenceIn:
    """One worker on one day."""

    uuid: uuids.UUID
    person: int
    day: date


@transaction.atomic
def record_attendance(batch: Sequence[PresenceIn], device: Device, by: Actor) -> list[Answer]:
    """Store who was present; answer each row in order; a worker counts once a day. Invalid above MOST rows."""
    if len(batch) > MOST:
        raise Invalid(_("一次最多上传 %(n)d 条。") % {"n": MOST}, code="batch_size")
    placed = {
        one.employment_id: one
        for one in Placement.objects.filter(
            employment_id__in={row.person for row in batch},
            t1__isnull=True,
            employment__left__isnull=True,
            enterprise__path__startswith=device.unit_path,
        )
    }
    known = set(
        Attendance.objects.filter(
            employment_id__in=placed.keys(), day__in={row.day for row in batch}
        ).values_list("employment_id", "day")
    )
    today = timezone.localdate()
    answers, made = [], []
    for row in batch:
        place = placed.get(row.person)
        if place is None:
            answers.append(Answer(row.uuid, "refused", "person", _("没有这名职工。")))
        elif not today - OLDEST <= row.day <= today:
            answers.append(Answer(row.uuid, "refused", "day", _("日期应在最近 7 天之内。")))
        elif (row.person, row.day) in known:
            answers.append(Answer(row.uuid, "same", "same", _("这条记录已经收到。")))
        else:
            known.add((row.person, row.day))
            made.append(
                Attendance(
                    day=row.day, employment_id=row.person, enterprise_id=place.enterprise_id,
                    team_id=place.team_id or 0, uuid=row.uuid,
                )
            )  # fmt: skip
            answers.append(Answer(row.uuid, "stored"))
    Attendance.objects.bulk_create(made, ignore_conflicts=True)
    if made:
        record(
            "health.attendance", by=by, subject=("device", device.pk), unit_path=device.unit_path,
            body={"stored": len(made)},
        )  # fmt: skip
    return answers
