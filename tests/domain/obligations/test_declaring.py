"""Declarations close one obligation that has no ledger, once, by those who answer for it; taken back with a reason."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from pingzhan.domain.obligations import api, forms
from pingzhan.domain.obligations.models import Declaration, Obligation
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.factories import SmallZone, actor_with

REFUSED = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.PRIVACY_OFFICER, Role.GATE_GUARD,
           Role.OFFICIAL, Role.ORGANISER, Role.CLERK)  # fmt: skip


@pytest.fixture(autouse=True)
def _ledgers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_forms", {"temperature": forms.Form("health:firm")})


def due(unit: Unit, evidence: str) -> Obligation:
    api.today(unit.pk)
    rows = Obligation.objects.filter(unit=unit, demand__evidence=evidence, t0__lte=timezone.now())
    return rows.order_by("due_at")[0]


def done(**changes: object) -> api.Done:
    plain: dict[str, object] = {"key": uuid4(), "note": "walked the halls", "at": timezone.now()}
    return api.Done(**{**plain, **changes})  # type: ignore[arg-type]


def test_declared_once_closed_and_opened_again(park: SmallZone) -> None:
    row = due(park.firms[0], "plan_review")
    by = actor_with(Role.COMPANY, path=park.firms[0].path)
    sent = done()
    made = api.declare(row.pk, done=sent, by=by)
    assert api.declare(row.pk, done=sent, by=by) == made
    assert Declaration.objects.count() == 1
    row.refresh_from_db()
    assert (row.state, row.ref_kind, row.ref_id) == ("done", "declaration", made.pk)
    with pytest.raises(Conflict):
        api.declare(row.pk, done=done(), by=by)
    with pytest.raises(Invalid):
        api.withdraw_declaration(made.pk, reason=" ", by=by)
    assert api.withdraw_declaration(made.pk, reason="wrong hall", by=by) == 1
    row.refresh_from_db()
    assert (row.state, row.ref_id) == ("open", None)
    with pytest.raises(Conflict):
        api.withdraw_declaration(made.pk, reason="again", by=by)


def test_what_is_missing_or_impossible_is_refused(park: SmallZone) -> None:
    row = due(park.firms[0], "plan_review")
    wrong = ({"note": "  "}, {"at": timezone.now() + timedelta(hours=1)}, {"at": row.t0 - timedelta(minutes=1)},
             {"count": 0})  # fmt: skip
    for changes in wrong:
        with pytest.raises(Invalid):
            api.declare(row.pk, done=done(**changes), by=park.root)
    assert not Declaration.objects.exists()


def test_what_has_a_ledger_is_not_declared(park: SmallZone) -> None:
    assert api.has_ledger("temperature")
    row = due(park.firms[0], "plan_review")
    Obligation.objects.filter(pk=row.pk).update(
        demand=Obligation.objects.filter(demand__evidence="temperature")[0].demand_id
    )
    with pytest.raises(Conflict) as refused:
        api.declare(row.pk, done=done(), by=park.root)
    assert refused.value.code == "has_ledger"


def test_several_are_counted(park: SmallZone) -> None:
    row = due(park.firms[0], "plan_review")
    Obligation.objects.filter(pk=row.pk).update(need=3)
    first = api.declare(row.pk, done=done(count=2), by=park.root)
    row.refresh_from_db()
    assert (row.state, row.got) == ("open", 2)
    api.declare(row.pk, done=done(), by=park.root)
    row.refresh_from_db()
    assert (row.state, row.got) == ("done", 3)
    api.withdraw_declaration(first.pk, reason="counted twice", by=park.root)
    row.refresh_from_db()
    assert (row.state, row.got) == ("open", 1)


@pytest.mark.parametrize("whose", ["firm", "zone"])
def test_those_who_do_not_answer_for_it_are_refused(park: SmallZone, whose: str) -> None:
    unit, evidence = (park.zone, "inspection") if whose == "zone" else (park.firms[0], "plan_review")
    row = due(unit, evidence)
    for role in (*REFUSED, Role.COMPANY if whose == "zone" else Role.DUTY_OFFICER):
        with pytest.raises((Refused, NotFound)):
            api.declare(row.pk, done=done(), by=actor_with(role, path=park.zone.path))
    with pytest.raises(NotFound):
        api.declare(row.pk, done=done(), by=actor_with(Role.COMPANY, path=park.firms[1].path))
    right = Role.DUTY_OFFICER if whose == "zone" else Role.COMPANY
    made = api.declare(row.pk, done=done(), by=actor_with(right, path=unit.path))
    with pytest.raises(NotFound):
        api.withdraw_declaration(made.pk, reason="x", by=actor_with(Role.COMPANY, path=park.firms[1].path))


def test_a_declaration_is_only_ever_added(park: SmallZone) -> None:
    made = api.declare(due(park.firms[0], "plan_review").pk, done=done(), by=park.root)
    with pytest.raises(DatabaseError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).update(note="other")
