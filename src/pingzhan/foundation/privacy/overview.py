"""What the system holds of one person, in counts: for a request to inspect, correct or delete (PIPL 45-47)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require, require_site
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
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


@transaction.atomic
def look_into(subject_id: int, *, by: Actor, unit_path: str) -> Overview:
    """Return what is held of a subject, and record that somebody looked; a reading of personal data.

    Raises Refused unless the actor manages personal data of the unit, NotFound without the subject.
    """
    if unit_path == "/":
        require_site(by, Permission.MANAGE_PRIVACY)
    else:
        require(by, Permission.MANAGE_PRIVACY, unit_path)
    found = overview(subject_id)
    record("privacy.held_viewed", by=by, subject=("subject", subject_id), unit_path=unit_path)
    return found


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
