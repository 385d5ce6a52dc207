"""Who may read, write, sign reports and give zero reports; single checks beside list filters."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.reporting.models import Due, Report, ZeroLine
from pingzhan.domain.reporting.queries.reach import own_lines
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Refused

READERS = (Permission.VIEW_CONSOLE, Permission.WRITE_REPORTS, Permission.SIGN_REPORTS)
"""Who reads the reports of a zone, and who has not reported."""


def _readable(field: str, actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for permission in READERS:
        condition |= within(field, actor.paths(permission))
    return condition


def can_read(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor reads the reports of this zone. A report is the whole zone's, so is the right."""
    return any(actor.has(one, zone.path) for one in READERS)


def can_write(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor writes reports of this zone, urges, and types in what was phoned."""
    return actor.has(Permission.WRITE_REPORTS, zone.path)


def can_sign(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor signs reports of this zone."""
    return actor.has(Permission.SIGN_REPORTS, zone.path)


def dues_visible_to(actor: Actor) -> QuerySet[Due]:
    """Return the due reports the actor may see."""
    return Due.objects.filter(_readable("zone__path", actor))


def visible_to(actor: Actor) -> QuerySet[Report]:
    """Return the reports the actor may read."""
    return Report.objects.filter(_readable("zone__path", actor))


def lines_visible_to(actor: Actor) -> QuerySet[ZeroLine]:
    """Return the zero reports the actor may see: his own, and all of zones he reads. Two queries for his seats."""
    return ZeroLine.objects.filter(_readable("due__zone__path", actor) | own_lines(actor))


def own_lines_of(actor: Actor) -> QuerySet[ZeroLine]:
    """Return the lines the actor reports for."""
    return ZeroLine.objects.filter(own_lines(actor))


def can_report(actor: Actor, line: ZeroLine) -> bool:
    """Return whether a zero report is this person's own to give."""
    return own_lines_of(actor).filter(pk=line.pk).exists()


def require_report(actor: Actor, line: ZeroLine) -> None:
    """Raise Refused unless the zero report is this person's own to give."""
    if not can_report(actor, line):
        raise Refused(
            _("这份零报告不由您上报。"),
            hint=_("请由该组成员或企业联系人上报；电话报来的由值班人员登记。"),
            code="not_own_line",
        )


def require_write(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor writes reports of this zone."""
    require(actor, Permission.WRITE_REPORTS, zone.path)


def require_sign(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor signs reports of this zone."""
    require(actor, Permission.SIGN_REPORTS, zone.path)
