"""The pages of devices: from the code to the token of a phone, renewing, stopping, and who is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client, RequestFactory

from pingzhan.domain.gate.api import gate_of
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

MANAGING = set(roles_with(Permission.MANAGE_DEVICES))
pytestmark = pytest.mark.django_db


def given(world: SmallZone, **changes: Any) -> dict[str, Any]:
    usual = {"name": "采样1", "kind": "sampling", "unit_path": world.firms[0].path, "days": 7}
    return usual | changes


def code_of(page: str) -> str:
    found = re.search(r"/device/([\w-]+)", page)
    assert found is not None
    return found[1]


def token_of(page: str) -> str:
    found = re.search(r"data-token=\"([^\"]+)\"", page)
    assert found is not None
    return found[1]


def works(token: str) -> bool:
    try:
        devices.device_actor(RequestFactory().get("/", headers={"authorization": f"Device {token}"}))
    except devices.DeviceRefused:
        return False
    return True


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_the_page_and_who_issues(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role, path=world.zone.path)
    expected = 200 if role in MANAGING else 403
    assert client.get("/devices/").status_code == expected
    assert client.post("/devices/issue/", given(world)).status_code == expected
    assert Device.objects.count() == (1 if role in MANAGING else 0)


def test_a_phone_enrols_once_and_a_new_code_or_a_stop_ends_its_token(
    world: SmallZone, sign_in: SignIn
) -> None:
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    shown = officer.post("/devices/issue/", given(world))
    assert "no-store" in shown.headers["Cache-Control"]
    code = code_of(shown.content.decode())
    device = Device.objects.get()
    assert "采样1" in officer.get("/devices/").content.decode()
    assert code not in officer.get("/devices/").content.decode()

    phone = Client()
    page = phone.get(f"/device/{code}")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert world.firms[0].name in page.content.decode()
    assert "data-token" not in page.content.decode()
    token = token_of(phone.post(f"/device/{code}").content.decode())
    assert works(token)
    assert Client().post(f"/device/{code}").status_code == 404

    again = code_of(officer.post(f"/devices/{device.pk}/renew/").content.decode())
    assert not works(token)
    token = token_of(phone.post(f"/device/{again}").content.decode())
    assert works(token)
    assert officer.post(f"/devices/{device.pk}/revoke/").headers["Location"] == "/devices/"
    assert not works(token)
    assert officer.post(f"/devices/{device.pk}/revoke/").status_code == 409
    assert officer.post(f"/devices/{device.pk}/renew/").status_code == 409


def test_devices_of_another_unit_are_not_there(world: SmallZone, sign_in: SignIn) -> None:
    sign_in(Role.DUTY_OFFICER, path=world.zone.path).post("/devices/issue/", given(world))
    device = Device.objects.get()
    other = sign_in(Role.DUTY_OFFICER, path=world.firms[1].path)
    assert "采样1" not in other.get("/devices/").content.decode()
    assert other.post(f"/devices/{device.pk}/renew/").status_code == 404
    assert other.post(f"/devices/{device.pk}/revoke/").status_code == 404
    assert other.post("/devices/issue/", given(world)).status_code == 422
    device.refresh_from_db()
    assert device.revoked_at is None
    assert Device.objects.count() == 1


@pytest.mark.parametrize("changes", [{"name": " "}, {"kind": "toy"}, {"days": 0}, {"days": 91}])
def test_what_is_wrong_is_told(world: SmallZone, sign_in: SignIn, changes: dict[str, Any]) -> None:
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    answer = officer.post("/devices/issue/", given(world, **changes))
    assert answer.status_code == 422
    assert "is-invalid" in answer.content.decode()
    assert not Device.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(world: SmallZone, sign_in: SignIn, rows: int, django_assert_num_queries: Any) -> None:
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    for n in range(rows):
        officer.post("/devices/issue/", given(world, name=f"采样{n}", unit_path=world.firms[n % 2].path))
    officer.get("/devices/")
    with django_assert_num_queries(13):
        assert officer.get("/devices/").status_code == 200


def test_the_form_token_is_needed(world: SmallZone, sign_in: SignIn) -> None:
    shown = sign_in(Role.DUTY_OFFICER, path=world.zone.path).post("/devices/issue/", given(world))
    code = code_of(shown.content.decode())
    assert Client(enforce_csrf_checks=True).post(f"/device/{code}").status_code == 403
    assert Device.objects.get().token_sha is None


def east_gate(world: SmallZone, firm: int = 0) -> Site:
    return territory.create_site(
        enterprise=world.firms[firm], kind=SiteKind.GATE, code=f"G{firm}", name="\u4e1c\u95e8", by=world.root
    )


def test_a_gate_device_is_bound_to_the_gate_that_was_chosen(world: SmallZone, sign_in: SignIn) -> None:
    gate = east_gate(world)
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    assert f"{world.firms[0].name} · \u4e1c\u95e8" in officer.get("/devices/").content.decode()
    assert officer.post("/devices/issue/", given(world, kind="gate", gate=gate.pk)).status_code == 200
    (device,) = Device.objects.all()
    assert gate_of(device) == gate
    page = officer.get("/devices/").content.decode()
    assert ">\u4e1c\u95e8</td>" in page
    text = officer.get("/export/staff.devices.csv").content.decode("utf-8-sig")
    assert "\u4e1c\u95e8" in text


@pytest.mark.parametrize("changes", [{"kind": "sampling"}, {"kind": "gate", "unit": 1}])
def test_a_gate_that_does_not_fit_leaves_no_device(
    world: SmallZone, sign_in: SignIn, changes: dict[str, Any]
) -> None:
    gate = east_gate(world)
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    unit = world.firms[changes.pop("unit", 0)].path
    answer = officer.post("/devices/issue/", given(world, gate=gate.pk, unit_path=unit, **changes))
    assert answer.status_code == 422
    assert not Device.objects.exists()


def test_gates_of_other_units_are_no_choice(world: SmallZone, sign_in: SignIn) -> None:
    gate = east_gate(world, 1)
    officer = sign_in(Role.DUTY_OFFICER, path=world.firms[0].path)
    assert world.firms[1].name not in officer.get("/devices/").content.decode()
    assert officer.post("/devices/issue/", given(world, kind="gate", gate=gate.pk)).status_code == 422
    assert not Device.objects.exists()


def bound_phone(world: SmallZone, officer: Client, gate: Site, name: str = "\u95e8\u5c971") -> Device:
    officer.post("/devices/issue/", given(world, name=name, kind="gate", gate=gate.pk))
    return Device.objects.get(name=name)


def gate_two(world: SmallZone, firm: int = 0) -> Site:
    return territory.create_site(
        enterprise=world.firms[firm], kind=SiteKind.GATE, code="G9", name="\u897f\u95e8", by=world.root
    )


def test_a_device_goes_to_another_gate_by_its_row(world: SmallZone, sign_in: SignIn) -> None:
    east, west = east_gate(world), gate_two(world)
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    device = bound_phone(world, officer, east)
    page = officer.get("/devices/").content.decode()
    assert f'action="/devices/{device.pk}/gate/"' in page
    answer = officer.post(f"/devices/{device.pk}/gate/", {"gate": west.pk}, follow=True)
    assert "\u95e8\u5c971\u5df2\u6362\u5230\u897f\u95e8" in answer.content.decode()
    assert gate_of(device) == west
    for wrong in ("", "-1", "\u0662", str(west.pk)):
        answer = officer.post(f"/devices/{device.pk}/gate/", {"gate": wrong}, follow=True)
        assert "\u5df2\u6362\u5230" not in answer.content.decode()
    assert gate_of(device) == west
    officer.post(f"/devices/{device.pk}/revoke/")
    assert f"/devices/{device.pk}/gate/" not in officer.get("/devices/").content.decode()
    officer.post(f"/devices/{device.pk}/gate/", {"gate": east.pk})
    assert gate_of(device) == west


def test_nobody_moves_a_device_into_or_out_of_another_enterprise(world: SmallZone, sign_in: SignIn) -> None:
    east, theirs = east_gate(world), gate_two(world, 1)
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    device = bound_phone(world, officer, east)
    attacker = sign_in(Role.DUTY_OFFICER, path=world.firms[1].path)
    assert attacker.post(f"/devices/{device.pk}/gate/", {"gate": theirs.pk}).status_code == 404
    for role in set(Role) - MANAGING:
        sent = sign_in(role, path=world.zone.path).post(f"/devices/{device.pk}/gate/", {"gate": theirs.pk})
        assert sent.status_code == 403, role
    assert officer.post(f"/devices/{device.pk}/gate/", {"gate": theirs.pk}).status_code == 302
    assert gate_of(device) == east


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count_with_gates(
    world: SmallZone, sign_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    officer = sign_in(Role.DUTY_OFFICER, path=world.zone.path)
    gates = [east_gate(world), gate_two(world)]
    for n in range(rows):
        bound_phone(world, officer, gates[n % 2], f"\u95e8\u5c97{n}")
    officer.get("/devices/")
    with django_assert_num_queries(15):
        page = officer.get("/devices/").content.decode()
    assert page.count("/gate/") == rows
