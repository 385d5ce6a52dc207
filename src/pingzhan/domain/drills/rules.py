"""Who may prepare, direct, evaluate and read drills and reviews; single checks beside list filters."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Seat
from pingzhan.domain.drills.enums import DrillState
from pingzhan.domain.drills.models import Drill, Review
from pingzhan.domain.drills.queries.handing import headed
from pingzhan.domain.drills.queries.lists import WorldView, views
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound, Refused

READERS = (Permission.MANAGE_DRILLS, Permission.VIEW_CONSOLE)


def _readers(actor: Actor, field: str) -> Q:
    condition = Q(pk__in=[])
    for one in READERS:
        condition |= within(field, actor.paths(one))
    return condition


def _staff(actor: Actor) -> Q:
    """Return the condition on drills whose own staff the actor is: who made it, leads, directs, evaluates."""
    condition = Q(pk__in=[])
    if actor.user_id is not None:
        condition |= Q(made_by_id=actor.user_id)
    if actor.person_id is not None:
        directs = Drill.controllers.through.objects.filter(drill_id=OuterRef("pk"), person_id=actor.person_id)
        condition |= Q(leader_id=actor.person_id) | Q(evaluator_id=actor.person_id) | Q(Exists(directs))
    return condition


def _takes_part(actor: Actor) -> Q:
    if actor.person_id is None:
        return Q(pk__in=[])
    seats = Seat.objects.filter(world=OuterRef("world"), zone=OuterRef("zone"), person_id=actor.person_id)
    return Q(world__isnull=False) & Q(Exists(seats))


def visible_to(actor: Actor) -> QuerySet[Drill]:
    """Return the drills the actor may know of.

    His own as staff; those of his units with MANAGE_DRILLS or VIEW_CONSOLE, and those he takes part in, but of
    blind ones only what has begun (双盲: 不预先通知时间、地点、内容).
    """
    if actor.kind == "system":
        return Drill.objects.all()
    known = Q(blind=False) | Q(started_at__isnull=False)
    return Drill.objects.filter(
        _staff(actor) | (known & (_readers(actor, "unit__path") | _takes_part(actor)))
    )


def is_staff(actor: Actor, drill: Drill) -> bool:
    """Return whether the actor made, leads, directs or evaluates this drill."""
    return Drill.objects.filter(_staff(actor), pk=drill.pk).exists()


def can_prepare(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may prepare drills for this unit."""
    return actor.has(Permission.MANAGE_DRILLS, unit.path)


def can_direct(actor: Actor, drill: Drill) -> bool:
    """Return whether the actor may change the script, hand out injects, and end the drill.

    MANAGE_DRILLS for the unit; of a drill nobody else knows of, only as its staff and not as its evaluator.
    """
    if actor.kind == "system":
        return True
    if not actor.has(Permission.MANAGE_DRILLS, drill.unit.path):
        return False
    if not drill.blind:
        return True
    return is_staff(actor, drill) and (actor.person_id is None or actor.person_id != drill.evaluator_id)


def can_order(actor: Actor, drill: Drill) -> bool:
    """Return whether the actor may start and end: who directs and may order the switch there, as for a real one."""
    return can_direct(actor, drill) and actor.has(Permission.ORDER_SWITCH, drill.unit.path)


def can_evaluate(actor: Actor, drill: Drill) -> bool:
    """Return whether the actor may score: the evaluator, or, while none is named, who directs."""
    if drill.evaluator_id is not None:
        return actor.person_id == drill.evaluator_id
    return can_direct(actor, drill)


def can_see_script(actor: Actor, drill: Drill) -> bool:
    """Return whether the actor may read what is still to come, and the scores before the end.

    Its staff and who may direct; after the end every reader of the unit.
    """
    if can_direct(actor, drill) or is_staff(actor, drill):
        return True
    return drill.state == DrillState.ENDED and any(actor.has(one, drill.unit.path) for one in READERS)


