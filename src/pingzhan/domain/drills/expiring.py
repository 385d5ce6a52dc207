"""What was valid for an emergency and has to be looked at when it ends (command.md section 10 e).

A module that gives something for the time of an emergency registers a source: ``register_expiring(key, fn)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Activation, Override
from pingzhan.domain.frontline.models import Posting
from pingzhan.foundation.access.models import Device


@dataclass(frozen=True)
class Expiring:
    """One thing: ``what`` in words, since when, whether it has ended already, and where it is managed."""

    kind: str
    what: str
    since: datetime | None
    over: bool
    link: str = ""


Source = Callable[[Activation, datetime], Sequence[Expiring]]
"""``fn(activation, begun)``: the activation that ended the emergency, and when the emergency began."""

_sources: dict[str, Source] = {}


def register_expiring(key: str, fn: Source) -> None:
    """Add a source of things that were valid for an emergency. The same key again replaces it."""
    _sources[key] = fn


def expiring(activation: Activation, begun: datetime) -> list[Expiring]:
    """Return everything that was given for an emergency, from every source, what is still open first."""
    found = [one for key in sorted(_sources) for one in _sources[key](activation, begun)]
    return sorted(found, key=lambda one: one.over)


def _overrides(activation: Activation, begun: datetime) -> list[Expiring]:
    del begun
    run = activation.run_id or activation.pk
    rows = (
        Override.objects.filter(Q(activation=run) | Q(activation__run=run))
        .select_related("person")
        .order_by("pk")
    )
    return [
        Expiring(
            _("临时换人"),
            _("%(name)s（岗位 %(post)s）") % {"name": one.person.name, "post": one.post_code},
            one.at,
            one.ended_at is not None,
        )
        for one in rows
    ]


def _devices(activation: Activation, begun: datetime) -> list[Expiring]:
    """Return the devices that got a token during the emergency, in its scope."""
    if activation.world:
        return []
    rows = Device.objects.filter(
        unit_path__startswith=activation.unit.path, issued_at__gte=begun, issued_at__lte=activation.ended_at
    ).order_by("pk")
    return [
        Expiring(_("设备凭证"), one.name, one.issued_at, one.revoked_at is not None, "/devices/")
        for one in rows
    ]


def _places(activation: Activation, begun: datetime) -> list[Expiring]:
    """Return the front-line places that were in force in the emergency, by enterprise."""
    rows = (
        Posting.objects.filter(
            world=activation.world,
            unit__path__startswith=activation.unit.path,
            given_at__gte=begun,
            given_at__lte=activation.ended_at,
        )
        .values("unit__name")
        .annotate(people=Count("person", distinct=True), live=Count("pk", filter=Q(ended_at__isnull=True)))
        .order_by("unit__name")
    )
    return [
        Expiring(
            _("下沉一线"),
            _("%(unit)s，%(n)d 人") % {"unit": row["unit__name"], "n": row["people"]},
            begun,
            row["live"] == 0,
        )
        for row in rows
    ]


def register() -> None:
    """Register the sources that exist below this module; called once when the application is ready."""
    register_expiring("overrides", _overrides)
    register_expiring("devices", _devices)
    register_expiring("places", _places)
