from __future__ import annotations

from datetime import time

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.domain.territory import api, guards
from pingzhan.domain.territory.enums import SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, Refused

from .conftest import with_role

MINUTES = st.integers(0, 24 * 60 - 1)


def at(minute: int) -> time:
    return time(minute // 60, minute % 60)


def moved_away(model: type[Site] | type[Team], pk: int, enterprise: Unit) -> None:
    """Write another enterprise past the actions, and have the deferred constraints checked."""
    model._default_manager.filter(pk=pk).update(enterprise=enterprise)
    connection.check_constraints()


@given(start=MINUTES, end=MINUTES, now=MINUTES)
def test_a_shift_is_half_open_also_across_midnight(start: int, end: int, now: int) -> None:
    """Counting minute by minute from the start is the oracle; a shift never has no minute."""
    if start == end:
        return
    shift = Shift(name="班", start=at(start), end=at(end))
    length = (end - start) % 1440
    assert shift.minutes == length > 0
    assert shift.covers(at(now)) == ((now - start) % 1440 < length)
    assert shift.crosses_midnight == (start + length >= 1440)
    assert shift.covers(at(start))
    assert not shift.covers(at(end))


@given(start=MINUTES, end=MINUTES, now=MINUTES)
def test_two_shifts_that_meet_cover_the_day_once(start: int, end: int, now: int) -> None:
    if start == end:
        return
    one, other = Shift(start=at(start), end=at(end)), Shift(start=at(end), end=at(start))
    assert one.covers(at(now)) != other.covers(at(now))
    assert one.minutes + other.minutes == 1440


def test_a_shift_of_no_length_is_refused(mill: Unit, root: Actor) -> None:
    with pytest.raises(Invalid, match="不能相同"):
        api.create_shift(enterprise=mill, name="全天", start=time(8), end=time(8), by=root)


def test_names_are_free_again_after_closing(mill: Unit, night: Shift, root: Actor) -> None:
    with pytest.raises(Invalid, match="同名的班次"):
        api.create_shift(enterprise=mill, name=" 夜班 ", start=time(20), end=time(4), by=root)
    api.close_shift(shift=night, by=root)
    again = api.create_shift(enterprise=mill, name="夜班", start=time(20), end=time(4), by=root)
    assert api.shift_headcount(mill) == 0
    assert list(api.shifts_of(mill, active=True)) == [again]


def test_a_room_lies_in_a_dormitory_of_its_enterprise(
    mill: Unit, bakery: Enterprise, dormitory: Site, workshop: Site, root: Actor
) -> None:
    with pytest.raises(Invalid, match="必须属于一栋宿舍"):
        api.create_site(enterprise=mill, kind=SiteKind.ROOM, code="101", name="101", by=root)
    with pytest.raises(Invalid, match="本企业的宿舍楼"):
        api.create_site(enterprise=mill, kind=SiteKind.ROOM, code="101", name="101", parent=workshop, by=root)
    with pytest.raises(Invalid, match="本企业的宿舍楼"):
        api.create_site(
            enterprise=bakery.unit, kind=SiteKind.ROOM, code="101", name="101", parent=dormitory, by=root
        )
    with pytest.raises(Invalid, match="只有宿舍房间和隔离室"):
        api.create_site(enterprise=mill, kind=SiteKind.GATE, code="G1", name="门", parent=dormitory, by=root)
    room = api.create_site(
        enterprise=mill,
        kind=SiteKind.ROOM,
        code=" d1-101 ",
        name="101",
        parent=dormitory,
        capacity=6,
        by=root,
    )
    assert (room.code, room.parent) == ("D1-101", dormitory)


def test_a_code_belongs_to_one_site_for_good(mill: Unit, workshop: Site, root: Actor) -> None:
    api.close_site(site=workshop, by=root)
    with pytest.raises(Invalid, match="这一编号的场所"):
        api.create_site(enterprise=mill, kind=SiteKind.GATE, code="w1", name="门", by=root)


def test_rooms_are_made_together_or_not_at_all(dormitory: Site, root: Actor) -> None:
    made = api.create_rooms(dormitory=dormitory, codes=["A101", "A102"], capacity=6, by=root)
    assert [(room.code, room.capacity, room.parent_id) for room in made] == [
        ("A101", 6, dormitory.pk),
        ("A102", 6, dormitory.pk),
    ]
    with pytest.raises(Invalid, match="A102、A103"):
        api.create_rooms(dormitory=dormitory, codes=["a102", "A103", "A103"], capacity=6, by=root)
    shown = api.sites_of(dormitory.enterprise, kinds=[SiteKind.DORMITORY])
    assert [(vars(one)["room_count"], vars(one)["beds"]) for one in shown] == [(2, 12)]
    assert api.site_counts(dormitory.enterprise) == {"dormitory": 1, "room": 2}


def test_a_site_in_use_stays_open(
    dormitory: Site, workshop: Site, mill: Unit, night: Shift, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (room,) = api.create_rooms(dormitory=dormitory, codes=["101"], capacity=6, by=root)
    team = api.create_team(enterprise=mill, name="一班", workshop=workshop, shift=night, by=root)
    with pytest.raises(Conflict, match="1 个在用的房间"):
        api.close_site(site=dormitory, by=root)
    with pytest.raises(Conflict, match="1 个班组在这里上班"):
        api.close_site(site=workshop, by=root)
    with pytest.raises(Conflict, match="1 个班组上这个班"):
        api.close_shift(shift=night, by=root)
    monkeypatch.setattr(guards, "_guards", {})
    api.register_guard("site", "people", lambda ids: ["还有 4 名职工住在这里。"] if room.pk in ids else [])
    api.register_guard("team", "people", lambda ids: ["还有 9 名职工。"])
    with pytest.raises(Conflict, match="不能停用。还有 4 名职工住在这里。"):
        api.close_site(site=room, by=root)
    with pytest.raises(Conflict, match="还有 9 名职工"):
        api.close_team(team=team, by=root)
    room.refresh_from_db()
    assert room.active


def test_a_closed_site_opens_again_with_its_dormitory(dormitory: Site, root: Actor) -> None:
    (room,) = api.create_rooms(dormitory=dormitory, codes=["101"], capacity=6, by=root)
    api.close_site(site=room, by=root)
    api.close_site(site=dormitory, by=root)
    with pytest.raises(Conflict, match="宿舍楼已经停用"):
        api.reopen_site(site=room, by=root)
    api.reopen_site(site=dormitory, by=root)
    assert api.reopen_site(site=room, by=root).active
    with pytest.raises(Conflict, match="本来就在用"):
        api.reopen_site(site=room, by=root)


def test_a_site_becomes_a_scope_once(workshop: Site, mill: Unit, root: Actor) -> None:
    unit = api.make_scope(site=workshop, by=root)
    assert (unit.kind, unit.code, unit.name, unit.parent_id) == ("site", "TZ-E-1-W1", "磨粉车间", mill.pk)
    workshop.refresh_from_db()
    assert api.make_scope(site=workshop, by=root) == unit
    api.change_site(site=workshop, changes={"name": "新车间"}, by=root)
    unit.refresh_from_db()
    assert unit.name == "新车间"
    own = with_role(Role.COMPANY, mill.path)
    gate = api.create_site(enterprise=mill, kind=SiteKind.GATE, code="G1", name="门", by=own)
    with pytest.raises(Refused):
        api.make_scope(site=gate, by=own)


def test_team_shift_and_workshop_are_of_one_enterprise(
    mill: Unit, bakery: Enterprise, workshop: Site, night: Shift, root: Actor
) -> None:
    with pytest.raises(Invalid, match="本企业在用的场所"):
        api.create_team(enterprise=bakery.unit, name="一班", workshop=workshop, by=root)
    with pytest.raises(Invalid, match="本企业在用的班次"):
        api.create_team(enterprise=bakery.unit, name="一班", shift=night, by=root)
    team = api.create_team(enterprise=mill, name="一班", workshop=workshop, shift=night, by=root)
    with pytest.raises(IntegrityError), transaction.atomic():
        moved_away(Team, team.pk, bakery.unit)
    assert api.change_team(team=team, changes={"name": "甲班", "shift": None}, by=root) == ["name", "shift"]
    assert AuditRecord.objects.latest("id").body == {"fields": ["name", "shift"]}


def test_a_room_never_moves_to_another_enterprise_behind_its_dormitory(
    dormitory: Site, bakery: Enterprise, root: Actor
) -> None:
    (room,) = api.create_rooms(dormitory=dormitory, codes=["101"], capacity=6, by=root)
    with pytest.raises(IntegrityError), transaction.atomic():
        moved_away(Site, room.pk, bakery.unit)


@pytest.mark.parametrize(
    "change",
    [{"kind": "planet"}, {"code": ""}, {"name": ""}, {"kind": "room"}, {"parent_id": "self"}],
)
def test_the_database_refuses_nonsense(workshop: Site, change: dict[str, object]) -> None:
    if change.get("parent_id") == "self":
        change = {"parent_id": workshop.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.filter(pk=workshop.pk).update(**change)


def test_only_an_enterprise_has_sites(east: Unit, root: Actor) -> None:
    with pytest.raises(Invalid, match="只能属于企业"):
        api.create_site(enterprise=east, kind=SiteKind.GATE, code="G1", name="门", by=root)
    assert east.kind == UnitKind.AREA


def test_another_enterprise_is_out_of_reach(
    mill: Unit, bakery: Enterprise, dormitory: Site, workshop: Site, night: Shift, root: Actor
) -> None:
    team = api.create_team(enterprise=mill, name="一班", by=root)
    other = with_role(Role.COMPANY, bakery.unit.path)
    for call in (
        lambda: api.create_rooms(dormitory=dormitory, codes=["1"], capacity=1, by=other),
        lambda: api.change_site(site=workshop, changes={"name": "别家"}, by=other),
        lambda: api.close_site(site=workshop, by=other),
        lambda: api.change_shift(shift=night, changes={"name": "别家"}, by=other),
        lambda: api.close_shift(shift=night, by=other),
        lambda: api.change_team(team=team, changes={"name": "别家"}, by=other),
        lambda: api.close_team(team=team, by=other),
    ):
        with pytest.raises(Refused):
            call()
