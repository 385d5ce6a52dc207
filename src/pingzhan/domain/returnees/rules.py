"""Who may see and who may change returns and the list of key regions."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.returnees.enums import Outcome
from pingzhan.domain.returnees.judging.facts import OUTCOMES
from pingzhan.domain.returnees.models import Application, Region
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Refused


def can_see(actor: Actor, application: Application) -> bool:
    """Return whether the actor may see that somebody returns, and what was decided."""
    return actor.has(Permission.VIEW_LEDGERS, application.enterprise.path)


def visible_to(actor: Actor) -> QuerySet[Application]:
    """Return the returns the actor may see in lists."""
    return Application.objects.filter(within("enterprise__path", actor.paths(Permission.VIEW_LEDGERS)))


def can_read(actor: Actor, application: Application) -> bool:
    """Return whether the actor may see journeys, contacts, health and the reasons that repeat them."""
    return actor.has(Permission.VIEW_HEALTH, application.enterprise.path)


def can_keep(actor: Actor, enterprise: Unit) -> bool:
    """Return whether the actor may enter and follow returns of this enterprise."""
    return actor.has(Permission.KEEP_LEDGERS, enterprise.path)


def require_keep(actor: Actor, enterprise: Unit) -> None:
    """Raise Refused when the actor may not keep the ledgers of this enterprise."""
    require(actor, Permission.KEEP_LEDGERS, enterprise.path)


def can_override(actor: Actor, application: Application, outcome: Outcome, ruled: Outcome) -> bool:
    """Return whether the actor may decide ``outcome`` where the rules say ``ruled``.

    Stricter: who keeps the ledger or handles incidents. Milder than the rules: only who handles incidents.
    """
    path = application.enterprise.path
    if actor.has(Permission.HANDLE_INCIDENTS, path):
        return True
    stricter = OUTCOMES.index(outcome) >= OUTCOMES.index(ruled)
    return stricter and actor.has(Permission.KEEP_LEDGERS, path)


def require_override(actor: Actor, application: Application, outcome: Outcome, ruled: Outcome) -> None:
    """Raise Refused when the actor may not decide so."""
    if can_override(actor, application, outcome, ruled):
        return
    if actor.has(Permission.KEEP_LEDGERS, application.enterprise.path):
        raise Refused(
            _("您不能把判定改得比规则宽。"),
            hint=_("请由值班长或医疗保障组研判后改判。"),
            code="refused_milder",
        )
    require(actor, Permission.HANDLE_INCIDENTS, application.enterprise.path)


def can_see_regions(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may see the list of key regions of a zone: whoever sees ledgers in it."""
    return any(
        zone.path.startswith(path) or path.startswith(zone.path)
        for path in (*actor.paths(Permission.VIEW_LEDGERS), *actor.paths(Permission.MANAGE_MEASURES))
    )


def visible_regions(actor: Actor) -> QuerySet[Region]:
    """Return the entries of the lists of those zones that the actor has something to do with."""
    zones = [zone.pk for zone in Unit.objects.filter(kind="zone") if can_see_regions(actor, zone)]
    return Region.objects.filter(zone__in=zones)


def can_edit_regions(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may change the list of key regions of a zone."""
    return any(actor.has(one, zone.path) for one in (Permission.MANAGE_MEASURES, Permission.HANDLE_INCIDENTS))


def require_edit_regions(actor: Actor, zone: Unit) -> None:
    """Raise Refused when the actor may not change the list."""
    if not can_edit_regions(actor, zone):
        require(actor, Permission.MANAGE_MEASURES, zone.path)
