"""换班: asked by one, agreed by the other, approved when the setting says so."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import rules
from pingzhan.domain.roster.actions.changing import put_in, told_of_change
from pingzhan.domain.roster.actions.common import (
    in_words,
    lapse_swaps,
    lock_shift,
    required_reason,
    tell,
    write_change,
)
from pingzhan.domain.roster.actions.making import require_free
from pingzhan.domain.roster.actions.notices import SWAP, notice, send
from pingzhan.domain.roster.enums import OPEN_SWAPS, ChangeKind, SwapState
from pingzhan.domain.roster.models import Shift, SwapRequest
from pingzhan.domain.roster.queries.gaps import when
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.options.registry import value
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused


@transaction.atomic
def ask_swap(
    *, shift_id: int, asked: Person, reason: str, by: Actor, other_id: int | None = None
) -> SwapRequest:
    """Ask somebody to take one's own shift, in exchange for his shift ``other_id`` when that is given.

    Raises Refused when the shift is somebody else's, Conflict when it has begun, when a request is open already,
    or when the other could not take it; Invalid without a reason.
    """
    # In one order for all: two who ask each other at once would else hold what the other waits for.
    locked = {pk: lock_shift(pk) for pk in sorted({shift_id, shift_id if other_id is None else other_id})}
    shift, other = locked[shift_id], None if other_id is None else locked[other_id]
    if by.person_id is None or shift.person_id != by.person_id:
        raise Refused(_("只能为自己的班次申请换班。"), code="not_own_shift")
    text = required_reason(reason)
    if other is not None and other.person_id != asked.pk:
        raise Invalid(_("交换的班次不是对方的。"), code="not_his_shift")
    if asked.pk == by.person_id:
        raise Invalid(_("不能和自己换班。"), code="swap_two_persons")
    _require_possible(shift, other, asked)
    swap = SwapRequest(shift=shift, other=other, asker_id=by.person_id, asked=asked, reason=text)
    with in_words(SwapRequest):
        swap.save()
    send(
        [
            notice(
                asked,
                kind="roster_swap",
                dedupe=f"swap:{swap.pk}:asked",
                title=_("%(name)s请您换班：%(when)s，请答复")
                % {"name": shift.person.name if shift.person else "", "when": when(shift.t0, shift.t1)},
                about=(SWAP, swap.pk),
                path=shift.zone.path,
                priority=3,
            )
        ]
    )
    record(
        "roster.swap_ask",
        by=by,
        subject=("swap", swap.pk),
        unit_path=shift.zone.path,
        body={"shift": shift.pk, "other": other.pk if other else None, "asked": asked.pk},
    )
    return swap


def _require_possible(shift: Shift, other: Shift | None, asked: Person) -> None:
    begun = Shift.objects.filter(pk__in=[shift.pk, other.pk if other else 0], t0__lte=Now())
    if begun.exists():
        raise Conflict(_("班次已经开始，不能换班。"), hint=_("请联系排班人办理替班。"), code="shift_begun")
    standing = Shift.objects.filter(in_force=True).exclude(pk__in=[shift.pk, other.pk if other else 0])
    require_free(shift, asked, also=standing)
    if other is not None and shift.person is not None:
        if other.t0 < shift.t1 and shift.t0 < other.t1:
            raise Conflict(_("两个班次时间重叠，不能互换。"), code="swap_same_time")
        require_free(other, shift.person, also=standing)


def _locked(swap_id: int) -> SwapRequest:
    """Return a request locked with its shifts, the shifts first: a substitution locks in that order too."""
    about = SwapRequest.objects.filter(pk=swap_id).values_list("shift_id", "other_id").first() or ()
    list(
        Shift.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=[pk for pk in about if pk is not None])
        .order_by("pk")
    )
    found = (
        SwapRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("asker__home_unit", "asked__home_unit", "shift__zone")
        .filter(pk=swap_id)
        .first()
    )
    if found is None:
        raise NotFound(_("这个换班申请已不存在。"))
    return found


def _require_state(swap: SwapRequest, *states: str) -> None:
    if swap.state not in states:
        raise Conflict(
            _("这个换班申请已是“%(state)s”。") % {"state": swap.get_state_display()}, code="swap_over"
        )


@transaction.atomic
def answer_swap(*, swap_id: int, agree: bool, by: Actor, answer: str = "") -> SwapRequest:
    """Agree or decline as the person who was asked. Without approval by the setting, agreeing swaps at once."""
    swap = _locked(swap_id)
    if by.person_id is None or swap.asked_id != by.person_id:
        raise Refused(_("只有被请求的人可以答复。"), code="not_asked")
    _require_state(swap, SwapState.ASKED)
    swap.answer = " ".join(answer.split())[:200]
    if not agree:
        _end(swap, SwapState.DECLINED, by)
        return swap
    SwapRequest.objects.filter(pk=swap.pk).update(
        state=SwapState.ACCEPTED, answered_at=Now(), answer=swap.answer
    )
    swap.refresh_from_db()
    if not value("roster.swap_approval"):
        _carry_out(swap, by)
        return swap
    _tell(swap, [swap.asker], "accepted", _("%(asked)s同意换班，等待批准"))
    record("roster.swap_agree", by=by, subject=("swap", swap.pk), unit_path=swap.shift.zone.path)
    return swap


@transaction.atomic
def decide_swap(*, swap_id: int, approve: bool, by: Actor, answer: str = "") -> SwapRequest:
    """Approve or refuse what both agreed on; by somebody who makes the roster and is neither of the two."""
    swap = _locked(swap_id)
    rules.require_manage(by, swap.shift.zone)
    if by.person_id is not None and by.person_id in (swap.asker_id, swap.asked_id):
        raise Refused(_("不能批准自己参与的换班。"), hint=_("请由另一名排班人批准。"), code="own_swap")
    _require_state(swap, SwapState.ACCEPTED)
    if answer.strip():
        swap.answer = " ".join(answer.split())[:200]
    if approve:
        _carry_out(swap, by)
    else:
        _end(swap, SwapState.REFUSED, by)
    return swap


@transaction.atomic
def withdraw_swap(*, swap_id: int, by: Actor) -> SwapRequest:
    """Take back one's own request while it is open."""
    swap = _locked(swap_id)
    if by.person_id is None or swap.asker_id != by.person_id:
        raise Refused(_("只能撤回自己的申请。"), code="not_own_swap")
    _require_state(swap, *OPEN_SWAPS)
    _end(swap, SwapState.WITHDRAWN, by)
    return swap


