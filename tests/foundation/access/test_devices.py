from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test import Client, RequestFactory

from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.models import Device, RoleGrant
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.accounts.actions import token_sha
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused

pytestmark = pytest.mark.django_db


def actor(role: Role, path: str = "/1/") -> Actor:
    user = User.objects.create_user(f"d{User.objects.count()}", name="\u67d0")
    RoleGrant.objects.create(user=user, role=role.value, unit_path=path)
    return actor_of(user)


def issue(by: Actor, **changes: Any) -> tuple[Device, str]:
    given: dict[str, Any] = {"name": "\u91c7\u68371", "kind": "sampling", "unit_path": "/1/3/", "days": 7}
    return devices.issue_device(**(given | changes), by=by)


def asked(token: str) -> tuple[Device, Actor]:
    return devices.device_actor(RequestFactory().get("/", headers={"authorization": f"Device {token}"}))


def test_from_the_code_to_the_token_and_its_end() -> None:
    by = actor(Role.DUTY_OFFICER)
    device, path = issue(by)
    client = Client()
    assert client.get(path).status_code == 200
    assert Device.objects.get().token_sha is None
    _device, token = devices.enrol(token=path.removeprefix("/device/"))
    assert client.get(path).status_code == 404
    found, who = asked(token)
    assert (found.pk, who.kind, who.device_id, who.grants) == (device.pk, "link", device.pk, ())
    assert not any(who.has(permission) for permission in Permission)
    stored = Device.objects.get()
    assert stored.seen_at is not None
    assert token not in str(vars(stored))
    devices.revoke_device(device=device, by=by)
    with pytest.raises(devices.DeviceRefused):
        asked(token)
    with pytest.raises(Conflict):
        devices.renew_code(device=device, by=by)


def test_a_code_works_for_one_phone_and_ten_minutes() -> None:
    by = actor(Role.DUTY_OFFICER)
    device, path = issue(by)
    token = path.removeprefix("/device/")
    devices.enrol(token=token)
    with pytest.raises(NotFound):
        devices.enrol(token=token)
    later = devices.renew_code(device=device, by=by).removeprefix("/device/")
    Device.objects.update(enrol_until=Now() - timedelta(seconds=1))
    with pytest.raises(NotFound):
        devices.enrol(token=later)


@pytest.mark.parametrize("token", ["", "pzd_", "pzd_wrong", "x" * 40])
def test_whatever_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(devices.DeviceRefused):
        asked(token)


def test_an_old_device_and_a_new_code_end_the_token() -> None:
    by = actor(Role.DUTY_OFFICER)
    device, path = issue(by)
    _device, token = devices.enrol(token=path.removeprefix("/device/"))
    devices.renew_code(device=device, by=by)
    with pytest.raises(devices.DeviceRefused):
        asked(token)
    other, path = issue(by)
    _device, token = devices.enrol(token=path.removeprefix("/device/"))
    Device.objects.filter(pk=other.pk).update(expires_at=Now() - timedelta(seconds=1))
    with pytest.raises(devices.DeviceRefused):
        asked(token)


@pytest.mark.parametrize("role", sorted(set(Role) - set(roles_with(Permission.MANAGE_DEVICES))))
def test_who_issues_no_devices(role: Role) -> None:
    with pytest.raises(Refused):
        issue(actor(role))


def test_nobody_touches_the_devices_of_another_unit() -> None:
    device, _path = issue(actor(Role.DUTY_OFFICER))
    stranger = actor(Role.DUTY_OFFICER, "/1/4/")
    assert not devices.visible_to(stranger).exists()
    for act in (
        lambda: issue(stranger),
        lambda: devices.revoke_device(device=device, by=stranger),
        lambda: devices.renew_code(device=device, by=stranger),
    ):
        with pytest.raises(Refused):
            act()


@pytest.mark.parametrize(
    "changes", [{"name": " "}, {"kind": "toy"}, {"days": 0}, {"days": 91}, {"unit_path": "/"}]
)
def test_incomplete_devices_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((Invalid, DomainError)):
        issue(actor(Role.DUTY_OFFICER, "/"), **changes)
    assert not Device.objects.exists()


def events() -> list[tuple[str, Any, Any]]:
    history = apps.get_model("access", "DeviceHistory")
    return list(history.objects.order_by("pgh_id").values_list("pgh_label", "enrolled_at", "revoked_at"))


def test_each_step_of_a_device_is_kept_without_its_secrets_and_uses() -> None:
    by = actor(Role.DUTY_OFFICER)
    device, path = issue(by)
    _device, token = devices.enrol(token=path.removeprefix("/device/"))
    asked(token)
    assert Device.objects.get().seen_at is not None
    devices.revoke_device(device=device, by=by)
    seen = events()
    assert [label for label, _enrolled, _revoked in seen] == ["insert", "update", "update"]
    assert [(at is not None, end is not None) for _label, at, end in seen] == [
        (False, False), (True, False), (True, True),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT h::text FROM access_devicehistory h")
        rows = str(cursor.fetchall())
    for secret in (token, path.removeprefix("/device/"), token_sha(token)):
        assert secret not in rows


def test_whoever_writes_past_the_actions_leaves_a_trace_he_cannot_remove() -> None:
    device, _path = issue(actor(Role.DUTY_OFFICER))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_device SET unit_path = '/9/9/' WHERE id = %s", [device.pk])
        cursor.execute("DELETE FROM access_device WHERE id = %s", [device.pk])
    assert [label for label, _enrolled, _revoked in events()] == ["insert", "update", "delete"]
    for statement in (
        "UPDATE access_devicehistory SET unit_path = '/1/'",
        "DELETE FROM access_devicehistory",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert len(events()) == 3
