"""What several command pages say in one line."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from pingzhan.domain.command import api as command
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission

register = template.Library()


@register.inclusion_tag("console/switch/_newer.html", takes_context=True)
def newer_structure(context: dict[str, Any], zone: Unit) -> dict[str, Any]:
    """Say that a newer structure is in force than a running emergency stands on. Two queries."""
    request: HttpRequest = context["request"]
    return {
        "behind": command.stale_activations(zone),
        "zone": zone,
        "can_order": request_actor(request).has(Permission.ORDER_SWITCH, zone.path),
    }
