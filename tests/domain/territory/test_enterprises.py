from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from pingzhan.domain.territory import api
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass, SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, EnterpriseStep, Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, Refused

from .conftest import about, with_role

REFUSED = [role for role in Role if role not in roles_with(Permission.EDIT_ENTERPRISE)]
UNSEEING = [role for role in Role if role not in roles_with(Permission.VIEW_ENTERPRISES)]


def test_registering_makes_the_unit_and_the_file(east: Unit, root: Actor) -> None:
    made = api.register_enterprise(
        parent=east,
        data=about(name=" 云溪面粉有限公司 ", short_name="云溪面粉", headcount=120, canteen=True),
        by=root,
    )
    assert (made.unit.kind, made.unit.name, made.unit.headcount) == ("enterprise", "云溪面粉有限公司", 120)
    assert made.unit.code == "E001"
    assert made.unit.path.startswith(east.path)
    assert made.initials == "yxmfyxgs"
    assert (made.canteen, made.dormitory, made.status, made.risk) == (True, False, "producing", "low")
    line = AuditRecord.objects.latest("id")
    assert (line.verb, line.subject_id, line.body) == (
        "territory.register_enterprise",
        str(made.pk),
        {"risk": "low"},
    )


def test_an_enterprise_of_the_tree_gets_its_file(mill: Unit, root: Actor) -> None:
    assert list(api.units_without_file("/")) == [mill]
    made = api.register_enterprise(unit=mill, data=about(name="试验面粉公司", headcount=41), by=root)
    mill.refresh_from_db()
    assert (made.pk, mill.name, mill.headcount) == (mill.pk, "试验面粉公司", 41)
    assert not api.units_without_file("/").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credit_code": "91371699"}, "18 位"),
        ({"credit_code": "91110000600037341I"}, "不含 I、O、S、V、Z"),
        ({"credit_code": "911100006000373410"}, "校验位"),
        ({"industry": "99"}, "行业"),
        ({"name": ""}, "名称"),
        ({"legal_form": "planet"}, "企业类型"),
    ],
)
def test_what_does_not_fit_is_said_in_chinese(
    east: Unit, root: Actor, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        api.register_enterprise(parent=east, data=about(**changes), by=root)
    assert not Unit.objects.filter(kind=UnitKind.ENTERPRISE).exists()


def test_a_credit_code_is_registered_once(file: Enterprise, east: Unit, root: Actor) -> None:
    with pytest.raises(Invalid, match="已登记在另一家企业"):
        api.register_enterprise(parent=east, data=about(credit_code=f" {file.credit_code.lower()} "), by=root)


def test_a_class_above_low_needs_its_reason(east: Unit, root: Actor) -> None:
    with pytest.raises(Invalid, match="请写明理由"):
        api.register_enterprise(parent=east, data=about(), risk=RiskClass.HIGH, by=root)
    made = api.register_enterprise(
        parent=east, data=about(), risk=RiskClass.HIGH, risk_reason="进口冷链", by=root
    )
    assert [(step.old, step.new, step.reason) for step in api.steps_of(made)] == [("low", "high", "进口冷链")]


def test_only_differing_fields_are_changed_and_recorded(file: Enterprise, root: Actor) -> None:
    changed = api.change_enterprise(
        enterprise=file,
        changes={"address": " 学海路 1 号 ", "headcount": 40, "name": "新名面粉厂", "short_name": "老磨"},
        by=root,
    )
    assert sorted(changed) == ["address", "name", "short_name"]
    file.refresh_from_db()
    assert (file.address, file.unit.name, file.initials) == ("学海路 1 号", "新名面粉厂", "xmmfc lm")
    assert AuditRecord.objects.latest("id").body == {"fields": ["address", "name", "short_name"]}
    before = AuditRecord.objects.count()
    assert api.change_enterprise(enterprise=file, changes={"address": "学海路 1 号"}, by=root) == []
    assert AuditRecord.objects.count() == before


def test_rows_keep_their_history(file: Enterprise, root: Actor) -> None:
    api.change_enterprise(enterprise=file, changes={"address": "学海路 2 号"}, by=root)
    history = apps.get_model("territory", "EnterpriseHistory")
    rows = history.objects.filter(pgh_obj_id=file.pk).order_by("pgh_id").values_list("pgh_label", "address")
    assert list(rows) == [("insert", ""), ("update", "学海路 2 号")]


@pytest.mark.parametrize("field", ["name", "credit_code", "industry", "legal_form", "plot"])
def test_an_enterprise_does_not_change_what_the_zone_registers(file: Enterprise, field: str) -> None:
    own = with_role(Role.COMPANY, file.unit.path)
    with pytest.raises(Refused):
        api.change_enterprise(enterprise=file, changes={field: "别的"}, by=own)
    assert api.change_enterprise(enterprise=file, changes={"address": "新址"}, by=own) == ["address"]


def test_an_enterprise_does_not_decide_about_itself(file: Enterprise, bakery: Enterprise, east: Unit) -> None:
    own = with_role(Role.COMPANY, file.unit.path)
    with pytest.raises(Refused):
        api.set_risk(enterprise=file, risk=RiskClass.HIGH, reason="自报", by=own)
    with pytest.raises(Refused):
        api.set_status(enterprise=file, status=EnterpriseStatus.STOPPED, reason="自报", by=own)
    with pytest.raises(Refused):
        api.merge_enterprise(source=file, target=bakery, reason="自报", by=own)
    with pytest.raises(Refused):
        api.register_enterprise(parent=east, data=about(9), by=own)
    with pytest.raises(Refused):
        api.change_enterprise(enterprise=bakery, changes={"address": "别家"}, by=own)


@pytest.mark.parametrize("role", REFUSED)
def test_roles_that_may_not_edit(file: Enterprise, bakery: Enterprise, east: Unit, role: Role) -> None:
    by = with_role(role)
    calls: list[Any] = [
        lambda: api.register_enterprise(parent=east, data=about(9), by=by),
        lambda: api.change_enterprise(enterprise=file, changes={"address": "新址"}, by=by),
        lambda: api.set_risk(enterprise=file, risk=RiskClass.HIGH, reason="不许", by=by),
        lambda: api.set_status(enterprise=file, status=EnterpriseStatus.CLOSED, reason="不许", by=by),
        lambda: api.merge_enterprise(source=file, target=bakery, reason="不许", by=by),
        lambda: api.create_site(enterprise=file.unit, kind=SiteKind.GATE, code="G", name="门", by=by),
        lambda: api.bulk_register(zone=east, firms=[], by=by),
    ]
    for call in calls:
        with pytest.raises(Refused):
            call()


def test_each_sees_only_his_enterprises(file: Enterprise, bakery: Enterprise) -> None:
    assert set(api.enterprises_visible_to(with_role(Role.CLERK))) == {file, bakery}
    assert set(api.enterprises_visible_to(with_role(Role.COMPANY, file.unit.path))) == {file}
    assert api.can_see_enterprise(with_role(Role.COMPANY, file.unit.path), file.unit)
    assert not api.can_see_enterprise(with_role(Role.COMPANY, file.unit.path), bakery.unit)


@pytest.mark.parametrize("role", UNSEEING)
def test_roles_that_see_no_enterprise(file: Enterprise, role: Role) -> None:
    assert not api.enterprises_visible_to(with_role(role)).exists()


def test_risk_and_status_go_by_steps_with_reasons(file: Enterprise, root: Actor) -> None:
    api.set_risk(enterprise=file, risk=RiskClass.MEDIUM, reason="新增冷库", by=root)
    with pytest.raises(Conflict, match="已经是"):
        api.set_risk(enterprise=file, risk=RiskClass.MEDIUM, reason="再说一次", by=root)
    with pytest.raises(Invalid, match="请写明理由"):
        api.set_status(enterprise=file, status=EnterpriseStatus.STOPPED, reason="  ", by=root)
    api.set_status(enterprise=file, status=EnterpriseStatus.STOPPED, reason="检修", by=root)
    api.set_status(enterprise=file, status=EnterpriseStatus.PRODUCING, reason="检修完成", by=root)
    assert [(step.kind, step.old, step.new) for step in api.steps_of(file)] == [
        ("status", "stopped", "producing"),
        ("status", "producing", "stopped"),
        ("risk", "low", "medium"),
    ]


def test_steps_are_only_added_to(file: Enterprise, root: Actor) -> None:
    api.set_risk(enterprise=file, risk=RiskClass.MEDIUM, reason="新增冷库", by=root)
    with pytest.raises(IntegrityError), transaction.atomic():
        EnterpriseStep.objects.update(reason="改口")
    with pytest.raises(IntegrityError), transaction.atomic():
        EnterpriseStep.objects.all().delete()


def test_closing_is_final_and_closes_the_parts(
    file: Enterprise, workshop: Site, night: Shift, root: Actor
) -> None:
    api.create_team(enterprise=file.unit, name="一班", workshop=workshop, shift=night, by=root)
    api.set_status(enterprise=file, status=EnterpriseStatus.CLOSED, reason="迁出", by=root)
    assert AuditRecord.objects.latest("id").body == {
        "old": "producing",
        "status": "closed",
        "sites": 1,
        "shifts": 1,
        "teams": 1,
    }
    for model in (Site, Shift, Team):
        assert not model._default_manager.filter(active=True).exists()
    with pytest.raises(Conflict):
        api.set_status(enterprise=file, status=EnterpriseStatus.PRODUCING, reason="反悔", by=root)
    with pytest.raises(Conflict, match="已经注销"):
        api.change_enterprise(enterprise=file, changes={"address": "新址"}, by=root)
    with pytest.raises(Conflict, match="已经注销"):
        api.create_site(enterprise=file.unit, kind=SiteKind.GATE, code="G9", name="门", by=root)


def test_what_others_need_is_not_closed(
    file: Enterprise, bakery: Enterprise, root: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pingzhan.domain.territory import guards

    monkeypatch.setattr(guards, "_guards", {})
    asked: list[list[int]] = []

    def guard(ids: Any) -> list[str]:
        asked.append(list(ids))
        return ["还有 3 名在职职工。"]

    api.register_guard("enterprise", "people", guard)
    with pytest.raises(Conflict, match="现在不能注销。还有 3 名在职职工。"):
        api.set_status(enterprise=file, status=EnterpriseStatus.CLOSED, reason="迁出", by=root)
    with pytest.raises(Conflict, match="还有 3 名"):
        api.merge_enterprise(source=file, target=bakery, reason="合并", by=root)
    assert asked == [[file.pk], [file.pk]]
    assert not EnterpriseStep.objects.exists()


def test_merging_closes_one_and_names_the_other(file: Enterprise, bakery: Enterprise, root: Actor) -> None:
    gone = api.merge_enterprise(source=file, target=bakery, reason="重复登记", by=root)
    assert (gone.status, gone.successor) == ("closed", bakery)
    with pytest.raises(Conflict, match="已经注销"):
        api.merge_enterprise(source=bakery, target=file, reason="反过来", by=root)
    with pytest.raises(Invalid, match="自己"):
        api.merge_enterprise(source=bakery, target=bakery, reason="自己", by=root)


def test_no_merge_into_another_zone(file: Enterprise, root: Actor) -> None:
    zone = api.create_unit(kind=UnitKind.ZONE, code="T2", name="另一开发区", parent=None, by=root)
    there = api.register_enterprise(parent=zone, data=about(5, name="别区企业"), by=root)
    with pytest.raises(Invalid, match="同一开发区"):
        api.merge_enterprise(source=file, target=there, reason="跨区", by=root)


@pytest.mark.parametrize(
    "words",
    ["面粉", "smf", "SYMF", "\uff34\uff3a\uff0d\uff25\uff0d\uff11", "TZ-E-1", "91371699"],
)
def test_search_by_name_initials_and_codes(file: Enterprise, words: str) -> None:
    rows = Enterprise.objects.all()
    found = api.find(rows, api.EnterpriseFilter(words=words))
    assert list(found) == ([] if words == "smf" else [file])


def test_filters_and_orders(file: Enterprise, bakery: Enterprise, east: Unit, root: Actor) -> None:
    rows = Enterprise.objects.all()
    api.set_risk(enterprise=bakery, risk=RiskClass.HIGH, reason="冷链", by=root)
    api.change_enterprise(enterprise=bakery, changes={"cold_chain": True, "industry": "14"}, by=root)

    def found(**only: Any) -> list[Enterprise]:
        return list(api.find(rows, api.EnterpriseFilter(**only)))

    assert found(risk="high") == [bakery]
    assert found(industry="13") == [file]
    assert found(flags=["cold_chain"]) == [bakery]
    assert found(area=east.path) == [bakery, file]
    assert found(area="/0/") == []
    assert found(status="closed") == []
    assert found(order="risk") == [bakery, file]
    assert found(order="headcount") == [file, bakery]
    assert found(order="nonsense") == [bakery, file]
    assert api.status_counts(rows) == {"producing": 2, "stopped": 0, "closed": 0, "high": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"credit_code": "9137169900000000I1"},
        {"credit_code": ""},
        {"industry": "99"},
        {"risk": "fatal"},
        {"status": "dreaming"},
        {"legal_form": "planet"},
    ],
)
def test_the_database_refuses_nonsense(file: Enterprise, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=file.pk).update(**change)


def test_only_a_closed_enterprise_has_a_successor(file: Enterprise, bakery: Enterprise) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=file.pk).update(successor=bakery)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enterprise.objects.filter(pk=file.pk).update(status="closed", successor=file.pk)
