"""Who keeps, reads and decides what an enterprise plans, teaches, reports and produces.

KEEP_LEDGERS (contact) writes; VIEW_LEDGERS (contact, responsible official, desk) reads; REVIEW_PLANS decides on
plans, never on those of an enterprise whose ledgers one keeps; HANDLE_INCIDENTS receives and handles incidents.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.premises.models import (
    DutyDay,
    Exercise,
    Figures,
    Incident,
    Plan,
    TeamMember,
    Training,
)
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Invalid, Refused

INCIDENT_READERS = (Permission.VIEW_LEDGERS, Permission.HANDLE_INCIDENTS)
PLAN_READERS = (Permission.VIEW_LEDGERS, Permission.REVIEW_PLANS)


def _seen(actor: Actor, permissions: tuple[Permission, ...]) -> Q:
    condition = Q(pk__in=[])
    for permission in permissions:
        condition |= within("enterprise__path", actor.paths(permission))
    return condition


def plans_visible_to(actor: Actor) -> QuerySet[Plan]:
    """Return the plans the actor may see."""
    return Plan.objects.filter(_seen(actor, PLAN_READERS))


def trainings_visible_to(actor: Actor) -> QuerySet[Training]:
    """Return the sessions the actor may see."""
    return Training.objects.filter(_seen(actor, (Permission.VIEW_LEDGERS,)))


def exercises_visible_to(actor: Actor) -> QuerySet[Exercise]:
    """Return the drills of enterprises the actor may see."""
    return Exercise.objects.filter(_seen(actor, (Permission.VIEW_LEDGERS,)))


def duty_visible_to(actor: Actor) -> QuerySet[DutyDay]:
    """Return the days of duty sheets the actor may see."""
    return DutyDay.objects.filter(_seen(actor, (Permission.VIEW_LEDGERS,)))


def team_visible_to(actor: Actor) -> QuerySet[TeamMember]:
    """Return the tasks in emergency teams the actor may see."""
    return TeamMember.objects.filter(_seen(actor, (Permission.VIEW_LEDGERS,)))


def incidents_visible_to(actor: Actor) -> QuerySet[Incident]:
    """Return the incidents the actor may see."""
    return Incident.objects.filter(_seen(actor, INCIDENT_READERS))


def figures_visible_to(actor: Actor) -> QuerySet[Figures]:
    """Return the figures the actor may see."""
    return Figures.objects.filter(_seen(actor, (Permission.VIEW_LEDGERS,)))


def can_keep(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may write this enterprise's ledgers."""
    return actor.has(Permission.KEEP_LEDGERS, unit.path)


def require_keep(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may keep the ledgers of this unit, Invalid unless it is an open enterprise."""
    require(actor, Permission.KEEP_LEDGERS, unit.path)
    if unit.kind != UnitKind.ENTERPRISE:
        raise Invalid(_("只能登记在企业名下。"), place="enterprise")
    if Enterprise.objects.filter(unit=unit, status=EnterpriseStatus.CLOSED).exists():
        raise Invalid(_("这家企业已注销，不能再登记。"), place="enterprise")


def can_review(actor: Actor, plan: Plan) -> bool:
    """Return whether the actor may decide on this plan: he reviews plans there, and it is not his own."""
    if not actor.has(Permission.REVIEW_PLANS, plan.enterprise.path):
        return False
    own = actor.user_id is not None and actor.user_id == plan.submitter_id
    return not own and not (actor.kind == "user" and can_keep(actor, plan.enterprise))


def require_review(actor: Actor, plan: Plan) -> None:
    """Raise Refused unless the actor may decide on this plan."""
    require(actor, Permission.REVIEW_PLANS, plan.enterprise.path)
    if not can_review(actor, plan):
        raise Refused(
            _("不能审核自己报送的或本企业的方案。"),
            hint=_("请由包保责任人、核查组或值班员审核。"),
            code="own_plan",
        )


def can_handle(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may receive and handle incidents of this enterprise."""
    return actor.has(Permission.HANDLE_INCIDENTS, unit.path)


def require_handle(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may handle incidents of this enterprise."""
    require(actor, Permission.HANDLE_INCIDENTS, unit.path)
