"""Spreadsheets of enterprises, sites and teams: out again as they came in, faults named, nothing past rights."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook

from pingzhan.config.demo.firms import credit_code
from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.listing import lines, listing_for
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import import_of
from pingzhan.foundation.imports.template import build
from pingzhan.kernel.errors import NotFound
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import send, store, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def clerk(zone: Unit) -> Actor:
    return actor_with(Role.CLERK, name="林知远", path=zone.path)


def titles(key: str) -> list[str]:
    return [str(column.title) for column in import_of(key).columns]


def table(key: str, *rows: dict[str, Any]) -> bytes:
    """A workbook with the columns of the import; rows are given by column keys."""
    keys = [column.key for column in import_of(key).columns]
    return xlsx([titles(key), *[[row.get(one, "") for one in keys] for row in rows]])


def exported(key: str, by: Actor, **params: str) -> list[list[Any]]:
    listing = listing_for(by, key)
    return list(lines(listing, listing.queryset(by, params), whole=False))


def told(job: ImportJob) -> tuple[int, int, int, int]:
    return job.found_new, job.found_changed, job.found_same, job.found_refused


def enterprise(n: int, **more: Any) -> dict[str, Any]:
    code = credit_code(Random(n))
    return {"name": f"试验{n}号有限公司", "credit_code": code, "industry": "食品制造业", **more}


def test_enterprises_go_out_as_they_came_in(zone: Unit, east: Unit, clerk: Actor) -> None:
    data = table(
        "territory.enterprises",
        enterprise(1, area="东片区", code="N1", headcount=120, cold_chain="是", legal_form="股份有限公司"),
        enterprise(2, area=east.code, code="N2", address="学海路 1 号", risk="高"),
        enterprise(3, code="N3"),
    )
    job = send(clerk, data, key="territory.enterprises", scope=zone.code)
    assert told(job) == (3, 0, 0, 0), job.error
    job = store(clerk, job)
    assert (job.state, job.stored_new) == ("done", 3)
    first = Enterprise.objects.get(unit__code="N1")
    assert (first.unit.parent, first.unit.headcount, first.cold_chain, first.legal_form) == (
        east,
        120,
        True,
        "joint_stock",
    )
    assert Enterprise.objects.get(unit__code="N2").risk == "high"
    assert Enterprise.objects.get(unit__code="N3").unit.parent == zone
    verbs = AuditRecord.objects.filter(verb="territory.import_enterprises")
    assert [one.body for one in verbs] == [{"new": 3, "changed": 0}]
    out = exported("territory.enterprises", clerk, order="code")
    again = xlsx([titles("territory.enterprises"), *out])
    assert told(send(clerk, again, key="territory.enterprises", scope=zone.code)) == (0, 0, 3, 0)


def test_a_changed_row_changes_its_fields_only(
    file: Enterprise, zone: Unit, clerk: Actor, root: Actor
) -> None:
    api.change_enterprise(enterprise=file, changes={"address": "老地址", "canteen": True}, by=root)
    key = "territory.enterprises"
    data = xlsx([["企业名称", "信用代码", "行业"], ["新名面粉厂", file.credit_code, "13"]])
    job = store(clerk, send(clerk, data, key=key, scope=zone.code))
    assert (job.state, job.stored_changed) == ("done", 1), job.error
    file.refresh_from_db()
    assert (file.unit.name, file.address, file.canteen) == ("新名面粉厂", "老地址", True)


def test_what_does_not_fit_is_refused_with_its_reason(
    file: Enterprise, bakery: Enterprise, zone: Unit, clerk: Actor, root: Actor
) -> None:
    api.set_status(enterprise=bakery, status=EnterpriseStatus.CLOSED, reason="迁出", by=root)
    data = table(
        "territory.enterprises",
        enterprise(11, area="没有的片区"),
        enterprise(12, code="TZ-E-1"),
        enterprise(13, industry="不存在的行业"),
        {**enterprise(14), "credit_code": file.credit_code, "risk": "高"},
        {**enterprise(15), "credit_code": file.credit_code},
        {**enterprise(16), "credit_code": bakery.credit_code},
        enterprise(17),
    )
    job = send(clerk, data, key="territory.enterprises", scope=zone.code)
    reasons = "".join(one.message for one in preview.bad_cells(job, 1))
    assert told(job)[0] == 1
    assert job.found_refused == 6
    for words in ("没有名为“没有的片区”的片区", "单位代码已被使用", "风险等级与登记的不同", "已经注销"):
        assert words in reasons
    assert Enterprise.objects.get(pk=file.pk).risk == RiskClass.LOW


def test_sites_and_teams_go_out_as_they_came_in(file: Enterprise, night: Shift, mill: Unit) -> None:
    contact = actor_with(Role.COMPANY, name="钟灵", path=mill.path)
    sites = table(
        "territory.sites",
        {"code": "D1", "name": "一号楼", "kind": "宿舍楼"},
        {"code": "d1-101", "name": "101", "kind": "宿舍房间", "parent": "D1", "capacity": 6},
        {"code": "W1", "name": "磨粉车间", "kind": "车间"},
        {"code": "D9-1", "name": "1", "kind": "宿舍房间", "parent": "D9"},
        {"code": "X", "name": "无楼", "kind": "宿舍房间"},
        {"code": "G1", "name": "门", "kind": "门岗", "parent": "D1"},
    )
    job = send(contact, sites, key="territory.sites", scope=mill.code)
    assert told(job) == (3, 0, 0, 3), job.error
    store(contact, job)
    room = Site.objects.get(code="D1-101")
    assert (room.parent, room.capacity) == (Site.objects.get(code="D1"), 6)
    teams = table(
        "territory.teams",
        {"name": "甲班", "workshop": "磨粉车间", "shift": "夜班"},
        {"name": "乙班", "workshop": "W1"},
        {"name": "丙班", "workshop": "没有"},
        {"name": "丁班", "shift": "没有"},
    )
    job = send(contact, teams, key="territory.teams", scope=mill.code)
    assert told(job) == (2, 0, 0, 2), job.error
    store(contact, job)
    assert Team.objects.get(name="甲班").shift == night
    for key in ("territory.sites", "territory.teams"):
        out = exported(key, contact, enterprise=mill.code)
        again = send(contact, xlsx([titles(key), *out]), key=key, scope=mill.code)
        assert told(again) == (0, 0, len(out), 0)
    changed = table("territory.teams", {"name": "甲班", "workshop": "", "shift": "夜班"})
    job = store(contact, send(contact, changed, key="territory.teams", scope=mill.code))
    assert job.stored_changed == 1
    assert Team.objects.get(name="甲班").workshop is None


def test_shifts_go_out_as_they_came_in(file: Enterprise, night: Shift, mill: Unit) -> None:
    contact = actor_with(Role.COMPANY, name="钟灵", path=mill.path)
    key = "territory.shifts"
    template = load_workbook(BytesIO(build(import_of(key)))).worksheets[0]
    assert [cell.value for cell in template[1]] == titles(key)
    day = dict(
        zip(("name", "start", "end", "over", "headcount"), ("白班", "8:00", "20时", "否", 40), strict=True)
    )
    rows: list[dict[str, Any]] = [
        day,
        {"name": "中班", "start": time(16), "end": "24:00", "over": "是"},
        {"name": "早班", "start": 0.25, "end": "14点30分"},
        {"name": "夜班", "start": night.start, "end": night.end, "headcount": 13},
        {"name": "错一", "start": "20:00", "end": "08:00", "over": "否"},
        {"name": "错二", "start": "08:00", "end": "20:00", "over": "是"},
        {"name": "错三", "start": "08:00", "end": "08:00"},
        {"name": "错四", "start": "25:00", "end": "八点"},
        {"name": "错五", "start": "", "end": "07:60"},
        {"name": "错六", "start": "08:00:30", "end": "2026-01-01"},
        {"name": "错七", "start": 8, "end": datetime(2026, 1, 1, 8)},
        {**day, "headcount": 41},
    ]
    job = send(contact, table(key, *rows), key=key, scope=mill.code)
    assert told(job) == (3, 1, 0, 8), job.error
    reasons = " ".join(message for _title, message, _count in job.summary["reasons"])
    for words in (
        "没有跨零点",
        "班次跨零点",
        "不能相同",
        "没有这个时刻",
        "写成 08:00 的样子",
        "时刻只写到分",
    ):
        assert words in reasons
    store(contact, job)
    late = Shift.objects.get(enterprise=mill, name="中班")
    assert (late.start, late.end, late.crosses_midnight) == (time(16), time(0), True)
    assert Shift.objects.get(enterprise=mill, name="早班").start == time(6)
    assert Shift.objects.get(pk=night.pk).headcount == 13
    assert AuditRecord.objects.get(verb="territory.import_shifts").body == {"new": 3, "changed": 1}
    out = exported(key, contact, enterprise=mill.code)
    assert [row[:4] for row in out if row[0] in ("白班", "中班")] == [
        ["白班", "08:00", "20:00", "否"],
        ["中班", "16:00", "00:00", "是"],
    ]
    again = send(contact, xlsx([titles(key), *out]), key=key, scope=mill.code)
    assert told(again) == (0, 0, 4, 0)
    short = xlsx([["班次", "上班", "下班"], ["白班", "07:30", "20:00"]])
    job = store(contact, send(contact, short, key=key, scope=mill.code))
    changed = Shift.objects.get(enterprise=mill, name="白班")
    assert (job.stored_changed, changed.start, changed.headcount) == (1, time(7, 30), 40)


@pytest.mark.parametrize(
    "key", ["territory.enterprises", "territory.sites", "territory.shifts", "territory.teams"]
)
def test_nobody_imports_where_he_may_not(file: Enterprise, bakery: Enterprise, zone: Unit, key: str) -> None:
    data = table(key, {})
    refused = [role for role in Role if role not in roles_with(Permission.EDIT_ENTERPRISE)]
    scope = zone.code if key == "territory.enterprises" else bakery.unit.code
    for role, path in [*((one, "/") for one in refused), (Role.COMPANY, file.unit.path)]:
        by = actor_with(role, path=path)
        with pytest.raises(NotFound):
            upload(key=key, scope_code=scope, name="表.xlsx", chunks=[data], by=by)


def test_an_export_holds_what_the_person_sees(file: Enterprise, bakery: Enterprise) -> None:
    contact = actor_with(Role.COMPANY, path=file.unit.path)
    assert [row[0] for row in exported("territory.enterprises", contact)] == [file.unit.name]
    assert exported("territory.sites", contact, enterprise=bakery.unit.code) == []
    with pytest.raises(NotFound):
        listing_for(actor_with(Role.AUDITOR), "territory.enterprises")