def can_name(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may see who confirmed when; without it posts are named, not persons."""
    return actor.has(Permission.VIEW_CONSOLE, unit.path)


def may_open(actor: Actor) -> bool:
    """Return whether the actor has a page of drills at all."""
    return any(actor.has(one) for one in READERS) or visible_to(actor).exists()


def find(actor: Actor, drill_id: int) -> Drill:
    """Return a drill the actor may know of; NotFound otherwise, in the same words as for one that is not there."""
    found = (
        visible_to(actor)
        .select_related("unit", "zone", "leader", "evaluator", "activation")
        .filter(pk=drill_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次演练。"), code="drill_gone")
    return found


def require_prepare(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may prepare drills for the unit."""
    require(actor, Permission.MANAGE_DRILLS, unit.path)


def require_direct(actor: Actor, drill: Drill) -> None:
    """Raise Refused unless the actor directs this drill."""
    if not can_direct(actor, drill):
        raise Refused(_("只有导调人员可以办理这一步。"), code="not_controller")


def require_order(actor: Actor, drill: Drill) -> None:
    """Raise Refused unless the actor may start or end this drill."""
    require_direct(actor, drill)
    if not can_order(actor, drill):
        raise Refused(
            _("启动和结束演练要有“下达平战转换命令”的权限。"),
            hint=_("请由值班长或领导小组成员启动，导调人员负责准备和注入情况。"),
            code="drill_order",
        )


def require_evaluate(actor: Actor, drill: Drill) -> None:
    """Raise Refused unless the actor scores this drill."""
    if not can_evaluate(actor, drill):
        raise Refused(_("只有本次演练的评估员可以评分。"), code="not_evaluator")


def reviews_visible_to(actor: Actor) -> QuerySet[Review]:
    """Return the reviews the actor may read: of his units, with MANAGE_DRILLS or VIEW_CONSOLE."""
    if actor.kind == "system":
        return Review.objects.all()
    return Review.objects.filter(_readers(actor, "unit__path"))


def find_review(actor: Actor, review_id: int) -> Review:
    """Return a review the actor may read. NotFound otherwise."""
    found = (
        reviews_visible_to(actor).select_related("unit", "zone", "activation").filter(pk=review_id).first()
    )
    if found is None:
        raise NotFound(_("没有这份复盘。"), code="review_gone")
    return found


def can_review(actor: Actor, review: Review) -> bool:
    """Return whether the actor may write the review and decide its actions."""
    return actor.has(Permission.MANAGE_DRILLS, review.unit.path)


def require_review(actor: Actor, review: Review) -> None:
    """Raise Refused unless the actor may write the review."""
    require(actor, Permission.MANAGE_DRILLS, review.unit.path)


def can_hand_over(actor: Actor, review: Review, group_code: str) -> bool:
    """Return whether the actor may write a group's hand-over note: who reviews, or who headed the group."""
    if can_review(actor, review):
        return True
    if actor.person_id is None:
        return False
    return (
        headed(actor.person_id)
        .filter(causes__activation=review.activation_id, post__group__code=group_code)
        .exists()
    )


def find_handover(actor: Actor, review_id: int, group_code: str) -> Review:
    """Return the review whose note of this group the actor may write. NotFound otherwise, whatever the reason."""
    found = Review.objects.select_related("unit", "zone", "activation").filter(pk=review_id).first()
    if found is None or not can_hand_over(actor, found, group_code):
        raise NotFound(_("没有这份交接。"), code="handover_gone")
    return found


def worlds_visible_to(actor: Actor) -> list[WorldView]:
    """Return the worlds of drills under way that the actor may look at, the newest first.

    Those he takes part in or staffs, and those of his units with MANAGE_DRILLS or VIEW_CONSOLE.
    """
    return views(visible_to(actor).filter(state=DrillState.RUNNING))


def world_for(actor: Actor, asked: str) -> int:
    """Return the world a page is about: what was asked for when the actor may see it, ended drills too, else 0."""
    if not asked.isdecimal() or len(asked) > 9 or int(asked) == 0:
        return 0
    return int(asked) if visible_to(actor).filter(world=int(asked)).exists() else 0
