"""The zero report of an enterprise on a day on which nobody asked for it: its measures may demand one every day."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.reporting.actions.generating import list_zero
from pingzhan.domain.reporting.actions.zero import report_zero
from pingzhan.domain.reporting.enums import LineKind
from pingzhan.domain.reporting.models import Due, ZeroLine
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict


@transaction.atomic
def report_own_zero(*, enterprise: Unit, by: Actor) -> ZeroLine:
    """Give today's zero report of an enterprise; listed now, without reminders, when nobody asked for it yet.

    Raises Refused when it is not this person's to give, Conflict when enterprises give none or today's was dropped.
    """
    zone = zone_of(enterprise)
    now = clock.now()
    key = f"zero:{clock.day_of(now)}"
    asked = Due.objects.filter(zone=zone, world=0, key=key).exists()
    lines = ZeroLine.objects.filter(
        due__zone=zone, due__world=0, due__key=key, kind=LineKind.ENTERPRISE, unit=enterprise
    )
    line = lines.first()
    if line is None:
        list_zero(zone, 0, [enterprise.path], now, late=True)
        if not asked:  # nobody is reminded of what one enterprise gave by itself
            Due.objects.filter(zone=zone, world=0, key=key).update(next_at=None)
        line = lines.first()
    if line is None:
        raise Conflict(_("今天没有要求企业零报告。"), code="zero_nobody")
    return report_zero(line_id=line.pk, by=by)
