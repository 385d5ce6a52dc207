"""The made-up enterprises of the demo zone: the same for the same seed, sound, and laid out side by side."""

from __future__ import annotations

from typing import Any

import pytest

from pingzhan.config.demo import data
from pingzhan.config.demo.firms import demo_firms, small_zone_firms
from pingzhan.config.demo.layout import layout
from pingzhan.domain.territory import api, plans
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Enterprise, Shift, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.creditcode import CreditCode


def test_the_same_seed_makes_the_same_zone() -> None:
    told = {"enterprises": 60, "workers": 9_000}
    assert demo_firms(**told, seed=7) == demo_firms(**told, seed=7)
    assert demo_firms(**told, seed=7) != demo_firms(**told, seed=8)


def test_headcounts_add_up_and_codes_are_sound() -> None:
    firms = demo_firms(enterprises=60, workers=9_000, seed=7)
    assert sum(firm.data.headcount for firm in firms) == 9_000
    assert min(firm.data.headcount for firm in firms) >= 20
    assert len({firm.data.name for firm in firms}) == len({firm.data.credit_code for firm in firms}) == 60
    assert all(CreditCode.parse(firm.data.credit_code).region == "371699" for firm in firms)
    assert all(sum(one.headcount for one in firm.shifts) == firm.data.headcount for firm in firms)


def test_no_plot_lies_over_another() -> None:
    firms = demo_firms(enterprises=60, workers=9_000, seed=7)
    shapes: list[Any] = layout(firms)
    plots = [one for one in shapes if one["properties"]["kind"] == "enterprise"]
    assert len(plots) == 60
    rings = [(one["properties"]["code"], one["geometry"]["coordinates"][0]) for one in plots]
    for n, (_code, ring) in enumerate(rings):
        assert plans.overlapping(ring, rings[n + 1 :]) == []


@pytest.mark.django_db
def test_many_are_registered_with_one_record(
    zone: Unit, root: Actor, django_assert_max_num_queries: Any
) -> None:
    for code, name in data.AREAS:
        api.create_unit(kind=UnitKind.AREA, code=code, name=name, parent=zone, by=root)
    firms = small_zone_firms()
    before = AuditRecord.objects.count()
    with django_assert_max_num_queries(20):
        units = api.bulk_register(zone=zone, firms=firms, by=root)
    assert [unit.code for unit in units] == [firm.code for firm in firms]
    assert AuditRecord.objects.count() == before + 1
    assert AuditRecord.objects.latest("id").body == {
        "enterprises": len(firms),
        "sites": sum(len(firm.sites) for firm in firms),
        "shifts": sum(len(firm.shifts) for firm in firms),
        "teams": sum(len(firm.teams) for firm in firms),
    }
    for model, parts in ((Site, "sites"), (Shift, "shifts"), (Team, "teams")):
        assert model._default_manager.count() == sum(len(getattr(firm, parts)) for firm in firms)
    assert Enterprise.objects.filter(unit__parent__code="A1").count() == 5
