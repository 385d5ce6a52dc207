"""Who has answered in time, who late, who not at all; what waits for the head of a group (command.md section 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import settings
from pingzhan.domain.command.enums import AckState, Posture
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.enums import GroupKind, PostRole
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.options.registry import value

LATE_SHOWN = timedelta(days=1)
"""For how long a late confirmation is offered for putting back."""
CORE = Q(post__critical=True) | Q(post__group__kind=GroupKind.LEADING) | Q(post__role=PostRole.HEAD)
ENTERPRISE = Q(post__role__in=[PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD, PostRole.FIRM_TEAM])


@dataclass(frozen=True)
class AckClass:
    """One audience class of an emergency: its target time and how its seats stand.

    ``on_time`` and ``late`` have confirmed, within the target or after it; ``waiting`` still has time,
    ``overdue`` has not.
    """

    key: str
    label: str
    minutes: int
    on_time: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0

    @property
    def seats(self) -> int:
        """Return how many seats the class has."""
        return self.on_time + self.late + self.waiting + self.overdue


@dataclass(frozen=True)
class Waiting:
    """The state of the answers of a zone: by class, and how many seats nobody answers for."""

    classes: tuple[AckClass, ...]
    unanswered: int
    late: list[Seat] = field(default_factory=list)


def minutes_of(key: str) -> int:
    """Return the target time of a class in minutes."""
    return int(value(settings.ACK_MINUTES[key]))


def waiting(zone: Unit, world: int = 0) -> Waiting:
    """Return how the open emergency seats of a zone have been answered, and who confirmed late. Two queries.

    Workers are no class here: of a broadcast only those who looked are counted (``broadcast_progress``).
    """
    labels = {"core": _("领导和组长"), "post": _("其他岗位"), "enterprise": _("企业联系人")}
    targets = {key: minutes_of(key) for key in labels}
    limit = Case(
        *(When(Q(klass=key), then=Value(timedelta(minutes=minutes))) for key, minutes in targets.items())
    )
    rows = (
        Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True, posture=Posture.EMERGENCY)
        .annotate(
            klass=Case(
                When(CORE, then=Value("core")),
                When(ENTERPRISE, then=Value("enterprise")),
                default=Value("post"),
            )
        )
        .annotate(deadline=F("opened_at") + limit)
        .values("klass")
        .annotate(
            on_time=Count("id", filter=Q(acked_at__lte=F("deadline"))),
            late=Count("id", filter=Q(acked_at__gt=F("deadline"))),
            waiting=Count("id", filter=Q(acked_at__isnull=True, deadline__gt=Now())),
            overdue=Count("id", filter=Q(acked_at__isnull=True, deadline__lte=Now())),
            nobody=Count("id", filter=~Q(unanswered="")),
        )
    )
    found = {row["klass"]: row for row in rows}
    classes = tuple(
        AckClass(
            key,
            label,
            targets[key],
            *(found[key][name] if key in found else 0 for name in ("on_time", "late", "waiting", "overdue")),
        )
        for key, label in labels.items()
    )
    return Waiting(classes, sum(row["nobody"] for row in found.values()), list(late_answers(zone, world)))


def late_answers(zone: Unit, world: int = 0) -> QuerySet[Seat]:
    """Return seats passed on within a day whose former holder confirmed late and does not sit there again."""
    return (
        _late()
        .filter(world=world, zone=zone)
        .select_related("person", "unit", "post__group", "replaces__person")
        .order_by("-late_ack_at")
    )


def _late() -> QuerySet[Seat]:
    there = Seat.objects.filter(
        world=OuterRef("world"),
        zone=OuterRef("zone"),
        post_code=OuterRef("post_code"),
        seat_no=OuterRef("seat_no"),
        closed_at__isnull=True,
        posture=Posture.EMERGENCY,
    )
    return Seat.objects.filter(
        Exists(there),
        ~Exists(there.filter(person=OuterRef("person"))),
        ack_state=AckState.PASSED,
        late_ack_at__gt=Now() - LATE_SHOWN,
    )


@dataclass(frozen=True)
class HeadMatters:
    """What waits for the head of a group: seats nobody answers for, and former holders who confirmed late."""

    unanswered: list[Seat]
    late: list[Seat]

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self.unanswered or self.late)


def head_matters(person_id: int, world: int = 0) -> HeadMatters:
    """Return what waits for a person as the head of his groups; the leading group's head sees all. Three queries."""
    heads = Seat.objects.filter(
        person=person_id,
        world=world,
        closed_at__isnull=True,
        post__role=PostRole.HEAD,
        posture=Posture.EMERGENCY,
    ).values_list("zone_id", "post__group__code", "post__group__kind")
    mine = Q(pk__in=[])
    for zone, code, kind in heads:
        mine |= Q(zone=zone) if kind == GroupKind.LEADING else Q(zone=zone, post__group__code=code)
    if not mine.children or mine == Q(pk__in=[]):
        return HeadMatters([], [])
    related = ("person", "unit", "post__group", "replaces__person")
    return HeadMatters(
        list(
            Seat.objects.filter(mine, world=world, closed_at__isnull=True)
            .exclude(unanswered="")
            .select_related(*related)
            .order_by("opened_at", "pk")
        ),
        list(_late().filter(mine, world=world).select_related(*related).order_by("-late_ack_at")),
    )
