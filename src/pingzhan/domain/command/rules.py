"""Who may order, who may manage seats, who may act on a task; single checks beside list filters."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Activation, Seat, Task
from pingzhan.domain.organisation.enums import PostRole
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Refused


def can_order(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may order or end an emergency for this unit."""
    return actor.has(Permission.ORDER_SWITCH, unit.path)


def can_manage(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may replace persons and record phone calls for seats of this unit."""
    return actor.has(Permission.MANAGE_SEATS, unit.path)


def can_see_board(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may see the board of this unit."""
    return actor.has(Permission.VIEW_CONSOLE, unit.path)


def owns(actor: Actor, seat: Seat) -> bool:
    """Return whether the actor is the person on this seat."""
    return actor.person_id is not None and actor.person_id == seat.person_id


def seats_visible_to(actor: Actor) -> QuerySet[Seat]:
    """Return the seats the actor may see: his own, and those of units whose board he may see."""
    condition = within("unit__path", actor.paths(Permission.VIEW_CONSOLE))
    if actor.person_id is not None:
        condition |= Q(person_id=actor.person_id)
    return Seat.objects.filter(condition)


def can_see_seat(actor: Actor, seat: Seat) -> bool:
    """Return whether the actor may see this seat."""
    return owns(actor, seat) or can_see_board(actor, seat.unit)


def activations_visible_to(actor: Actor) -> QuerySet[Activation]:
    """Return the orders the actor may read in full."""
    return Activation.objects.filter(within("unit__path", actor.paths(Permission.VIEW_CONSOLE)))


def heads_group(actor: Actor, seat: Seat) -> bool:
    """Return whether the actor sits on an open head's seat of the same group, or of the leading group."""
    if actor.person_id is None:
        return False
    heads = Seat.objects.filter(
        person_id=actor.person_id,
        world=seat.world,
        zone_id=seat.zone_id,
        closed_at__isnull=True,
        post__role=PostRole.HEAD,
    )
    same = Q(post__group__kind="leading")
    if seat.post is not None:
        same |= Q(post__group__code=seat.post.group.code)
    return heads.filter(same).exists()


def can_direct(actor: Actor, task: Task) -> bool:
    """Return whether the actor may check, close, cancel and hand over this task for its owner."""
    seat = task.owner_seat
    return can_manage(actor, seat.unit) or heads_group(actor, seat)


def can_do(actor: Actor, task: Task) -> bool:
    """Return whether the actor owns this task."""
    return owns(actor, task.owner_seat)


def require_own_seat(actor: Actor, seat: Seat) -> None:
    """Raise Refused unless the actor is the person on the seat: nobody acknowledges in another's name."""
    if not owns(actor, seat):
        raise Refused(
            _("只能由本人签收，不能代他人签收。"),
            hint=_("如已电话通知本人，请值班人员用“电话已通知”登记。"),
            code="not_own_seat",
        )


def require_manage(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may manage seats of the unit."""
    if not can_manage(actor, unit):
        raise Refused(_("您没有“换人、登记电话通知”的权限。"), hint=_("需要时请安全管理员授予相应角色。"))


def require_direct(actor: Actor, task: Task) -> None:
    """Raise Refused unless the actor may direct the task."""
    if not can_direct(actor, task):
        raise Refused(_("只有本组组长或值班人员可以办理这一步。"), hint=_("请联系本组组长。"))


def require_do(actor: Actor, task: Task) -> None:
    """Raise Refused unless the actor owns the task."""
    if not can_do(actor, task):
        raise Refused(_("这不是您的任务。"), hint=_("请由任务负责人办理。"), code="not_own_task")


def require_name_someone(actor: Actor, seat: Seat) -> None:
    """Raise Refused unless the actor manages seats, or heads the group of a seat that nobody answers for."""
    if can_manage(actor, seat.unit):
        return
    if not heads_group(actor, seat) or not seat.unanswered or seat.closed_at is not None:
        raise Refused(
            _("只有本组组长或值班人员可以指定人员，而且要在无人应答之后。"), hint=_("请联系本组组长。")
        )


def can_put_back(actor: Actor, seat: Seat) -> bool:
    """Return whether the actor may put the former holder of this seat back."""
    return can_manage(actor, seat.unit) or heads_group(actor, seat)


def require_put_back(actor: Actor, seat: Seat) -> None:
    """Raise Refused unless the actor may put the former holder of this seat back."""
    if not can_put_back(actor, seat):
        raise Refused(_("只有本组组长或值班人员可以恢复原人员。"), hint=_("请联系本组组长。"))
