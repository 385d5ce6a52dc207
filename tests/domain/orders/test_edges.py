"""Orders at their edges: whom a switch concerns, who has left, what lies too far away, how files are sorted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.orders import api
from pingzhan.domain.orders.models import Order
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice, Priority
from pingzhan.kernel.errors import Invalid, Refused
from tests.domain.orders.conftest import HOUR, Give, fed, him
from tests.factories import SmallZone, actor_with


def switched(park: SmallZone, unit: Any, key: str) -> Activation:
    order = command.SwitchOrder(key=key, unit=unit, level=3, reason="试验", basis="试1号")
    return Activation.objects.get(pk=command.order_switch(order=order, by=park.root).activation_id)


def test_an_order_belongs_to_the_emergency_of_its_own_place(park: SmallZone, give: Give) -> None:
    """One enterprise in an emergency makes no order of the zone or of its neighbour urgent."""
    here = switched(park, park.firms[0], "e")
    own, neighbour, group = (
        give(to=to)
        for to in (
            api.To.enterprise(park.firms[0].pk),
            api.To.enterprise(park.firms[1].pk),
            api.To.group("medical"),
        )
    )
    assert [one.activation for one in (own, neighbour, group)] == [here, None, None]
    asked = Notice.objects.filter(subject_kind="work_order", subject_id=group.pk)
    assert set(asked.values_list("priority", flat=True)) == {Priority.NORMAL}
    zone = switched(park, park.zone, "z")
    later = [give(to=to).activation for to in (api.To.enterprise(park.firms[1].pk), api.To.group("medical"))]
    assert later == [zone, zone]


def test_case_28_an_order_to_somebody_who_left_is_without_owner(park: SmallZone, give: Give) -> None:
    person = park.people["祁连山"]
    order = give(to=api.To.person(person.pk))
    assert api.ownerless(park.zone.pk) == []
    Person.objects.filter(pk=person.pk).update(active=False)
    assert api.ownerless(park.zone.pk) == [order]
    assert api.owners_of([order]) == []


@pytest.mark.parametrize("days", [365 * 11, 365 * 7000])
def test_a_due_time_beyond_ten_years_is_a_slip(park: SmallZone, give: Give, now: datetime, days: int) -> None:
    far = now + timedelta(days=days)
    with pytest.raises(Invalid) as error:
        give(due_at=far)
    assert error.value.code == "order_far"
    order = give()
    with pytest.raises(Invalid) as error:
        api.ask_extension(order_id=order.pk, until=far, reason="x", by=him(park, "简而清"))
    assert error.value.code == "order_far"
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    with pytest.raises(Invalid):
        give(due_at=latest)


def test_helpers_are_asked_only_where_one_may_order(park: SmallZone, now: datetime) -> None:
    near = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    words: dict[str, Any] = {"zone": park.zone, "text": "自查", "due_at": now + HOUR, "by": near}
    own = api.To.enterprise(park.firms[0].pk)
    for helper in (api.To.enterprise(park.firms[1].pk), api.To.group("medical")):
        with pytest.raises(Refused):
            api.issue_order(to=own, co=[helper], **words)
    assert not Order.objects.exists()
    assert api.issue_order(to=own, co=[own], **words).targets.count() == 1


def test_files_are_sorted_as_the_screen_is(park: SmallZone, give: Give, duty: Actor) -> None:
    """``all`` and ``closed`` hold years: the newest first, on the screen and in the file."""
    first, second, third = give(due=1), give(due=9), give(due=5)
    fed(second, him(park, "简而清"))
    api.cancel_order(order_id=first.pk, reason="不办", by=duty)
    assert list(api.rows(duty, {"show": "all"})) == [third, second, first]
    assert list(api.rows(duty, {})) == [third, second]
    api.cancel_order(order_id=third.pk, reason="不办", by=duty)
    Order.objects.filter(pk=first.pk).update(ended_at=clock.now() - HOUR)
    assert list(api.rows(duty, {"show": "closed"})) == [third, first]


def test_the_former_lead_is_told_that_it_is_no_longer_his(park: SmallZone, give: Give, duty: Actor) -> None:
    order = give()
    api.move_order(order_id=order.pk, to=api.To.group("response"), note="属处置事项", by=duty)
    told = dict(
        Notice.objects.filter(subject_id=order.pk, kind="order_move").values_list("recipient", "title")
    )
    assert told == {
        park.people["蓝田玉"].pk: f"改由您主办\uff1a{order.title}",
        park.people["简而清"].pk: f"已改由应急处置组主办\uff1a{order.title}",
    }
