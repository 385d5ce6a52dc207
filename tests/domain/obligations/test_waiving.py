"""Waivers: for one, for a measure, for many; counted apart; who is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from pingzhan.domain.obligations import api
from pingzhan.domain.obligations.calendar import Cadence
from pingzhan.domain.obligations.models import Duty, Obligation, Waiver
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.obligations.conftest import ROUTINE, K, Table, rule
from tests.factories import SmallZone, actor_with


def test_one_is_waived_with_its_reason_and_shown_with_it(park: SmallZone) -> None:
    firm = park.firms[0].pk
    first = api.today(firm)[0]
    api.waive(first.id, reason=" power cut ", by=park.root)
    [shown] = [one for one in api.today(firm) if one.id == first.id]
    assert (shown.state, shown.why) == ("waived", "power cut")
    with pytest.raises(Conflict):
        api.waive(first.id, reason="again", by=park.root)
    with pytest.raises(NotFound):
        api.waive(0, reason="x", by=park.root)
    with pytest.raises(Invalid):
        api.waive(api.today(firm)[0].id, reason="  ", by=park.root)


def test_a_measure_is_waived_for_days_to_come(park: SmallZone, table: Table) -> None:
    # The last of the day is due when the day ends: at every hour there is one that is open yet.
    slots = Cadence(K.SLOTS, times=(time(6), time(5, 59)))
    table.by_level[None] = replace(ROUTINE, rules=(rule("temperature", slots),))
    day = api.business_now()[1]
    api.today(park.firms[0].pk)
    duty = Duty.objects.get(key="temperature")
    waived = api.waive_measure(
        units=park.firms,
        duty_id=duty.pk,
        first=day - timedelta(days=1),
        last=day,
        reason="closed",
        by=park.root,
    )
    assert (len(waived.waivers), waived.obligations) == (2, 2)
    api.today(park.firms[1].pk)
    assert set(Obligation.objects.filter(duty=duty).values_list("state", flat=True)) == {"waived"}
    api.revoke_waiver(waived.waivers[0], reason="works again", by=park.root)
    states = set(Obligation.objects.filter(duty=duty, unit=park.firms[0]).values_list("state", flat=True))
    assert states <= {"open", "waived"}
    assert "open" in states
    with pytest.raises(Conflict):
        api.revoke_waiver(waived.waivers[0], reason="again", by=park.root)


@pytest.mark.parametrize("days", [-1, 92])
def test_a_waiver_has_a_term(park: SmallZone, days: int) -> None:
    day = api.business_now()[1]
    api.today(park.firms[0].pk)
    duty = Duty.objects.get(key="temperature").pk
    with pytest.raises(Invalid) as refused:
        api.waive_measure(
            units=park.firms,
            duty_id=duty,
            first=day,
            last=day + timedelta(days=days),
            reason="x",
            by=park.root,
        )
    assert refused.value.code == "waiver_term"
    assert not Waiver.objects.exists()


def test_waived_is_counted_apart(park: SmallZone) -> None:
    day = api.business_now()[1]
    firm = park.firms[0]
    for one in api.today(firm.pk):
        api.waive(one.id, reason="closed", by=park.root)
    counts = api.total(park.zone, t0=day - timedelta(days=31), t1=day + timedelta(days=1))
    assert (counts.due, counts.rate) == (0, None)
    assert counts.waived == Obligation.objects.filter(state="waived", day__lte=day).count() > 0


def test_those_without_the_right_are_refused(park: SmallZone) -> None:
    firm = park.firms[0]
    row = api.today(firm.pk)[0]
    day = api.business_now()[1]
    refused = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.ORGANISER, Role.OFFICIAL, Role.COMPANY,
               Role.CLERK, Role.PRIVACY_OFFICER, Role.GATE_GUARD)  # fmt: skip
    for role in refused:
        by = actor_with(role)
        with pytest.raises(Refused):
            api.waive(row.id, reason="x", by=by)
        with pytest.raises(Refused):
            api.waive_measure(
                units=[firm],
                duty_id=Duty.objects.get(key="temperature").pk,
                first=day,
                last=day,
                reason="x",
                by=by,
            )
    elsewhere = actor_with(Role.DUTY_OFFICER, path=park.firms[1].path)
    with pytest.raises(Refused):
        api.waive(row.id, reason="x", by=elsewhere)
    assert not Waiver.objects.exists()
