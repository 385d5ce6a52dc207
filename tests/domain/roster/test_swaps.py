"""Swaps: asked, agreed, approved; both told; nothing done twice, nothing past rights or rest of the roster."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import ChangeKind, SwapState
from pingzhan.domain.roster.models import Shift, ShiftChange, SwapRequest
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.roster.conftest import Lay, himself, later
from tests.factories import SmallZone, actor_with

MINE, HIS = "梅映雪", "倪清和"
REFUSED = [role for role in Role if role not in roles_with(Permission.MANAGE_ROSTER)]


@pytest.fixture
def shift(lay: Lay) -> Shift:
    return lay(MINE, 30, 54)


@pytest.fixture
def other(lay: Lay) -> Shift:
    return lay(HIS, 102, 126)


@pytest.fixture
def me(park: SmallZone) -> Actor:
    return himself(park, MINE)


@pytest.fixture
def him(park: SmallZone) -> Actor:
    return himself(park, HIS)


def ask(park: SmallZone, shift: Shift, me: Actor, other: Shift | None = None) -> SwapRequest:
    return api.ask_swap(
        shift_id=shift.pk, asked=park.people[HIS], other_id=other.pk if other else None, reason="培训", by=me
    )


def holders(*shifts: Shift) -> list[str]:
    names = dict(Shift.objects.values_list("pk", "person__name"))
    return [names[shift.pk] for shift in shifts]


def test_an_exchange_is_asked_agreed_and_approved(
    park: SmallZone, shift: Shift, other: Shift, me: Actor, him: Actor, maker: Actor
) -> None:
    swap = ask(park, shift, me, other)
    assert holders(shift, other) == [MINE, HIS]
    assert Notice.objects.get(kind="roster_swap").recipient == park.people[HIS].pk
    swap = api.answer_swap(swap_id=swap.pk, agree=True, by=him)
    assert (swap.state, holders(shift, other)) == (SwapState.ACCEPTED, [MINE, HIS])
    swap = api.decide_swap(swap_id=swap.pk, approve=True, by=maker)
    assert (swap.state, holders(shift, other)) == (SwapState.DONE, [HIS, MINE])
    assert swap.decided_by_name == maker.name
    changes = ShiftChange.objects.filter(kind=ChangeKind.SWAPPED).order_by("shift_id")
    assert [(one.before, one.after) for one in changes] == [
        (park.people[MINE], park.people[HIS]),
        (park.people[HIS], park.people[MINE]),
    ]
    told = Notice.objects.filter(kind="roster_changed")
    assert sorted(told.values_list("recipient", flat=True)) == sorted(
        [park.people[MINE].pk, park.people[HIS].pk] * 2
    )
    assert AuditRecord.objects.filter(verb="roster.swap").count() == 1


def test_without_approval_agreeing_is_enough(
    park: SmallZone, shift: Shift, me: Actor, him: Actor, setting: Callable[..., None]
) -> None:
    setting(swap_approval=False)
    swap = ask(park, shift, me)
    api.answer_swap(swap_id=swap.pk, agree=True, by=him)
    assert holders(shift) == [HIS]


def test_declined_refused_withdrawn_leave_the_roster_as_it_was(
    park: SmallZone, shift: Shift, other: Shift, me: Actor, him: Actor, maker: Actor
) -> None:
    first = ask(park, shift, me, other)
    api.answer_swap(swap_id=first.pk, agree=False, answer="家里有事", by=him)
    second = ask(park, shift, me, other)
    api.answer_swap(swap_id=second.pk, agree=True, by=him)
    api.decide_swap(swap_id=second.pk, approve=False, by=maker)
    third = ask(park, shift, me, other)
    api.withdraw_swap(swap_id=third.pk, by=me)
    assert list(SwapRequest.objects.order_by("pk").values_list("state", flat=True)) == [
        SwapState.DECLINED, SwapState.REFUSED, SwapState.WITHDRAWN,
    ]  # fmt: skip
    assert holders(shift, other) == [MINE, HIS]
    for over in (first, second, third):
        with pytest.raises(Conflict):
            api.withdraw_swap(swap_id=over.pk, by=me)


def test_only_the_two_and_somebody_else_who_makes_the_roster(
    park: SmallZone, shift: Shift, other: Shift, me: Actor, him: Actor, maker: Actor
) -> None:
    for stranger in (him, maker, park.root):
        with pytest.raises(Refused):
            ask(park, shift, stranger, other)
    swap = ask(park, shift, me, other)
    for stranger in (me, maker, park.root):
        with pytest.raises(Refused):
            api.answer_swap(swap_id=swap.pk, agree=True, by=stranger)
    with pytest.raises(Refused):
        api.withdraw_swap(swap_id=swap.pk, by=him)
    api.answer_swap(swap_id=swap.pk, agree=True, by=him)
    own = Actor("user", me.user_id, me.person_id, me.name, ((Role.ORGANISER, park.zone.path),))
    with pytest.raises(Refused) as error:
        api.decide_swap(swap_id=swap.pk, approve=True, by=own)
    assert error.value.code == "own_swap"
    assert set(api.swaps_visible_to(me)) == set(api.swaps_visible_to(him)) == {swap}
    assert not api.swaps_visible_to(himself(park, "欧阳溪")).exists()


@pytest.mark.parametrize("role", REFUSED)
def test_roles_that_may_not_approve(park: SmallZone, shift: Shift, me: Actor, him: Actor, role: Role) -> None:
    swap = ask(park, shift, me)
    api.answer_swap(swap_id=swap.pk, agree=True, by=him)
    by = actor_with(role, path=park.zone.path)
    with pytest.raises(Refused):
        api.decide_swap(swap_id=swap.pk, approve=True, by=by)
    assert not api.swaps_visible_to(by).exists()


def test_one_open_request_for_a_shift(park: SmallZone, shift: Shift, me: Actor) -> None:
    ask(park, shift, me)
    with pytest.raises(Conflict, match="已有一个换班申请"):
        ask(park, shift, me)


@pytest.mark.parametrize("why", ["begun", "busy", "away", "same", "self"])
def test_a_swap_that_will_not_do(park: SmallZone, lay: Lay, me: Actor, shift: Shift, why: str) -> None:
    given: Shift = lay(MINE, -3, 20, seat=2) if why == "begun" else shift
    other = None
    asked = park.people[MINE if why == "self" else HIS]
    if why == "busy":
        lay(HIS, 50, 60, seat=2)
    if why == "same":
        other = lay(HIS, 40, 60, seat=2)
    if why == "away":
        organisation.register_absence(
            person=asked, kind=AbsenceKind.ILL, t0=later(40), t1=later(50), by=park.root
        )
    with pytest.raises((Conflict, Invalid)):
        api.ask_swap(
            shift_id=given.pk, asked=asked, other_id=other.pk if other else None, reason="培训", by=me
        )
    assert not SwapRequest.objects.exists()


def test_what_changed_in_between_stops_the_swap(
    park: SmallZone, shift: Shift, other: Shift, me: Actor, him: Actor, maker: Actor
) -> None:
    """Leave registered after both agreed; then a substitution ends the request."""
    swap = ask(park, shift, me, other)
    api.answer_swap(swap_id=swap.pk, agree=True, by=him)
    absence = organisation.register_absence(
        person=park.people[HIS], kind=AbsenceKind.ILL, t0=shift.t0, t1=shift.t1, by=park.root
    )
    with pytest.raises(Conflict) as error:
        api.decide_swap(swap_id=swap.pk, approve=True, by=maker)
    assert error.value.code == "person_away"
    assert holders(shift, other) == [MINE, HIS]
    organisation.cancel_absence(absence=absence, by=park.root)
    api.substitute(shift_id=shift.pk, person=park.people["欧阳溪"], reason="生病", by=maker)
    swap.refresh_from_db()
    assert swap.state == SwapState.LAPSED
    with pytest.raises(Conflict):
        api.decide_swap(swap_id=swap.pk, approve=True, by=maker)


def test_a_request_lapses_when_the_shift_begins(park: SmallZone, shift: Shift, me: Actor) -> None:
    swap = ask(park, shift, me)
    assert api.lapse() == 0
    Shift.objects.filter(pk=shift.pk).update(t0=later(-1))
    assert api.lapse() == 1
    swap.refresh_from_db()
    assert swap.state == SwapState.LAPSED


def test_two_who_ask_each_other_at_once_lock_their_shifts_in_one_order(
    park: SmallZone, shift: Shift, other: Shift, him: Actor
) -> None:
    """Each locking his own first would hold what the other waits for, and the database would break one off."""
    assert shift.pk < other.pk
    with CaptureQueriesContext(connection) as seen:
        api.ask_swap(shift_id=other.pk, asked=park.people[MINE], reason="有事", by=him, other_id=shift.pk)
    locks = [one["sql"] for one in seen.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
    asked = [re.search(r'"roster_shift"\."id" = (\d+)', sql) for sql in locks]
    assert [int(one[1]) for one in asked if one] == [shift.pk, other.pk]
