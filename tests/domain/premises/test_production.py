"""Figures of production: given, corrected; what they close."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pingzhan.domain.command import api as command
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.premises import api
from pingzhan.domain.premises.enums import Period
from pingzhan.domain.premises.models import Figures
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Invalid, Refused
from tests.domain.measures.conftest import COUNTY, COVID, DECIDED, put
from tests.domain.people.crowd import Firm, acting
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import figures
from tests.factories import small_zone

DAY = timedelta(days=1)


@pytest.mark.usefixtures("in_force")
def test_figures_close_what_is_due(mill: Firm) -> None:
    assert waiting(mill, "production") == 2
    _row, new = api.save_figures(
        enterprise=mill.unit, day=clock.today() - DAY, data=figures(), by=mill.contact
    )
    assert new
    assert waiting(mill, "production") == 0


@pytest.mark.usefixtures("db")
def test_an_order_to_stop_is_met_only_by_no_output() -> None:
    zone = small_zone()
    firm = zone.firms[0]
    Enterprise.objects.get_or_create(
        unit=firm, defaults={"credit_code": "91110000600037041L", "industry": "32"}
    )
    for posture in ("routine", "emergency"):
        put(zone.zone, COVID, posture, zone.root, **dict.fromkeys(DECIDED, COUNTY))
    order = command.SwitchOrder(key="1", unit=zone.zone, level=1, reason="\u8bd5", basis="\u8bd5")
    command.order_switch(order=order, by=zone.root)
    obligations.today(firm.pk)
    contact = acting(Role.COMPANY, firm.path)
    rows = Obligation.objects.exclude(state="withdrawn").filter(unit=firm)
    for output, state in ((3, "open"), (0, "done"), (3, "open")):
        data = figures(output=Decimal(output))
        api.save_figures(enterprise=firm, day=clock.today(), data=data, by=contact)
        assert rows.get(duty__key="report.production").state == "done"
        assert rows.get(duty__key="production.stop").state == state


def test_a_correction_keeps_one_row(mill: Firm) -> None:
    day = clock.today()
    api.save_figures(enterprise=mill.unit, day=day, data=figures(), by=mill.contact)
    row, new = api.save_figures(
        enterprise=mill.unit, day=day, data=figures(output=Decimal(13)), by=mill.contact
    )
    assert not new
    assert Figures.objects.get() == row
    assert Figures.objects.get().output == 13
    week, new = api.save_figures(
        enterprise=mill.unit, day=day, data=figures(), by=mill.contact, period=Period.WEEK
    )
    assert new
    assert week.day == clock.monday(day)


def test_wrong_figures(mill: Firm, forge: Firm, duty_officer: Actor) -> None:
    for day, data, place in (
        (clock.today() + DAY, figures(), "day"),
        (clock.today() - 400 * DAY, figures(), "day"),
        (clock.today(), figures(words="\u7f3a\u4eba"), "difficulty"),
        (clock.today(), figures(difficulty="labour"), "words"),
        (clock.today(), figures(output=Decimal(-1)), ""),
    ):
        with pytest.raises(Invalid) as caught:
            api.save_figures(enterprise=mill.unit, day=day, data=data, by=mill.contact)
        assert caught.value.place == place
    for actor in (forge.contact, duty_officer):
        with pytest.raises(Refused):
            api.save_figures(enterprise=mill.unit, day=clock.today(), data=figures(), by=actor)
    assert not Figures.objects.exists()
