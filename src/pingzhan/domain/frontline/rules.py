"""Who sees who answers for what and where officials stand, and who may set it."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.frontline.models import Place, Posting, SiteVisit
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Responsibility
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Refused

READERS = (Permission.ASSIGN_OFFICIALS, Permission.VIEW_CONSOLE)
"""Who sees the whole of a zone: who assigns, and who watches over it."""


def _of(field: str, actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for permission in READERS:
        condition |= within(field, actor.paths(permission))
    return condition


def can_see(actor: Actor, zone: Unit | None = None) -> bool:
    """Return whether the actor may see coverage and places, of this zone or of any."""
    path = zone.path if zone is not None else None
    return any(actor.has(permission, path) for permission in READERS)


def require_see(actor: Actor, zone: Unit | None = None) -> None:
    """Raise Refused unless the actor may see coverage and places."""
    if not can_see(actor, zone):
        require(actor, Permission.ASSIGN_OFFICIALS, zone.path if zone is not None else None)


def can_assign(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may set responsible officials and front-line places of a zone."""
    return actor.has(Permission.ASSIGN_OFFICIALS, zone.path)


def require_assign(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may set responsible officials and front-line places of a zone."""
    require(actor, Permission.ASSIGN_OFFICIALS, zone.path)


def firms_visible_to(actor: Actor) -> QuerySet[Unit]:
    """Return the enterprises whose coverage the actor may see."""
    return Unit.objects.filter(_of("path", actor), kind=UnitKind.ENTERPRISE)


def places_visible_to(actor: Actor) -> QuerySet[Place]:
    """Return the front-line places the actor may see: of his zones by right, and his own."""
    return Place.objects.filter(_of("zone__path", actor) | Q(person=actor.person_id or 0))


def postings_visible_to(actor: Actor) -> QuerySet[Posting]:
    """Return who was sent where, as far as the actor may see: of his zones by right, and himself."""
    return Posting.objects.filter(_of("zone__path", actor) | Q(person=actor.person_id or 0))


def can_report(actor: Actor, posting: Posting) -> bool:
    """Return whether the actor may say that this official is on site: himself, or who is called about it."""
    return posting.person_id == actor.person_id or any(
        actor.has(one, posting.zone.path) for one in (Permission.ASSIGN_OFFICIALS, Permission.MANAGE_SEATS)
    )


def require_report(actor: Actor, posting: Posting) -> None:
    """Raise Refused unless the actor may report this arrival."""
    if not can_report(actor, posting):
        raise Refused(
            _("只有本人和值班人员可以登记到达。"),
            hint=_("请本人报到，或打电话给值班室。"),
            code="not_own_posting",
        )


VISIT_READERS = (*READERS, Permission.CHECK_ORDERS)
"""Who reads all visits: who sees the front line, and who supervises."""


def firms_to_visit(actor: Actor) -> QuerySet[Unit]:
    """Return the enterprises whose visits the actor may see: those he answers for, and those of his rights."""
    condition = Q(responsibilities__in=_answers(actor))
    for permission in VISIT_READERS:
        condition |= within("path", actor.paths(permission))
    return Unit.objects.filter(condition, kind=UnitKind.ENTERPRISE).distinct()


def visits_visible_to(actor: Actor) -> QuerySet[SiteVisit]:
    """Return the visits of these enterprises, and those the actor wrote himself."""
    return SiteVisit.objects.filter(
        Q(unit__in=firms_to_visit(actor).values("pk")) | Q(by_user__isnull=False, by_user=actor.user_id)
    )


def rank_at(actor: Actor, unit: Unit) -> int | None:
    """Return the actor's place among those who answer for an enterprise, None when he does not."""
    return _answers(actor).filter(unit=unit).values_list("rank", flat=True).first()


def can_record_visit(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may write a visit: the principal, a substitute, or who supervises there."""
    return actor.has(Permission.CHECK_ORDERS, unit.path) or rank_at(actor, unit) is not None


def require_record_visit(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may write a visit."""
    if not can_record_visit(actor, unit):
        raise Refused(
            _("只有包企责任人、替补和督导人员可以登记走访。"),
            hint=_("请由这家企业的责任人登记。"),
            code="not_own_firm",
        )


def can_void_visit(actor: Actor, visit: SiteVisit) -> bool:
    """Return whether the actor may take a visit back: who wrote it."""
    return actor.user_id is not None and visit.by_user_id == actor.user_id


def _answers(actor: Actor) -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(kind=ResponsibilityKind.ENTERPRISE, person=actor.person_id or 0)
