"""Emergency drills of an enterprise: registered with photographs, taken back when it was a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import satisfy, unsatisfy
from pingzhan.domain.premises import rules
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.models import Exercise
from pingzhan.domain.premises.personal import read_words
from pingzhan.domain.premises.protection import EXERCISE_PHOTOS as EXERCISE
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

OLDEST = timedelta(days=366)
MAX_TEXT = 500
STILL = timedelta(days=184)
"""The longest period in which a measure asks for a drill."""


@dataclass(frozen=True, slots=True)
class ExerciseData:
    """A drill as it was held; ``mended`` says what is done about what was found."""

    topic: str
    held_on: date
    place: str
    persons: int
    course: str
    found: str = ""
    mended: str = ""


def new_exercise(enterprise: Unit, data: ExerciseData, *, by_name: str, today: date) -> Exercise:
    """Return the row a drill makes, not stored. Raises Invalid with the field as its place."""
    if data.held_on > today:
        raise Invalid(_("演练日期不能晚于今天。"), place="held_on")
    if today - data.held_on > OLDEST:
        raise Invalid(_("只能登记最近一年的演练。"), place="held_on")
    if data.persons < 1:
        raise Invalid(_("参加人数至少为 1。"), place="persons")
    row = Exercise(
        enterprise=enterprise,
        held_on=data.held_on,
        topic=read_words(data.topic, place="topic", required=_("请填写演练内容。")),
        place=read_words(data.place, place="place", required=_("请填写演练地点。")),
        persons=data.persons,
        course=read_words(data.course, place="course", required=_("请写明演练经过。"), most=MAX_TEXT),
        found=read_words(data.found, place="found", most=MAX_TEXT),
        mended=read_words(data.mended, place="mended", most=MAX_TEXT),
        made_by=by_name,
    )
    if row.found and not row.mended:
        raise Invalid(_("发现了问题，请写明改进措施。"), place="mended")
    return row


@transaction.atomic
def hold_exercise(
    *, enterprise: Unit, data: ExerciseData, by: Actor, photos: Sequence[bytes] = ()
) -> Exercise:
    """Register a drill with its photographs; it closes what is due in the period of its day."""
    rules.require_keep(by, enterprise)
    common.one_at_a_time(enterprise)
    row = new_exercise(enterprise, data, by_name=by.name, today=clock.today())
    if Exercise.objects.filter(
        enterprise=enterprise, held_on=row.held_on, topic=row.topic, voided_at__isnull=True
    ).exists():
        raise Invalid(_("这一天已登记过同一内容的演练。"), place="topic")
    checked(row, exclude=["enterprise"])
    row.save(force_insert=True)
    kept = keep_photos(EXERCISE, row.pk, enterprise.path, photos)
    closed = _close(row, by)
    record(
        "premises.exercise_held",
        by=by,
        subject=("exercise", row.pk),
        unit_path=enterprise.path,
        body={"persons": row.persons, "photos": kept, "closed": closed},
    )
    return row


def _close(row: Exercise, by: Actor) -> int:
    at = min(clock.noon(row.held_on), clock.now())
    return satisfy(
        unit_id=row.enterprise_id, evidence=Evidence.DRILL.value, at=at, ref=(EXERCISE, row.pk), by=by
    )


@transaction.atomic
def void_exercise(*, exercise_id: int, by: Actor) -> None:
    """Mark a drill as a mistake; what it closed is open again unless another one meets it."""
    found = (
        rules.exercises_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=exercise_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次演练，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.voided_at is not None:
        raise Conflict(_("这次演练已经作废。"), code="ended")
    Exercise.objects.filter(pk=found.pk).update(voided_at=Now())
    unsatisfy((EXERCISE, found.pk))
    since = clock.today() - STILL
    for other in Exercise.objects.filter(
        enterprise=found.enterprise, voided_at__isnull=True, held_on__gt=since
    ).order_by("held_on", "pk"):
        _close(other, by)
    record("premises.exercise_voided", by=by, subject=("exercise", found.pk), unit_path=found.enterprise.path)
