"""How the structure pages word holders, seats and postures."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import CLASS_MAX_SEATS, PostPosture, VersionStatus
from pingzhan.domain.organisation.models import (
    Contact,
    Holding,
    Person,
    Post,
    Responsibility,
    StructureVersion,
)
from pingzhan.kernel.levels import Level

register = template.Library()

_TONES = {VersionStatus.DRAFT: "warn", VersionStatus.PUBLISHED: "ok", VersionStatus.RETIRED: "idle"}


@register.filter
def tone(version: StructureVersion) -> str:
    """Return the badge state of a version's status."""
    return _TONES[VersionStatus(version.status)]


@register.filter
def holder(holding: Holding) -> str:
    """Return who a holding names."""
    return api.holder_label(holding)


@register.filter
def of(shown: dict[int, str], one: Contact | Person) -> str:
    """Return how a contact, or one of a person, is shown: out of what the view masked for the whole page."""
    return shown.get(one.pk, "")


@register.filter
def rank(holding: Holding | Responsibility) -> str:
    """Return the place of a substitute in the line."""
    return _("第 %(rank)d 替补") % {"rank": holding.rank}


@register.filter
def seats(post: Post) -> str:
    """Return how many seats must and may be filled; a class post has no upper number."""
    if post.max_seats >= CLASS_MAX_SEATS:
        return _("不限")
    return str(post.max_seats) if post.min_seats == post.max_seats else f"{post.min_seats}–{post.max_seats}"


@register.filter
def inforce(post: Post) -> str:
    """Return when a post is wanted: posture, and the level when not every level will do."""
    text = str(PostPosture(post.posture).label)
    if post.posture == PostPosture.ROUTINE or post.level_at_least == Level.IV:
        return text
    return _("%(posture)s（%(level)s级及以上）") % {"posture": text, "level": Level(post.level_at_least).sign}


@register.simple_tag
def change_button(version: StructureVersion, what: str, row_pk: int = 0) -> str:
    """Return the address of the form of one change."""
    if row_pk:
        return reverse("structure:change_row", args=[version.pk, what, row_pk])
    return reverse("structure:change", args=[version.pk, what])
