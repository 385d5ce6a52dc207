"""A switch in the middle of a day: what is done stays, what goes on stays, the rest goes with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.obligations import api, settings
from pingzhan.domain.obligations.models import Mark, Obligation
from pingzhan.foundation.access.roles import Role
from tests.domain.obligations.conftest import switch
from tests.factories import SmallZone, actor_with


def keys(unit: int, **where: object) -> set[tuple[str, int]]:
    """Measures and slots of a unit's obligations that are not withdrawn."""
    rows = Obligation.objects.filter(unit_id=unit, **where).exclude(state="withdrawn")
    return set(rows.values_list("duty__key", "slot"))


def test_the_first_look_after_the_order_is_right_and_back_after_the_stand_down(park: SmallZone) -> None:
    firm = park.firms[0].pk
    before = {(one.measure, one.slot) for one in api.today(firm)}
    api.satisfy(unit_id=firm, evidence="plan_review", ref=("plan", 1), by=park.root)
    switch(park, 2)
    now = timezone.now()
    after = api.today(firm)
    shown = {(one.measure, one.slot) for one in after if one.due_at > now}
    ends = settings.business_clock().begins(api.business_now()[1] + timedelta(days=1))
    assert ("training", 2001) not in shown
    assert {one.measure for one in after if one.level == 2} <= {"temperature", "zero_report", "inspection"}
    if ends - now > timedelta(hours=9):
        assert ("zero_report", 960) in shown
    assert [one.state for one in after if one.measure == "plan_review"] == ["done"]
    switch(park, None)
    assert {(one.measure, one.slot) for one in api.today(firm) if one.due_at > now} == {
        one
        for one in before
        if one in {(row.measure, row.slot) for row in api.today(firm) if row.due_at > now}
    }
    assert ("training", 2001) in keys(firm)


def test_what_goes_says_why_and_to_what(park: SmallZone) -> None:
    firm = park.firms[0].pk
    api.today(firm)
    switch(park, 2)
    api.today(firm)
    gone = Obligation.objects.get(unit_id=firm, duty__key="training", state="withdrawn")
    assert gone.reason == "switch:2"
    assert "II" in api.reason_words(gone.reason)
    switch(park, None)
    api.today(firm)
    assert set(
        Obligation.objects.filter(unit_id=firm, state="withdrawn").values_list("reason", flat=True)
    ) <= {
        "switch:2",
        "switch:0",
    }


def test_the_rounds_of_a_week_are_raised_and_what_was_done_counts(park: SmallZone) -> None:
    firm = park.firms[0].pk
    api.today(firm)
    switch(park, 2)
    [row] = [one for one in api.today(firm) if one.measure == "test_round"]
    assert (row.expected, row.done, row.version_name) == (2, 0, "set")
    api.satisfy(unit_id=firm, evidence="test_round", ref=("round", 1), by=park.root)
    switch(park, None)
    [row] = [one for one in api.today(firm) if one.measure == "test_round"]
    assert (row.state, row.expected) == ("done", 0)


def test_the_mark_is_written_with_the_order_or_not_at_all(park: SmallZone) -> None:
    class Stop(Exception):
        pass

    def broken() -> None:
        with transaction.atomic():
            switch(park, 2)
            assert Mark.objects.count() == 1
            raise Stop

    with pytest.raises(Stop):
        broken()
    assert not Mark.objects.exists()
    switch(park, 2)
    assert list(Mark.objects.values_list("path", "level", "settled_at")) == [(park.zone.path, 2, None)]
    settled = api.regenerate(by=park.root)
    assert settled.units == 3
    assert not Mark.objects.filter(settled_at=None).exists()
    assert api.regenerate(by=park.root) == api.Settled()


def test_one_order_for_several_enterprises_marks_each(park: SmallZone) -> None:
    command.order_switch_several(
        order=command.SwitchSeveral(
            key="k1", units=tuple(park.firms), level=2, reason="cases", basis="doc 1"
        ),
        by=park.root,
    )
    assert set(Mark.objects.values_list("path", "level")) == {(firm.path, 2) for firm in park.firms}


def test_a_drill_changes_nothing_that_is_due(park: SmallZone) -> None:
    order = command.SwitchOrder(key="d", unit=park.zone, level=2, reason="drill", basis="plan", world=7)
    command.order_switch(order=order, by=park.root)
    assert not Mark.objects.exists()


def test_no_slot_is_demanded_that_was_over_when_the_order_came(park: SmallZone) -> None:
    firm = park.firms[0].pk
    switch(park, 2)
    ordered = Mark.objects.get().at
    api.today(firm)
    assert not Obligation.objects.filter(unit_id=firm, due_at__lte=ordered, source="switch").exists()


def test_who_may_not_see_and_not_waive(park: SmallZone) -> None:
    firm = park.firms[0]
    for role in (
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDITOR,
        Role.OFFICIAL,
        Role.CLERK,
        Role.GATE_GUARD,
    ):
        actor = actor_with(role)
        assert not api.can_see(actor, firm), role
        assert not api.visible_to(actor).exists()
        assert not api.can_waive(actor, firm), role
    for role in (Role.ORGANISER, Role.COMPANY):
        assert not api.can_waive(actor_with(role), firm), role
    other = actor_with(Role.COMPANY, path=park.firms[1].path)
    api.today(firm.pk)
    assert not api.can_see(other, firm)
    assert not api.visible_to(other).filter(unit=firm).exists()
