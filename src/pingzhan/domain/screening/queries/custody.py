"""Tubes and boxes of a round on their way, which are too old or missing, and the whole way of one of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening import settings, walkins
from pingzhan.domain.screening.enums import (
    IN_FIELD,
    BoxState,
    ConflictState,
    RoundState,
    SampleFlag,
    SampleRefusal,
    StepKind,
    TubeState,
)
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    CustodyStep,
    Handover,
    Round,
    Sample,
    Tube,
    WalkIn,
)
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.privacy.masks import mask_name

OFF_MS = 120_000
"""A phone's clock this far away is said (reference/front.md 9)."""
UNUSUAL = 100
"""Records that do not count or are marked, shown at most."""


class Gap(models.TextChoices):
    """How a tube is missing."""

    BOX_CAME = "box_came", _("箱到了，管没到")
    TOO_OLD = "too_old", _("超过时限还没有接收")
    ROUND_OVER = "round_over", _("本轮已结束，还没有接收")
    NOBODY = "nobody", _("收到管，没有收到管内人员")
    UNSEALED = "unsealed", _("实验室已接收，手机还没有上传封管")


@dataclass(frozen=True, slots=True)
class Way:
    """One step of the way of a tube or a box.

    ``at`` is when it happened, ``told`` when the server heard of it. ``off`` says that the phone's clock was wrong:
    ``shown`` is what it showed.
    """

    step: str
    label: str
    at: datetime
    told: datetime
    who: str
    ref: str = ""
    note: str = ""
    off: bool = False
    shown: datetime | None = None


