"""交接班: opened before the change, prefilled, written, signed by the incoming, countersigned by the leader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import pytest

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.roster import api, sources
from pingzhan.domain.roster.enums import HandoverState, LineState
from pingzhan.domain.roster.models import Handover, Shift
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.roster.conftest import Lay, himself, later
from tests.factories import SmallZone, actor_with

OUT, IN, LEAD = "梅映雪", "倪清和", "安若水"


@pytest.fixture
def change(lay: Lay) -> datetime:
    """A change of duty in ten minutes, with a leader for both."""
    lay(LEAD, -10, 80, seat=0)
    first = lay(OUT, -23, 1 / 6)
    lay(IN, 1 / 6, 24)
    lay("欧阳溪", 24, 80)
    return first.t1


@pytest.fixture
def handover(park: SmallZone, change: datetime) -> Handover:
    for name in (OUT, IN, LEAD):
        himself(park, name)
    return api.open_handover(zone=park.zone, at=change, by=park.root)


@pytest.fixture
def _source() -> Iterator[None]:
    before = dict(sources._sources)
    yield
    sources._sources.clear()
    sources._sources.update(before)


def texts(handover: Handover, state: LineState | None = None) -> list[str]:
    lines = handover.lines.order_by("n")
    return [line.text for line in (lines.filter(state=state) if state else lines)]


def test_it_is_opened_half_an_hour_before_and_the_outgoing_told_once(
    park: SmallZone, change: datetime
) -> None:
    assert api.open_handovers() == 1
    api.open_handovers()
    row = Handover.objects.get()
    assert (row.at, row.outgoing, row.incoming, row.leader) == (
        change, park.people[OUT], park.people[IN], park.people[LEAD],
    )  # fmt: skip
    assert row.state == HandoverState.OPEN
    assert list(Notice.objects.values_list("recipient", flat=True)) == [park.people[OUT].pk]
    assert list(api.unsigned_handovers(park.zone)) == []
    Handover.objects.update(at=later(-1))
    assert list(api.unsigned_handovers(park.zone)) == [row]


def test_nothing_is_opened_far_ahead(park: SmallZone, lay: Lay) -> None:
    lay(OUT, -1, 2)
    lay(IN, 2, 20)
    assert api.open_handovers() == 0


def test_who_comes_follows_the_roster_until_it_is_written(
    park: SmallZone, handover: Handover, maker: Actor
) -> None:
    shift = Shift.objects.get(person=park.people[IN])
    api.substitute(shift_id=shift.pk, person=park.people["任知秋"], reason="生病", by=maker)
    api.open_handovers()
    handover.refresh_from_db()
    assert handover.incoming == park.people["任知秋"]


def test_it_is_prefilled_from_gaps_swaps_and_absences(park: SmallZone, change: datetime, lay: Lay) -> None:
    Shift.objects.filter(person__name="欧阳溪").update(person=None)
    organisation.register_absence(
        person=park.people["任知秋"], kind=AbsenceKind.ILL, t0=later(-1), t1=later(30), by=park.root
    )
    api.ask_swap(
        shift_id=lay("祁连山", 90, 100).pk,
        asked=park.people["潘怀远"],
        reason="培训",
        by=himself(park, "祁连山"),
    )
    row = api.open_handover(zone=park.zone, at=change, by=park.root)
    found = list(row.lines.order_by("n").values_list("source", flat=True))
    assert set(found) == {"roster.gaps", "roster.swaps", "roster.absences"}
    shown = "".join(texts(row))
    assert "还没有人" in shown
    assert "祁连山与潘怀远" in shown
    assert "任知秋病假" in shown


def test_it_is_written_signed_and_countersigned(park: SmallZone, handover: Handover) -> None:
    outgoing, incoming, leader = (himself(park, name) for name in (OUT, IN, LEAD))
    row = api.write_handover(
        handover_id=handover.pk, summary="来电 2 个", notes=["", " 催报表 "], by=outgoing
    )
    assert (row.state, row.written_by_name) == (HandoverState.WRITTEN, outgoing.name)
    assert texts(row)[-1] == "催报表"
    assert Notice.objects.filter(recipient=park.people[IN].pk, kind="roster_handover").count() == 1
    row = api.sign_handover(handover_id=handover.pk, note="已核对", by=incoming)
    assert (row.state, row.signed_note) == (HandoverState.SIGNED, "已核对")
    row = api.countersign(handover_id=handover.pk, by=leader)
    assert row.leader_at is not None
    for again in (
        lambda: api.write_handover(handover_id=row.pk, summary="改", by=outgoing),
        lambda: api.sign_handover(handover_id=row.pk, by=incoming),
        lambda: api.countersign(handover_id=row.pk, by=leader),
        lambda: api.refresh_handover(handover_id=row.pk, by=outgoing),
    ):
        with pytest.raises(Conflict):
            again()


def test_each_signs_only_in_his_place_and_in_order(park: SmallZone, handover: Handover) -> None:
    outgoing, incoming, leader = (himself(park, name) for name in (OUT, IN, LEAD))
    with pytest.raises(Conflict):
        api.sign_handover(handover_id=handover.pk, by=incoming)
    with pytest.raises(Conflict):
        api.countersign(handover_id=handover.pk, by=leader)
    with pytest.raises(Invalid):
        api.write_handover(handover_id=handover.pk, summary="  ", by=outgoing)
    api.write_handover(handover_id=handover.pk, summary="无异常", by=outgoing)
    for stranger in (outgoing, leader, park.root, actor_with(Role.DUTY_OFFICER, path=park.zone.path)):
        with pytest.raises(Refused):
            api.sign_handover(handover_id=handover.pk, by=stranger)
    api.sign_handover(handover_id=handover.pk, by=incoming)
    for stranger in (outgoing, incoming, park.root, actor_with(Role.LEADER, path=park.zone.path)):
        with pytest.raises(Refused):
            api.countersign(handover_id=handover.pk, by=stranger)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY_OFFICER, Role.ORGANISER)])
def test_roles_that_may_not_write_nor_see(park: SmallZone, handover: Handover, role: Role) -> None:
    by = actor_with(role, path=park.zone.path)
    for attempt in (
        lambda: api.write_handover(handover_id=handover.pk, summary="无异常", by=by),
        lambda: api.refresh_handover(handover_id=handover.pk, by=by),
    ):
        with pytest.raises(Refused):
            attempt()
    assert api.handovers_visible_to(by).exists() == (role == Role.LEADER)


def test_without_an_account_the_maker_signs_for_the_paper(
    park: SmallZone, change: datetime, maker: Actor
) -> None:
    row = api.open_handover(zone=park.zone, at=change, by=park.root)
    api.write_handover(handover_id=row.pk, summary="无异常", by=maker)
    assert api.sign_handover(handover_id=row.pk, by=maker).state == HandoverState.SIGNED


def test_what_is_open_is_carried_into_the_next(park: SmallZone, handover: Handover) -> None:
    outgoing = himself(park, OUT)
    api.write_handover(handover_id=handover.pk, summary="无", notes=["甲事", "乙事"], by=outgoing)
    settled = handover.lines.get(text="甲事")
    api.write_handover(handover_id=handover.pk, summary="无", done=[settled.pk], by=outgoing)
    assert texts(handover, LineState.OPEN)[-1:] == ["乙事"]
    following = api.open_handover(zone=park.zone, at=later(24), by=park.root)
    carried = following.lines.get(text="乙事")
    assert carried.carried_from == handover.lines.get(text="乙事")
    assert "甲事" not in texts(following)


@pytest.mark.usefixtures("_source")
def test_other_modules_add_matters_and_a_failing_one_is_named(park: SmallZone, change: datetime) -> None:
    asked: list[Any] = []

    def orders(zone: Unit, since: datetime, at: datetime) -> Iterable[api.Matter]:
        asked.append((zone, since, at))
        return [api.Matter("order:1", "督办第 1 号明日到期", "/orders/1/")]

    def broken(zone: Unit, since: datetime, at: datetime) -> Iterable[api.Matter]:
        raise RuntimeError("down")

    api.register_handover_source("test.orders", "督办", orders)
    api.register_handover_source("test.broken", "上报", broken)
    row = api.open_handover(zone=park.zone, at=change, by=park.root)
    line = row.lines.get(source="test.orders")
    assert (line.text, line.link) == ("督办第 1 号明日到期", "/orders/1/")
    assert "上报" in row.lines.get(source="test.broken").text
    assert asked[0][0] == park.zone
    assert asked[0][2] == change
    # Refreshing adds nothing that is there already.
    assert api.refresh_handover(handover_id=row.pk, by=park.root) == 0
