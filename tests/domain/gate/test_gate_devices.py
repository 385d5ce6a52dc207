"""A gate's device is bound to one gate: what it may report, who binds it, and what stops it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from pingzhan.domain.gate import api
from pingzhan.domain.gate.models import GateDevice, Passage
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.foundation import clock
from pingzhan.foundation.access.devices import revoke_device
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, hire
from tests.factories import account
from tests.factories.accounts import actor_with


def device(path: str, kind: str = "gate") -> Device:
    return Device.objects.create(
        name="\u624b\u673a1", kind=kind, unit_path=path, issued_by=account(Role.SECURITY_ADMIN),
        expires_at=Now() + timedelta(days=9),
    )  # fmt: skip


@pytest.fixture
def east(park: Park, mill: Firm) -> Site:
    return territory.create_site(
        enterprise=mill.unit, kind=SiteKind.GATE, code="G1", name="\u4e1c\u95e8", by=park.root
    )


def report(found: Device, enterprise: str = "", **more: Any) -> str:
    row = api.PassageIn(
        uuid=uuid.uuid4(),
        kind="worker",
        direction="in",
        at=clock.now(),
        ref="A1",
        enterprise=enterprise,
        **more,
    )
    (answer,) = api.record_passages([row], found)
    return f"{answer.status} {answer.code}".strip()


def test_a_device_of_the_zone_reports_for_the_enterprise_of_its_gate_only(
    park: Park, mill: Firm, forge: Firm, east: Site
) -> None:
    hire(mill, no="A1")
    phone = device(park.zone.path)
    assert report(phone) == "refused enterprise", "of which enterprise it is, nobody knows"
    assert report(phone, forge.unit.code) == "stored unknown"
    api.bind_to_gate(device=phone, site=east, by=park.root)
    assert report(phone) == "stored"
    assert report(phone, forge.unit.code) == "refused enterprise"
    assert set(Passage.objects.order_by("pk").values_list("enterprise_id", flat=True)[1:]) == {mill.unit.pk}
    assert (api.gate_of(phone), api.gate_names([phone.pk])) == (east, {phone.pk: "\u4e1c\u95e8"})


def test_a_gate_that_was_closed_takes_nothing(park: Park, mill: Firm, east: Site) -> None:
    phone = device(mill.unit.path)
    api.bind_to_gate(device=phone, site=east, by=park.root)
    territory.close_site(site=east, by=park.root)
    with pytest.raises(Refused) as refused:
        report(phone)
    assert (refused.value.code, bool(refused.value.hint)) == ("gate_closed", True)
    other = territory.create_site(
        enterprise=mill.unit, kind=SiteKind.GATE, code="G2", name="\u897f\u95e8", by=park.root
    )
    api.bind_to_gate(device=phone, site=other, by=park.root)
    assert report(phone) == "stored unknown"
    assert GateDevice.objects.count() == 1


def test_what_does_not_fit_is_refused(park: Park, mill: Firm, forge: Firm, east: Site) -> None:
    shop = territory.create_site(
        enterprise=mill.unit, kind=SiteKind.WORKSHOP, code="W9", name="\u8f66\u95f4", by=park.root
    )
    for found, site, code in (
        (device(mill.unit.path, "sampling"), east, "device_kind"),
        (device(mill.unit.path), shop, "gate_elsewhere"),
        (device(forge.unit.path), east, "gate_elsewhere"),
    ):
        with pytest.raises(Invalid) as refused:
            api.bind_to_gate(device=found, site=site, by=park.root)
        assert refused.value.code == code
    phone = device(mill.unit.path)
    revoke_device(device=phone, by=park.root)
    phone.refresh_from_db()
    with pytest.raises(Conflict):
        api.bind_to_gate(device=phone, site=east, by=park.root)
    assert not GateDevice.objects.exists()


@pytest.mark.parametrize("role", sorted(set(Role) - set(roles_with(Permission.MANAGE_DEVICES))))
def test_who_may_not_bind(park: Park, mill: Firm, east: Site, role: Role) -> None:
    phone = device(mill.unit.path)
    with pytest.raises(Refused):
        api.bind_to_gate(device=phone, site=east, by=actor_with(role))
    with pytest.raises(Refused):
        api.bind_to_gate(device=phone, site=east, by=actor_with(Role.DUTY_OFFICER, path="/999/"))


def test_it_is_recorded_and_kept_with_history(park: Park, mill: Firm, east: Site) -> None:
    from django.apps import apps

    phone = device(mill.unit.path)
    api.bind_to_gate(device=phone, site=east, by=park.root)
    told = AuditRecord.objects.get(verb="gate.device_bound")
    assert (told.subject_id, told.unit_path) == (str(phone.pk), mill.unit.path)
    assert told.body == {"site": east.pk}
    history = apps.get_model("gate", "GateDeviceHistory")
    assert list(history._default_manager.values_list("device_id", "site_id")) == [(phone.pk, east.pk)]


def gate_at(park: Park, firm: Firm, code: str) -> Site:
    return territory.create_site(
        enterprise=firm.unit, kind=SiteKind.GATE, code=code, name=f"\u95e8{code}", by=park.root
    )


def test_a_device_moves_to_another_gate_of_its_enterprise(park: Park, mill: Firm, east: Site) -> None:
    west, phone = gate_at(park, mill, "G2"), device(park.zone.path)
    api.bind_to_gate(device=phone, site=east, by=park.root)
    assert api.other_gates([phone.pk]) == {phone.pk: [west]}
    officer = actor_with(Role.DUTY_OFFICER, path=park.zone.path)
    assert api.move_to_gate(device_id=phone.pk, site_id=west.pk, by=officer) == west
    assert api.gate_of(phone) == west
    assert GateDevice.objects.count() == 1
    assert report(phone) == "stored unknown"
    told = AuditRecord.objects.get(verb="gate.device_moved")
    assert (told.subject_id, told.unit_path, told.actor_name) == (str(phone.pk), mill.unit.path, officer.name)
    assert told.body == {"from": east.pk, "to": west.pk}
    territory.close_site(site=west, by=park.root)
    assert api.other_gates([phone.pk]) == {phone.pk: [east]}
    api.move_to_gate(device_id=phone.pk, site_id=east.pk, by=officer)
    assert report(phone) == "stored unknown", "out of a gate that was closed it goes to one that is open"


def test_a_move_that_does_not_fit_changes_nothing(park: Park, mill: Firm, forge: Firm, east: Site) -> None:
    west, theirs = gate_at(park, mill, "G2"), gate_at(park, forge, "G1")
    closed = gate_at(park, mill, "G3")
    territory.close_site(site=closed, by=park.root)
    shop = territory.create_site(
        enterprise=mill.unit, kind=SiteKind.WORKSHOP, code="W9", name="\u8f66\u95f4", by=park.root
    )
    phone, free = device(park.zone.path), device(mill.unit.path)
    stopped = device(mill.unit.path)
    for one in (phone, stopped):
        api.bind_to_gate(device=one, site=east, by=park.root)
    revoke_device(device=stopped, by=park.root)
    for found, site, refusal, code in (
        (phone, theirs.pk, Invalid, "gate_elsewhere"),
        (phone, shop.pk, Invalid, "gate_elsewhere"),
        (phone, 0, Invalid, "gate_elsewhere"),
        (phone, closed.pk, Conflict, "gate_over"),
        (phone, east.pk, Conflict, "gate_same"),
        (stopped, west.pk, Conflict, "gate_over"),
        (free, west.pk, Conflict, "gate_none"),
        (device(mill.unit.path, "sampling"), west.pk, Conflict, "gate_none"),
    ):
        with pytest.raises(refusal) as refused:
            api.move_to_gate(device_id=found.pk, site_id=site, by=park.root)
        assert refused.value.code == code
    assert set(GateDevice.objects.values_list("site_id", flat=True)) == {east.pk}
    assert not AuditRecord.objects.filter(verb="gate.device_moved").exists()


@pytest.mark.parametrize("role", sorted(set(Role) - set(roles_with(Permission.MANAGE_DEVICES))))
def test_who_may_not_move(park: Park, mill: Firm, forge: Firm, east: Site, role: Role) -> None:
    west, phone = gate_at(park, mill, "G2"), device(mill.unit.path)
    api.bind_to_gate(device=phone, site=east, by=park.root)
    with pytest.raises(Refused):
        api.move_to_gate(device_id=phone.pk, site_id=west.pk, by=actor_with(role))
    # To somebody who manages the devices of another enterprise this one does not exist, as none does.
    stranger = actor_with(Role.DUTY_OFFICER, path=forge.unit.path)
    for number in (phone.pk, phone.pk + 1000):
        with pytest.raises(NotFound):
            api.move_to_gate(device_id=number, site_id=west.pk, by=stranger)
    assert api.gate_of(phone) == east