def _end(swap: SwapRequest, state: SwapState, by: Actor) -> None:
    SwapRequest.objects.filter(pk=swap.pk).update(
        state=state,
        ended_at=Now(),
        answer=swap.answer,
        decided_by_name=by.name if state == SwapState.REFUSED else "",
    )
    swap.refresh_from_db()
    told = {
        SwapState.DECLINED: ([swap.asker], _("%(asked)s不同意换班")),
        SwapState.REFUSED: ([swap.asker, swap.asked], _("换班没有批准，按原值班表执行")),
        SwapState.WITHDRAWN: ([swap.asked], _("%(asker)s撤回了换班申请")),
    }
    people, title = told[state]
    _tell(swap, people, state.value, title)
    match state:
        case SwapState.DECLINED:
            record("roster.swap_decline", by=by, subject=("swap", swap.pk), unit_path=swap.shift.zone.path)
        case SwapState.REFUSED:
            record("roster.swap_refuse", by=by, subject=("swap", swap.pk), unit_path=swap.shift.zone.path)
        case _:
            record("roster.swap_withdraw", by=by, subject=("swap", swap.pk), unit_path=swap.shift.zone.path)


def _tell(swap: SwapRequest, people: list[Person], step: str, title: str) -> None:
    words = {"asker": swap.asker.name, "asked": swap.asked.name}
    send(
        notice(
            person,
            kind="roster_swap",
            dedupe=f"swap:{swap.pk}:{step}",
            title=title % words,
            about=(SWAP, swap.pk),
            path=swap.shift.zone.path,
            priority=3,
        )
        for person in people
    )


def _carry_out(swap: SwapRequest, by: Actor) -> None:
    """Exchange the persons; everything is checked again, for days may lie between asking and approving."""
    first, second = swap.shift_id, swap.other_id
    locked = {pk: lock_shift(pk) for pk in sorted(pk for pk in (first, second) if pk is not None)}
    shift, other = locked[first], locked.get(second or 0)
    if shift.person_id != swap.asker_id or (other is not None and other.person_id != swap.asked_id):
        raise Conflict(_("值班表在此期间改过，这个换班申请已不适用。"), code="swap_stale")
    _require_possible(shift, other, swap.asked)
    put_in(shift, swap.asked)
    write_change(shift, ChangeKind.SWAPPED, before=swap.asker, after=swap.asked, by=by, reason=swap.reason)
    notices = told_of_change(shift, swap.asker, swap.asked, swap.reason)
    if other is not None:
        put_in(other, swap.asker)
        write_change(
            other, ChangeKind.SWAPPED, before=swap.asked, after=swap.asker, by=by, reason=swap.reason
        )
        notices += told_of_change(other, swap.asked, swap.asker, swap.reason)
    SwapRequest.objects.filter(pk=swap.pk).update(
        state=SwapState.DONE, ended_at=Now(), answer=swap.answer, decided_by_name=by.name or _("系统")
    )
    lapse_swaps(locked)
    swap.refresh_from_db()
    send(notices)
    tell(shift.zone, locked)
    record(
        "roster.swap",
        by=by,
        subject=("swap", swap.pk),
        unit_path=shift.zone.path,
        body={"shift": shift.pk, "other": swap.other_id, "asker": swap.asker_id, "asked": swap.asked_id},
    )