@dataclass(frozen=True, slots=True)
class Swabbed:
    """One record of a tube, without the person: which place, when, with which phone, what is unusual."""

    tube: str
    place: int
    at: datetime
    shown: datetime
    device: str
    refused: str
    flags: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A conflict with the codes of the tubes, the masked name it is about, and how it was settled.

    ``person`` and ``note`` are empty for whoever may not know who is in a tube.
    """

    conflict: Conflict
    tubes: tuple[tuple[int, str], ...]
    person: str
    note: str


def tube_age_limit() -> timedelta:
    """Return how old a tube may be when the laboratory receives it."""
    return timedelta(minutes=settings.age_minutes())


def _late() -> Q:
    return Q(
        first_taken_at__lt=Coalesce(F("received_at"), Now()) - Value(tube_age_limit(), models.DurationField())
    ) & ~Q(state=TubeState.VOID)


def with_age(tubes: QuerySet[Tube]) -> QuerySet[Tube]:
    """Return tubes with ``too_old``, and ``age_to``: until when its age runs."""
    return tubes.annotate(
        too_old=Case(When(_late(), then=Value(True)), default=Value(False)),
        age_to=Coalesce(F("received_at"), Now()),
    )


def tube_counts(round_: Round) -> dict[str, int]:
    """Return how many tubes of a round are in each state, and under ``held`` and ``old`` those. One query."""
    found = Tube.objects.filter(round=round_).aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in TubeState},
        held=Count("pk", filter=Q(held=True)),
        old=Count("pk", filter=_late()),
    )
    return {key: int(value) for key, value in found.items()}


def missing_tubes(round_: Round) -> QuerySet[Tube]:
    """Return the tubes of a round that are missing, each with ``gap``, the oldest first."""
    field = Q(state__in=IN_FIELD)
    over = Value(round_.state == RoundState.CLOSED)
    rows = Tube.objects.filter(round=round_).annotate(
        gap=Case(
            When(field & Q(box__state=BoxState.RECEIVED), then=Value(Gap.BOX_CAME.value)),
            When(field & _late(), then=Value(Gap.TOO_OLD.value)),
            When(field & Q(over), then=Value(Gap.ROUND_OVER.value)),
            When(
                Q(
                    state__in=(TubeState.SEALED, TubeState.BOXED, TubeState.HANDED, TubeState.RECEIVED),
                    heads=0,
                ),
                then=Value(Gap.NOBODY.value),
            ),
            When(Q(state=TubeState.RECEIVED, sealed_at__isnull=True), then=Value(Gap.UNSEALED.value)),
            default=Value(""),
            output_field=models.TextField(),
        )
    )
    return with_age(rows.exclude(gap="")).order_by(F("first_taken_at").asc(nulls_first=True), "code")


def boxes_of(round_: Round) -> QuerySet[Box]:
    """Return the boxes of a round with how many tubes are in, how many of them came, and what is signed.

    ``given`` counts the times it was handed over, ``signed`` those somebody signed for.
    """
    steps = CustodyStep.objects.filter(box_id=OuterRef("pk"), step=StepKind.HANDOVER)
    return (
        Box.objects.filter(round=round_)
        .annotate(
            inside=Count("tubes"),
            came=Count("tubes", filter=Q(tubes__received_at__isnull=False)),
            given=Coalesce(_counted(steps, "box_id"), Value(0)),
            signed=Coalesce(_counted(Handover.objects.filter(box=OuterRef("pk")), "box_id"), Value(0)),
        )
        .order_by("-opened_at", "code")
    )


def _counted(rows: QuerySet[models.Model], by: str) -> models.Subquery:
    return models.Subquery(
        rows.order_by().values(by).annotate(n=Count("pk")).values("n"), output_field=models.IntegerField()
    )


def rounds_with_tubes(rounds: QuerySet[Round]) -> QuerySet[Round]:
    """Return the rounds that have tubes, the latest day first."""
    return rounds.filter(Exists(Tube.objects.filter(round=OuterRef("pk")))).order_by("-day", "-number")


def way_of(tube: Tube, *, named: bool) -> list[Way]:
    """Return the whole way of a tube from the first swab to the last result, in the order of time. Four queries.

    Without ``named`` (rules.sees_swabbed) what samplers wrote at a step is left out: it may say who was swabbed.
    """
    box = Q(box_id=tube.box_id, tube_id__isnull=True) if tube.box_id else Q(pk=None)
    found = _ways(CustodyStep.objects.filter(Q(tube_id=tube.pk) | box), named=named)
    if tube.first_taken_at is not None:
        found.append(Way("collect", str(_("首人采样")), tube.first_taken_at, tube.opened_at, ""))
    signed = Handover.objects.filter(box=tube.box_id) if tube.box_id else ()
    return sorted([*found, *(_signature(one) for one in signed)], key=lambda one: one.at)


def way_of_box(box: Box, *, named: bool) -> list[Way]:
    """Return the way of a box with both signatures of each hand-over; ``named`` as for a tube. Three queries."""
    found = _ways(CustodyStep.objects.filter(box_id=box.pk, tube_id__isnull=True), named=named)
    return sorted(
        [*found, *(_signature(one) for one in Handover.objects.filter(box=box))], key=lambda one: one.at
    )


def _signature(one: Handover) -> Way:
    words = str(_("%(t)s ℃")) % {"t": one.temperature}
    return Way("signed", str(_("接收签字")), one.signed_at, one.at, one.receiver, words, one.note)


def _ways(steps: QuerySet[CustodyStep], *, named: bool) -> list[Way]:
    rows = list(steps)
    names = _devices({pk for one in rows for pk in (one.device_id, one.to_device) if pk})
    boxes = {one.box_id for one in rows if one.tube_id and one.box_id}
    codes = dict(Box.objects.filter(pk__in=boxes).values_list("pk", "code")) if boxes else {}
    found = []
    for one in rows:
        at = one.at if one.device_at is None else one.device_at - timedelta(milliseconds=one.skew_ms)
        ref = (
            names.get(one.to_device, "")
            if one.to_device
            else (codes.get(one.box_id or 0, "") if one.tube_id else one.ref)
        )
        off = abs(one.skew_ms) > OFF_MS
        who = names.get(one.device_id, one.by_name) if one.device_id else one.by_name
        label, note = str(StepKind(one.step).label), one.note if named else ""
        found.append(Way(one.step, label, at, one.at, who, ref, note, off, one.device_at if off else None))
    return found


def _devices(ids: set[int]) -> dict[int, str]:
    return dict(Device.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def records_of(tube: Tube, *, named: bool) -> list[Swabbed]:
    """Return the records of a tube in the order of time; refused ones too, and no names. Two queries.

    Without ``named`` (rules.sees_swabbed) what samplers wrote is left out: it may say who was swabbed.
    """
    return _swabbed(Sample.objects.filter(tube_id=tube.pk), {tube.pk: tube.code}, named=named)


def unusual_records(round_: Round, *, named: bool) -> list[Swabbed]:
    """Return records of a round that do not count or are marked, the newest UNUSUAL of them. Three queries.

    ``named`` as for the records of a tube.
    """
    rows = Sample.objects.filter(
        Q(refused__gt=SampleRefusal.COUNTS) | Q(flag__gt=0),
        tube_id__in=Tube.objects.filter(round=round_).values("pk"),
    ).order_by("-received_at", "-seq")[:UNUSUAL]
    found = list(rows)
    codes = dict(Tube.objects.filter(pk__in={one.tube_id for one in found}).values_list("pk", "code"))
    return _swabbed(found, codes, named=named)


def _swabbed(
    rows: QuerySet[Sample] | Sequence[Sample], codes: dict[int, str], *, named: bool
) -> list[Swabbed]:
    found = list(rows)
    names = _devices({one.device_id for one in found})
    lines = [
        Swabbed(
            tube=codes.get(one.tube_id, ""),
            place=one.place,
            at=one.taken_at - timedelta(milliseconds=one.skew_ms),
            shown=one.taken_at,
            device=names.get(one.device_id, ""),
            refused=str(SampleRefusal(one.refused).label) if one.refused else "",
            flags=tuple(str(flag.label) for flag in SampleFlag if one.flag & flag),
            note=one.note if named else "",
        )
        for one in found
    ]
    return sorted(lines, key=lambda one: (one.tube, one.at, one.place))


def doubts_of(conflicts: Sequence[Conflict], *, named: bool) -> list[Doubt]:
    """Return conflicts with their tubes and masked names. Five queries at most.

    Without ``named`` (rules.sees_swabbed) no name is opened, and what was written when one was settled is left out:
    it is asked for in words that say who was swabbed.
    """
    persons = {one.person for one in conflicts if one.person}
    of_person: dict[tuple[int, int], list[int]] = {}
    for round_id, person, tube in (
        Sample.objects.filter(
            person__in=persons, round_id__in={one.round_id for one in conflicts}, refused=SampleRefusal.COUNTS
        )
        .order_by("tube_id")
        .values_list("round_id", "person", "tube_id")
        .distinct()
    ):
        of_person.setdefault((round_id, person), []).append(tube)
    asked = {one.tube_id for one in conflicts if one.tube_id} | {
        pk for tubes in of_person.values() for pk in tubes
    }
    codes = dict(Tube.objects.filter(pk__in=asked).values_list("pk", "code"))
    names = {pk: mask_name(name) for pk, name in names_of(persons).items()} if named else {}
    found = []
    for one in conflicts:
        tubes = [one.tube_id] if one.tube_id else of_person.get((one.round_id, one.person), [])
        shown = tuple((pk, codes[pk]) for pk in tubes if pk in codes)
        found.append(Doubt(one, shown, names.get(one.person, ""), one.note if named else ""))
    return found


def names_of(persons: Collection[int]) -> dict[int, str]:
    """Return the names of persons as samples number them, in full; who shows them masks them. Four queries at most."""
    known = list(Individual.objects.filter(pk__in=[pk for pk in persons if pk > 0]))
    texts = people.opened(known, fields=("name",)) if known else {}
    found = {one.pk: texts[one.pk].name or "" for one in known}
    guests = list(WalkIn.objects.filter(pk__in=[-pk for pk in persons if pk < 0]))
    if guests:
        found |= {-pk: name for pk, name in walkins.names(guests).items()}
    return found


def open_conflicts(round_: Round) -> QuerySet[Conflict]:
    """Return the conflicts of a round, open ones first, those that hold a tube before others."""
    return (
        Conflict.objects.filter(round=round_)
        .annotate(is_open=Case(When(state=ConflictState.OPEN, then=Value(0)), default=Value(1)))
        .order_by("is_open", "-tube_id", "-opened_at", "pk")
    )
