"""What the system holds of one person, in counts: for a request to inspect, correct or delete (PIPL 45-47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from pingzhan.foundation.privacy.holders import holders, kind_label
from pingzhan.foundation.privacy.models import OPEN_STATES, Erasure, Subject
from pingzhan.kernel.errors import NotFound


@dataclass(frozen=True)
class Held:
    """How many rows one holder has of the person."""

    label: str
    count: int
    note: str


@dataclass(frozen=True)
class Overview:
    """A person as the protection of personal data sees him; ``open_order`` is the order he is in."""

    subject_id: int
    kind: str
    since: datetime
    erased_at: datetime | None
    held: list[Held]
    open_order: int | None


def overview(subject_id: int) -> Overview:
    """Return what is held of a subject: two queries and those of his holders. NotFound without him."""
    subject = Subject.objects.filter(pk=subject_id).first()
    if subject is None:
        raise NotFound(_("没有登记这个人的个人信息。"))
    return Overview(
        subject_id=subject.pk,
        kind=kind_label(subject.kind),
        since=subject.created_at,
        erased_at=subject.erased_at,
        held=[
            Held(str(holder.label), holder.count([subject.pk]), str(holder.describe))
            for holder in holders(subject.kind)
        ],
        open_order=Erasure.objects.filter(subjects__subject=subject, state__in=OPEN_STATES)
        .values_list("pk", flat=True)
        .first(),
    )
