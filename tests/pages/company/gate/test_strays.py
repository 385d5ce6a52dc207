"""What belongs elsewhere or is over is refused: a step of another lot, a vehicle that left, a closed enterprise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import GoodsClass, StepKind
from pingzhan.domain.gate.models import LotStep, Permit
from pingzhan.domain.territory.enums import EnterpriseStatus
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, Invalid
from tests.domain.gate.stock import lot
from tests.domain.people.crowd import Firm, build_park
from tests.factories import kept


@pytest.fixture
def mill(db: None) -> Firm:
    return kept(build_park).firms[0]


def test_a_step_is_voided_only_under_the_address_of_its_lot(
    sign_in: Callable[..., Client], mill: Firm
) -> None:
    mine, other = (lot(mill, goods_class=GoodsClass.IMPORTED) for _n in range(2))
    gate.disinfect_lot(lot_id=other.pk, agent="84", by=mill.contact)
    step = LotStep.objects.get(lot=other, kind=StepKind.DISINFECTED)
    client = sign_in(Role.COMPANY, path=mill.unit.path)
    for where, status in ((mine, 404), (other, 302)):
        address = f"{reverse('goods:act', args=[where.pk, 'void'])}?step={step.pk}"
        assert client.post(address, {"note": "\u62ff\u9519"}).status_code == status
        assert LotStep.objects.filter(voids=step).exists() == (where == other)


def test_a_vehicle_that_left_is_disinfected_no_more(mill: Firm) -> None:
    truck = gate.Truck(plate="\u9c81M12345", driver="\u53f6\u7693\u7136")
    entry = gate.admit_vehicle(enterprise=mill.unit, truck=truck, by=mill.contact).entry
    assert entry is not None
    gate.vehicle_out(entry_id=entry.pk, by=mill.contact)
    with pytest.raises(Conflict):
        gate.disinfect_vehicle(entry_id=entry.pk, by=mill.contact)
    entry.refresh_from_db()
    assert not entry.disinfected


def test_a_closed_enterprise_permits_nobody(mill: Firm) -> None:
    Enterprise.objects.create(
        unit=mill.unit, credit_code="91371621MA3C00001A", industry="14", status=EnterpriseStatus.CLOSED
    )
    with pytest.raises(Invalid):
        gate.permit(enterprise=mill.unit, plate="\u9c81M12345", purpose="\u9001\u83dc", by=mill.contact)
    assert not Permit.objects.exists()
