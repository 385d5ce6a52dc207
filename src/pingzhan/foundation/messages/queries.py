"""What the page of notices shows: channels, queue, trouble, one notice's way, letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.messages import rules
from pingzhan.foundation.messages.kinds import Kind
from pingzhan.foundation.messages.models import (
    EXPRESS,
    Attempt,
    Channel,
    Letter,
    Notice,
    NoticeState,
    Priority,
)
from pingzhan.foundation.messages.sealing import kind_of

WAITING = (NoticeState.QUEUED, NoticeState.LEASED, NoticeState.FAILED)
ARRIVED = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.READ)


@dataclass(frozen=True)
class ChannelRow:
    """A channel, its kind, and how many notices wait for it."""

    channel: Channel
    kind: Kind | None
    waiting: int


def channel_rows(actor: Actor) -> list[ChannelRow]:
    """Return the channels with their health, in order (two queries)."""
    channels = list(rules.channels_visible_to(actor).select_related("health").order_by("order", "id"))
    waiting = dict(
        Notice.objects.filter(state__in=WAITING, via__in=[one.key for one in channels])
        .order_by()
        .values_list("via")
        .annotate(n=Count("id"))
    )
    return [ChannelRow(one, kind_of(one), waiting.get(one.key, 0)) for one in channels]


@dataclass
class QueueRow:
    """Notices of one class of priority by state; ``done`` within the last 24 hours."""

    priority: Priority
    queued: int = 0
    leased: int = 0
    failed: int = 0
    dead: int = 0
    done: int = 0


def priority_class(priority: int) -> Priority:
    """Return the class a priority belongs to."""
    if priority <= Priority.COMMAND:
        return Priority.COMMAND
    if priority <= EXPRESS:
        return Priority.URGENT
    return Priority.NORMAL if priority < Priority.BULK else Priority.BULK


def queue_rows(actor: Actor) -> list[QueueRow]:
    """Return the queue by class of priority (one query)."""
    found = {one: QueueRow(one) for one in Priority}
    counted = (
        rules.notices_visible_to(actor)
        .filter(~Q(state__in=ARRIVED) | Q(sent_at__gte=Now() - timedelta(hours=24)))
        .order_by()
        .values_list("priority", "state")
        .annotate(n=Count("id"))
    )
    for priority, state, n in counted:
        row = found[priority_class(priority)]
        name = "done" if state in ARRIVED else state
        setattr(row, name, getattr(row, name) + n)
    return list(found.values())


def troubled(actor: Actor) -> QuerySet[Notice]:
    """Return the notices that failed or were given up, newest first."""
    return (
        rules.notices_visible_to(actor)
        .filter(state__in=[NoticeState.FAILED, NoticeState.DEAD])
        .order_by("-id")
    )


def attempts_of(notice: Notice) -> list[Attempt]:
    """Return the whole way of a notice, the earliest first."""
    return list(Attempt.objects.filter(notice=notice).order_by("id"))


@dataclass
class LetterRow:
    """A letter and how far its notices have come."""

    letter: Letter
    waiting: int = 0
    sent: int = 0
    read: int = 0
    dead: int = 0
    states: dict[str, int] = field(default_factory=dict)


def letter_rows(letters: Sequence[Letter]) -> list[LetterRow]:
    """Return letters with the states of their notices (one query)."""
    found = {one.pk: LetterRow(one) for one in letters}
    counted = (
        Notice.objects.filter(subject_kind="letter", subject_id__in=found)
        .order_by()
        .values_list("subject_id", "state")
        .annotate(n=Count("id"))
    )
    for letter, state, n in counted:
        row = found[letter]
        if state in WAITING:
            row.waiting += n
        elif state == NoticeState.READ:
            row.read += n
            row.sent += n
        elif state == NoticeState.DEAD:
            row.dead += n
        else:
            row.sent += n
    return [found[one.pk] for one in letters]


def notices_of_letter(letter: Letter) -> QuerySet[Notice]:
    """Return the notices of a letter: those nobody has read first."""
    found = Notice.objects.filter(subject_kind="letter", subject_id=letter.pk)
    return found.order_by(F("read_at").asc(nulls_first=True), "id")
