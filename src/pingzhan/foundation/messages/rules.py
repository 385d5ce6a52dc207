"""Who sees and does what with notices and channels."""

from __future__ import annotations

from django.db.models import QuerySet

from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.messages.models import Channel, Letter, Notice


def notices_visible_to(actor: Actor) -> QuerySet[Notice]:
    """Return the notices whose unit the actor may look after."""
    return Notice.objects.filter(within("unit_path", actor.paths(Permission.VIEW_MESSAGES)))


def letters_visible_to(actor: Actor) -> QuerySet[Letter]:
    """Return the letters whose unit the actor may look after."""
    return Letter.objects.filter(within("unit_path", actor.paths(Permission.VIEW_MESSAGES)))


def can_view(actor: Actor) -> bool:
    """Return whether the actor sees how sending goes."""
    return actor.has(Permission.VIEW_MESSAGES)


def channels_visible_to(actor: Actor) -> QuerySet[Channel]:
    """Return the channels: they serve the whole site, so all of them or none."""
    return Channel.objects.all() if can_view(actor) or can_manage(actor) else Channel.objects.none()


def can_manage(actor: Actor) -> bool:
    """Return whether the actor sets up channels."""
    return actor.has(Permission.MANAGE_CHANNELS)


def require_manage(actor: Actor) -> None:
    """Raise Refused unless the actor sets up channels."""
    require(actor, Permission.MANAGE_CHANNELS)


def can_handle(actor: Actor, notice: Notice) -> bool:
    """Return whether the actor may have this notice sent again or given up."""
    return actor.has(Permission.MANAGE_CHANNELS) or actor.has(Permission.SEND_NOTICES, notice.unit_path)


def require_handle(actor: Actor, notice: Notice) -> None:
    """Raise Refused unless the actor may have this notice sent again or given up."""
    if not can_handle(actor, notice):
        require(actor, Permission.SEND_NOTICES, notice.unit_path)
