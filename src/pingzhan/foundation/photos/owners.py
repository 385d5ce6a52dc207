"""Whose photographs there are: who may open them, how long they are kept and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos.models import Photo
from pingzhan.foundation.privacy import sealed_files
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule

MayRead = Callable[[Actor, int], bool]


@dataclass(frozen=True)
class PhotoOwner:
    """A kind of row that has photographs.

    ``may_read(actor, owner_id)`` says whether somebody may open those of one row. ``days`` is how long they are
    kept unless the setting says otherwise, never less than ``least``.
    """

    kind: str
    label: str | Promise
    may_read: MayRead
    purpose: str | Promise
    days: int
    least: int = 7


_owners: dict[str, PhotoOwner] = {}


def register_owner(owner: PhotoOwner) -> None:
    """Make a kind of owner known and its photographs subject to retention; called once at start."""
    _owners[owner.kind] = owner
    register_rule(
        RetentionRule(
            key=f"photos.{owner.kind}",
            label=owner.label,
            purpose=owner.purpose,
            basis=_("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=owner.days,
            least=owner.least,
            due=partial(due, owner.kind),
            destroy=destroy,
            kept=_("照片的数量、时间和校验值。"),
        )
    )


def may_read(actor: Actor, photo: Photo) -> bool:
    """Return whether somebody may open a photograph; nobody may when its kind is not registered."""
    owner = _owners.get(photo.owner_kind)
    return owner is not None and owner.may_read(actor, photo.owner_id)


def due(kind: str, now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of photographs of a kind older than so many days whose file is still there."""
    found = Photo.objects.filter(owner_kind=kind, sealed_key__isnull=False, at__lt=now - timedelta(days=days))
    return list(found.order_by("at", "pk").values_list("pk", flat=True)[:limit])


def destroy(ids: Sequence[int]) -> int:
    """Forget the keys and delete the files; that there was a photograph, and its hash, stays."""
    gone = list(Photo.objects.filter(pk__in=ids, sealed_key__isnull=False))
    Photo.objects.filter(pk__in=[one.pk for one in gone]).update(sealed_key=None)
    for one in gone:
        sealed_files.remove(one.file_owner, [str(one.n)])
    return len(gone)
