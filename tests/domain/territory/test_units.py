from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

from .conftest import with_role

REFUSED = [role for role in Role if role not in roles_with(Permission.EDIT_TERRITORY)]


def test_path_is_the_ids_from_the_root_down(zone: Unit, east: Unit, mill: Unit) -> None:
    assert zone.path == f"/{zone.pk}/"
    assert mill.path == f"/{zone.pk}/{east.pk}/{mill.pk}/"
    assert api.paths_above(mill.path) == [zone.path, east.path, mill.path]


def test_tree_and_levels(zone: Unit, east: Unit, mill: Unit, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert [[u.code for u in level] for level in api.level_ordered(zone)] == [
            ["TZ"],
            ["TZ-E"],
            ["TZ-E-1"],
        ]
    top = api.tree(zone)
    assert top.children[0].children[0].unit == mill
    assert top.children[0].children[0].depth == 2
    assert list(api.subtree(zone, kinds=[UnitKind.ENTERPRISE])) == [mill]
    assert api.zone_of(mill) == zone


def test_unknown_code_names_the_code(zone: Unit) -> None:
    with pytest.raises(NotFound, match="XX"):
        api.unit_by_code("XX")


def test_code_in_use_is_said_in_chinese(zone: Unit, east: Unit, root: Actor) -> None:
    with pytest.raises(Invalid, match="单位代码已被使用"):
        api.create_unit(kind=UnitKind.AREA, code="TZ-E", name="又一个", parent=zone, by=root)


@pytest.mark.parametrize("kind", [UnitKind.ZONE, UnitKind.AREA, UnitKind.ENTERPRISE])
def test_an_enterprise_holds_sites_only(mill: Unit, root: Actor, kind: UnitKind) -> None:
    with pytest.raises(Invalid, match="不能设"):
        api.create_unit(kind=kind, code="N", name="不行", parent=mill, by=root)


def test_move_takes_the_whole_subtree_along(zone: Unit, east: Unit, mill: Unit, root: Actor) -> None:
    west = api.create_unit(kind=UnitKind.AREA, code="TZ-W", name="西片区", parent=zone, by=root)
    gate = api.create_unit(kind=UnitKind.SITE, code="TZ-E-1-G", name="北门", parent=mill, by=root)
    api.move_unit(unit=mill, parent=west, by=root)
    gate.refresh_from_db()
    assert gate.path == f"/{zone.pk}/{west.pk}/{mill.pk}/{gate.pk}/"
    assert AuditRecord.objects.latest("id").body == {"moved": 2}


def test_no_ring_and_no_other_zone(zone: Unit, east: Unit, root: Actor) -> None:
    inner = api.create_unit(kind=UnitKind.AREA, code="IN", name="内片区", parent=east, by=root)
    with pytest.raises(Conflict):
        api.move_unit(unit=east, parent=inner, by=root)
    other = api.create_unit(kind=UnitKind.ZONE, code="TZ2", name="另一开发区", parent=None, by=root)
    with pytest.raises(Invalid, match="另一个开发区"):
        api.move_unit(unit=east, parent=other, by=root)


def test_rename_keeps_code_and_path(mill: Unit, root: Actor) -> None:
    path = mill.path
    api.rename_unit(unit=mill, name="试验面粉公司", headcount=55, by=root)
    mill.refresh_from_db()
    assert (mill.name, mill.headcount, mill.code, mill.path) == ("试验面粉公司", 55, "TZ-E-1", path)


@pytest.mark.parametrize("role", REFUSED)
def test_roles_that_may_not_edit(zone: Unit, mill: Unit, role: Role) -> None:
    by = with_role(role)
    with pytest.raises(Refused):
        api.create_unit(kind=UnitKind.AREA, code="N", name="新", parent=zone, by=by)
    with pytest.raises(Refused):
        api.rename_unit(unit=mill, name="新", by=by)
    with pytest.raises(Refused):
        api.move_unit(unit=mill, parent=zone, by=by)
    with pytest.raises(Refused):
        api.import_plan(zone=zone, geojson={}, by=by)


def test_editing_right_ends_at_its_unit(zone: Unit, east: Unit, mill: Unit) -> None:
    by = with_role(Role.ORGANISER, east.path)
    api.rename_unit(unit=mill, name="可以", by=by)
    with pytest.raises(Refused):
        api.rename_unit(unit=zone, name="不可以", by=by)


def test_each_sees_only_his_units(zone: Unit, east: Unit, mill: Unit) -> None:
    assert set(api.visible_to(with_role(Role.OFFICIAL))) == {zone, east, mill}
    assert set(api.visible_to(with_role(Role.OFFICIAL, east.path))) == {east, mill}
    assert not api.visible_to(with_role(Role.COMPANY)).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "planet"},
        {"path": "1/3"},
        {"name": ""},
        {"parent": None},
    ],
)
def test_the_database_refuses_nonsense(mill: Unit, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=mill.pk).update(**change)
