"""Training: a session with whole teams and exceptions, taken back when it was a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import duties, rules
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.enums import TrainingForm
from pingzhan.domain.premises.models import Attendance, Training
from pingzhan.domain.premises.personal import read_words
from pingzhan.domain.premises.queries.training import share_of, working
from pingzhan.domain.premises.standards import training_rule
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

OLDEST = timedelta(days=366)
STILL = timedelta(days=92)
"""The longest period in which a measure asks for training."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """A session; ``material`` names what was handed out or shown."""

    topic: str
    held_on: date
    form: TrainingForm = TrainingForm.LECTURE
    hours: Decimal = Decimal(1)
    material: str = ""


def audience(
    enterprise: Unit, teams: Iterable[Team], *, without: Sequence[str] = (), besides: Sequence[str] = ()
) -> list[int]:
    """Return the employments of whole teams without some and with some others, named by employee number.

    No team means everybody at work. Invalid for a number that is nobody's, or an exception who is not meant.
    """
    chosen = list(teams)
    rows = working(enterprise.pk)
    if any(team.enterprise_id != enterprise.pk for team in chosen):
        raise Invalid(_("该班组不属于这家企业。"), place="teams")
    if chosen:
        rows = rows.filter(placements__t1__isnull=True, placements__team__in=chosen)
    found = set(rows.values_list("pk", flat=True))
    for number in without:
        one = common.worker(enterprise, number, place="without")
        if one.pk not in found:
            raise Invalid(_("工号%(no)s不在所选班组，不用列为例外。") % {"no": number}, place="without")
        found.discard(one.pk)
    for number in besides:
        found.add(common.worker(enterprise, number, place="besides").pk)
    return sorted(found)


@transaction.atomic
def hold_training(*, enterprise: Unit, data: TrainingData, workers: Sequence[int], by: Actor) -> Training:
    """Register a session with the workers it reached.

    Once so many are told in time as the measures ask for, the duty of training is closed by this session.
    """
    rules.require_keep(by, enterprise)
    common.one_at_a_time(enterprise)
    today = clock.today()
    if data.held_on > today:
        raise Invalid(_("培训日期不能晚于今天。"), place="held_on")
    if today - data.held_on > OLDEST:
        raise Invalid(_("只能登记最近一年的培训。"), place="held_on")
    known = set(
        Employment.objects.filter(pk__in=list(workers), enterprise=enterprise).values_list("pk", flat=True)
    )
    if not known or known != set(workers):
        raise Invalid(_("没有参加的职工，请选择班组或填写工号。"), place="teams")
    row = Training(
        enterprise=enterprise,
        topic=read_words(data.topic, place="topic", required=_("请填写培训主题。")),
        held_on=data.held_on,
        form=data.form,
        hours=data.hours,
        material=read_words(data.material, place="material", most=120),
        made_by=by.name,
    )
    checked(row, exclude=["enterprise"])
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("这一天已登记过同一主题的培训。"), code="training_twice") from error
    Attendance.objects.bulk_create([Attendance(training=row, employment_id=pk) for pk in sorted(known)])
    closed = close_due(enterprise, [row], by)
    record(
        "premises.trained",
        by=by,
        subject=("training", row.pk),
        unit_path=enterprise.path,
        body={"persons": len(known), "closed": closed},
    )
    return row


def add_attendance(training: Training, workers: Iterable[int], by: Actor) -> int:
    """Add workers to a session that is there; return how many are new. Part of the import's transaction."""
    have = set(training.attendances.values_list("employment_id", flat=True))
    fresh = sorted(set(workers) - have)
    Attendance.objects.bulk_create([Attendance(training=training, employment_id=pk) for pk in fresh])
    if fresh:
        close_due(training.enterprise, [training], by)
    return len(fresh)


def close_due(enterprise: Unit, rows: Iterable[Training], by: Actor) -> int:
    """Close what these sessions meet, and what asks for everybody once everybody was told in time."""
    held = list(rows)
    rule = training_rule(enterprise)
    expected, done = share_of(enterprise.pk, rule.days)
    told = bool(expected) and done * 100 >= expected * rule.share
    return duties.trained(enterprise, held, by, everybody=held[-1].pk if told and held else 0)


def reopen(enterprise: Unit, training_id: int, by: Actor) -> None:
    """Open again what a session closed; what was held in periods that may still be open stands for it where it can."""
    duties.training_voided(training_id)
    since = clock.today() - STILL
    others = Training.objects.filter(enterprise=enterprise, voided_at__isnull=True, held_on__gt=since)
    close_due(enterprise, others.order_by("held_on", "pk"), by)


def locked_training(training_id: int, by: Actor) -> Training:
    """Return a session the actor keeps, locked until the commit. NotFound, Refused, or Conflict when it was voided."""
    found = (
        rules.trainings_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=training_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这场培训，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.voided_at is not None:
        raise Conflict(_("这场培训已经作废。"), code="ended")
    return found


@transaction.atomic
def void_training(*, training_id: int, by: Actor) -> None:
    """Mark a session as a mistake; it counts no more, and what it closed is open again unless others suffice."""
    found = locked_training(training_id, by)
    Training.objects.filter(pk=found.pk).update(voided_at=Now())
    reopen(found.enterprise, found.pk, by)
    record("premises.training_voided", by=by, subject=("training", found.pk), unit_path=found.enterprise.path)
