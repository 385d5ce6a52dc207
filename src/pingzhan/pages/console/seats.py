"""A seat in words, for every page that shows one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import AckState, AckVia, ChosenBy, Posture, StepAction
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.api import short_group
from pingzhan.pages.console.wording import post_title

TONES: dict[str, str] = {
    AckState.GIVEN: "bad",
    AckState.SEEN: "warn",
    AckState.ACKED: "ok",
    AckState.ARRIVED: "ok",
    AckState.DECLINED: "bad",
    AckState.PASSED: "bad",
    AckState.RELEASED: "idle",
}


@dataclass(frozen=True)
class SeatView:
    """What a page shows of a seat. ``tone`` and ``word`` say how far its holder has come."""

    pk: int
    open: bool
    person_id: int
    person: str
    group: str
    group_code: str
    post: str
    code: str
    unit: str
    posture: str
    level: int | None
    tone: str
    word: str
    why: str
    note: str
    reason: str
    via: str
    since: datetime | None
    opened_at: datetime
    seen_at: datetime | None
    acked_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    eta: datetime | None
    next_at: datetime | None
    next_word: str
    can_confirm: bool
    can_arrive: bool
    world: int = 0

    @property
    def title(self) -> str:
        """Return group and post in words."""
        return post_title(self.group, self.post)


def seat_view(seat: Seat) -> SeatView:
    """Return a seat in words; person, unit, post with group and the replaced seat must be loaded.

    The level is shown where the query annotated it (command.api.seats_of_person).
    """
    post = seat.post
    is_open = seat.closed_at is None
    return SeatView(
        pk=seat.pk,
        open=is_open,
        person_id=seat.person_id,
        person=seat.person.name,
        group=short_group(post.group.name) if post is not None else _("机动"),
        group_code=post.group.code if post is not None else "pool",
        post=post.name if post is not None else _("机动人员"),
        code=seat.post_code,
        unit=seat.unit.name,
        posture=seat.posture,
        level=getattr(seat, "level", None),
        tone=_tone(seat),
        word=_word(seat),
        why=_why(seat),
        note=_note(seat),
        reason=seat.decline_reason,
        via=_via(seat),
        since=seat.opened_at if is_open and seat.acked_at is None else None,
        opened_at=seat.opened_at,
        seen_at=seat.seen_at,
        acked_at=seat.acked_at,
        arrived_at=seat.arrived_at,
        closed_at=seat.closed_at,
        eta=seat.eta,
        next_at=seat.next_at,
        next_word=_next_word(seat),
        can_confirm=is_open and seat.acked_at is None,
        can_arrive=is_open and seat.acked_at is not None and seat.arrived_at is None,
        world=seat.world,
    )


def _next_word(seat: Seat) -> str:
    """Return what the ladder does next when nobody confirms; an empty text when nothing is to come."""
    if seat.next_at is None or not seat.policy_snapshot:
        return ""
    step = seat.policy_snapshot[min(seat.step_no, len(seat.policy_snapshot) - 1)]
    words = {
        StepAction.NOTIFY: _("再次通知"),
        StepAction.CALL: _("电话通知"),
        StepAction.SUBSTITUTE: _("转替补"),
        StepAction.NAME_SOMEONE: _("请组长指定"),
    }
    return words.get(StepAction(step["action"]), "")


def _tone(seat: Seat) -> str:
    if seat.posture == Posture.ROUTINE and seat.ack_state == AckState.GIVEN:
        return "warn"
    return TONES.get(seat.ack_state, "idle")


def _word(seat: Seat) -> str:
    words = {
        AckState.GIVEN: _("未确认"),
        AckState.SEEN: _("已查看，未确认"),
        AckState.ACKED: _("已确认"),
        AckState.ARRIVED: _("已到岗"),
        AckState.DECLINED: _("不能到岗"),
        AckState.PASSED: _("逾期，已转替补"),
        AckState.RELEASED: _("已撤岗"),
    }
    return words.get(AckState(seat.ack_state), seat.ack_state)


def _why(seat: Seat) -> str:
    words = {
        ChosenBy.HOLDER: _("编制任职"),
        ChosenBy.SUBSTITUTE: _("第 %(n)d 替补") % {"n": seat.rank},
        ChosenBy.OVERRIDE: _("本次临时指定"),
        ChosenBy.POOL: _("没有岗位，编入机动"),
    }
    return words.get(ChosenBy(seat.chosen_by), seat.chosen_by)


def _note(seat: Seat) -> str:
    before = seat.replaces
    if before is None or before.person_id == seat.person_id or before.posture != seat.posture:
        return ""
    if before.ack_state == AckState.DECLINED:
        return _("接替%(name)s（不能到岗：%(reason)s）") % {
            "name": before.person.name,
            "reason": before.decline_reason,
        }
    if before.ack_state == AckState.PASSED:
        return _("接替%(name)s（逾期未确认）") % {"name": before.person.name}
    return _("接替%(name)s") % {"name": before.person.name}


def _via(seat: Seat) -> str:
    if seat.acked_at is None:
        return ""
    if seat.ack_via == AckVia.PHONE:
        return _("%(name)s登记电话通知") % {"name": seat.ack_by}
    if seat.ack_via == AckVia.LINK:
        return _("签收链接")
    if seat.ack_via == AckVia.SMS:
        return _("签收码")
    if seat.ack_via == AckVia.CHECK_IN:
        return _("到岗扫码")
    return _("系统内")
