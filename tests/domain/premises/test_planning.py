"""Plans: complete before they are submitted, decided by somebody else, one approved version at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingzhan.domain.premises import api
from pingzhan.domain.premises.enums import PlanKind, PlanState
from pingzhan.domain.premises.models import Plan
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import plan
from tests.domain.premises.sheets import out

KIND = PlanKind.PREVENTION


def written(firm: Firm) -> Plan:
    return api.save_plan(enterprise=firm.unit, kind=KIND, data=plan(), by=firm.contact)


@pytest.mark.usefixtures("in_force")
@pytest.mark.parametrize(
    ("kind", "evidence"), [(PlanKind.PREVENTION, "plan_review"), (PlanKind.EMERGENCY, "emergency_plan")]
)
def test_approval_closes_the_duty(mill: Firm, duty_officer: Actor, kind: PlanKind, evidence: str) -> None:
    assert waiting(mill, evidence)
    row = api.save_plan(enterprise=mill.unit, kind=kind, data=plan(kind), by=mill.contact)
    api.submit_plan(plan_id=row.pk, by=mill.contact)
    assert waiting(mill, evidence)
    api.decide_plan(plan_id=row.pk, approve=True, by=duty_officer)
    assert waiting(mill, evidence) == 0
    body = AuditRecord.objects.filter(verb="premises.plan_approved").latest("pk").body
    assert body["closed"] >= 1


def test_returned_corrected_approved_and_replaced(mill: Firm, duty_officer: Actor) -> None:
    row = written(mill)
    api.submit_plan(plan_id=row.pk, by=mill.contact)
    with pytest.raises(Conflict):
        written(mill)
    with pytest.raises(Invalid, match="\u610f\u89c1") as caught:
        api.decide_plan(plan_id=row.pk, approve=False, by=duty_officer)
    assert caught.value.place == "remarks"
    api.decide_plan(plan_id=row.pk, approve=False, remarks="\u8865\u5145", by=duty_officer)
    assert written(mill).pk == row.pk
    api.submit_plan(plan_id=row.pk, by=mill.contact)
    api.decide_plan(plan_id=row.pk, approve=True, by=duty_officer)
    second = written(mill)
    assert second.n == 2
    api.submit_plan(plan_id=second.pk, by=mill.contact)
    api.decide_plan(plan_id=second.pk, approve=True, by=duty_officer)
    states = dict(Plan.objects.values_list("n", "state"))
    assert states == {1: PlanState.SUPERSEDED, 2: PlanState.APPROVED}
    with pytest.raises(Conflict):
        api.decide_plan(plan_id=second.pk, approve=True, by=duty_officer)


def test_what_is_missing_is_named(mill: Firm) -> None:
    with pytest.raises(Invalid) as caught:
        api.save_plan(enterprise=mill.unit, kind=KIND, data=plan(posts={}), by=mill.contact)
    assert caught.value.place == "post_in_charge"
    with pytest.raises(Invalid) as caught:
        api.save_plan(enterprise=mill.unit, kind=KIND, data=plan(valid_until=clock.today()), by=mill.contact)
    assert caught.value.place == "valid_until"
    far = clock.today() + timedelta(days=2000)
    with pytest.raises(Invalid):
        api.save_plan(enterprise=mill.unit, kind=KIND, data=plan(valid_until=far), by=mill.contact)
    row = api.save_plan(
        enterprise=mill.unit, kind=KIND, data=plan(sections={"daily": "\u7532"}), by=mill.contact
    )
    with pytest.raises(Invalid, match="\u5de5\u4f5c\u4f53\u7cfb"):
        api.submit_plan(plan_id=row.pk, by=mill.contact)
    api.save_plan(
        enterprise=mill.unit, kind=KIND, data=plan(sections={}, paper="1\u53f7.docx"), by=mill.contact
    )
    assert api.submit_plan(plan_id=row.pk, by=mill.contact).state == PlanState.SUBMITTED


def test_nobody_decides_on_his_own(park: Park, mill: Firm, forge: Firm) -> None:
    row = written(mill)
    api.submit_plan(plan_id=row.pk, by=mill.contact)
    both = Actor(
        kind="user",
        user_id=None,
        person_id=None,
        name="\u67d0\u4eba",
        grants=((Role.COMPANY, mill.unit.path), (Role.DUTY_OFFICER, park.zone.path)),
    )
    for actor in (mill.contact, both, acting(Role.LEADER, park.zone.path)):
        with pytest.raises(Refused):
            api.decide_plan(plan_id=row.pk, approve=True, by=actor)
    for role in (Role.OFFICIAL, Role.GATE_GUARD, Role.CLERK):
        with pytest.raises(NotFound):
            api.decide_plan(plan_id=row.pk, approve=True, by=acting(role, mill.unit.path))
    with pytest.raises(NotFound):
        api.submit_plan(plan_id=row.pk, by=forge.contact)
    with pytest.raises(Refused):
        api.save_plan(enterprise=mill.unit, kind=KIND, data=plan(), by=forge.contact)
    row.refresh_from_db()
    assert row.state == PlanState.SUBMITTED


@pytest.mark.usefixtures("in_force")
def test_a_plan_that_still_holds_is_confirmed(mill: Firm, duty_officer: Actor) -> None:
    with pytest.raises(Conflict, match="\u8fd8\u6ca1\u6709"):
        api.confirm_plan(enterprise=mill.unit, kind=KIND, by=mill.contact)
    row = written(mill)
    api.submit_plan(plan_id=row.pk, by=mill.contact)
    assert waiting(mill, "plan_review")
    Plan.objects.filter(pk=row.pk).update(state=PlanState.APPROVED)
    assert api.confirm_plan(enterprise=mill.unit, kind=KIND, by=mill.contact) == 1
    assert waiting(mill, "plan_review") == 0
    Plan.objects.filter(pk=row.pk).update(valid_until=clock.today() - timedelta(days=1))
    with pytest.raises(Conflict, match="\u6709\u6548\u671f"):
        api.confirm_plan(enterprise=mill.unit, kind=KIND, by=mill.contact)
    with pytest.raises(Refused):
        api.confirm_plan(enterprise=mill.unit, kind=KIND, by=duty_officer)


def test_the_export_names_the_posts(mill: Firm, clerk: Actor) -> None:
    posts = {"in_charge": "A", "contact": "B", "team": "C"}
    api.save_plan(enterprise=mill.unit, kind=KIND, data=plan(posts=posts), by=mill.contact)
    (line,) = out(clerk, "premises.plans")
    assert line[4:7] == ["A", "B", "C"]
