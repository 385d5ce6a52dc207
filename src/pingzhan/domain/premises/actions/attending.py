"""Who was at a session, ticked one by one; photographs of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.actions.training import close_due, locked_training, reopen
from pingzhan.domain.premises.models import Attendance
from pingzhan.domain.premises.protection import TRAINING_PHOTOS
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Invalid


@transaction.atomic
def mark_attendance(
    *, training_id: int, among: Iterable[int], present: Iterable[int], by: Actor
) -> tuple[int, int]:
    """Say who of ``among`` (employments) was there; return how many were added and taken back.

    Others keep what they have. Who is taken back stands in the trail. Invalid when nobody would be left.
    """
    found = locked_training(training_id, by)
    common.one_at_a_time(found.enterprise)
    asked, there = set(among), set(present)
    known = set(
        Employment.objects.filter(pk__in=asked, enterprise=found.enterprise_id).values_list("pk", flat=True)
    )
    if known != asked or not there <= asked:
        raise Invalid(_("有人不是本企业的职工，请刷新后再试。"), place="present")
    have = set(found.attendances.values_list("employment_id", flat=True))
    fresh, gone = sorted(there - have), sorted((asked - there) & have)
    if not (have | there) - set(gone):
        raise Invalid(
            _("至少要有一名职工参加；登记有误的请作废这场培训。"),
            place="present",
        )
    found.attendances.filter(employment__in=gone).delete()
    Attendance.objects.bulk_create([Attendance(training=found, employment_id=pk) for pk in fresh])
    closed = 0
    if gone:
        reopen(found.enterprise, found.pk, by)
    elif fresh:
        closed = close_due(found.enterprise, [found], by)
    record(
        "premises.attendance_marked",
        by=by,
        subject=("training", found.pk),
        unit_path=found.enterprise.path,
        body={"added": len(fresh), "removed": len(gone), "removed_ids": gone, "closed": closed},
    )
    return len(fresh), len(gone)


@transaction.atomic
def show_training(*, training_id: int, photos: Sequence[bytes], by: Actor) -> int:
    """Keep photographs of a session; return how many. Invalid for none."""
    found = locked_training(training_id, by)
    if not photos:
        raise Invalid(_("请选择照片。"), place="photos")
    kept = keep_photos(TRAINING_PHOTOS, found.pk, found.enterprise.path, photos)
    record(
        "premises.training_photographed",
        by=by,
        subject=("training", found.pk),
        unit_path=found.enterprise.path,
        body={"photos": kept},
    )
    return kept
