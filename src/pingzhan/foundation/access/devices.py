"""Devices: phones of samplers and gates, which work offline and therefore without a session (front.md 10)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.actions import token_sha
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

ENROL_LIFE = timedelta(minutes=10)
LONGEST_DAYS = 90
SCHEME = "device"
_PREFIX = "pzd_"
_SEEN_EVERY = timedelta(minutes=1)


class DeviceRefused(Refused):
    """The token is unknown, expired or revoked: the phone keeps its queue and asks to be enrolled again."""

    status = 401
    code = "device_refused"


def visible_to(actor: Actor) -> QuerySet[Device]:
    """Return the devices of the units where the actor manages devices."""
    return Device.objects.filter(within("unit_path", actor.paths(Permission.MANAGE_DEVICES)))


def can_manage(actor: Actor, device: Device) -> bool:
    """Return whether the actor may issue a new code for, or revoke, this device."""
    return actor.has(Permission.MANAGE_DEVICES, device.unit_path)


@transaction.atomic
def issue_device(*, name: str, kind: str, unit_path: str, days: int, by: Actor) -> tuple[Device, str]:
    """Register a device for a unit and return it with the path of its one-time enrolment, valid ten minutes.

    Show the path (as QR code) once; only its hash is stored. Raises Refused outside the actor's units,
    Invalid for an empty name, an unknown kind, a whole-zone path or a term outside 1 to 90 days.
    """
    require(by, Permission.MANAGE_DEVICES, unit_path)
    if not name.strip() or kind not in DeviceKind.values or unit_path == "/" or not unit_path.endswith("/"):
        raise Invalid(_("请填写设备名称，选择用途和单位。"), code="device_incomplete")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(_("有效期应在 1 到 %(n)d 天之间。") % {"n": LONGEST_DAYS}, code="device_term")
    if by.user_id is None:
        raise Refused(_("设备由登录的人员发放。"))
    token = secrets.token_urlsafe(32)
    device = Device.objects.create(
        name=name.strip(),
        kind=kind,
        unit_path=unit_path,
        issued_by_id=by.user_id,
        expires_at=Now() + timedelta(days=days),
        enrol_sha=token_sha(token),
        enrol_until=Now() + ENROL_LIFE,
    )
    record(
        "device.issued",
        by=by,
        subject=("device", device.pk),
        unit_path=unit_path,
        body={"kind": kind, "days": days},
    )
    return device, f"/device/{token}"


@transaction.atomic
def keep_book(*, name: str, unit_path: str, by: Actor) -> Device:
    """Return a new register on paper: a device that can never sign in, so that what is entered has its own numbers.

    The caller has checked the right to enter. Refused for nobody who is signed in.
    """
    if by.user_id is None:
        raise Refused(_("设备由登录的人员发放。"))
    device = Device.objects.create(
        name=name,
        kind=DeviceKind.SAMPLING,
        unit_path=unit_path,
        issued_by_id=by.user_id,
        expires_at=Now() + timedelta(days=LONGEST_DAYS),
    )
    record("device.book", by=by, subject=("device", device.pk), unit_path=unit_path)
    return device


@transaction.atomic
def renew_code(*, device: Device, by: Actor) -> str:
    """Return the path of a new enrolment; the device's present token stops working at once. Recorded."""
    _require_own(by, device)
    token = secrets.token_urlsafe(32)
    changed = Device.objects.filter(pk=device.pk, revoked_at__isnull=True, expires_at__gt=Now()).update(
        enrol_sha=token_sha(token),
        enrol_until=Now() + ENROL_LIFE,
        token_sha=None,
        enrolled_at=None,
    )
    if not changed:
        raise Conflict(_("这个设备已停用或已到期，请另发一个。"), code="device_over")
    record("device.renewed", by=by, subject=("device", device.pk), unit_path=device.unit_path)
    return f"/device/{token}"


@transaction.atomic
def revoke_device(*, device: Device, by: Actor) -> None:
    """Stop a device at once; recorded. Conflict when it was stopped already."""
    _require_own(by, device)
    changed = Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(
        revoked_at=Now(), token_sha=None, enrol_sha=None, enrol_until=None
    )
    if not changed:
        raise Conflict(_("这个设备已经停用。"), code="device_over")
    record("device.revoked", by=by, subject=("device", device.pk), unit_path=device.unit_path)


def waiting(token: str) -> Device:
    """Return the device that an enrolment code is for. NotFound for a wrong, used or old code."""
    found = Device.objects.filter(
        enrol_sha=token_sha(token), enrol_until__gt=Now(), revoked_at__isnull=True, expires_at__gt=Now()
    ).first()
    if found is None:
        raise NotFound(
            _("这个登记码无效、已用过或已过十分钟。"),
            hint=_("请向发放人要新的登记码。"),
            code="enrolment_invalid",
        )
    return found


@transaction.atomic
def enrol(*, token: str) -> tuple[Device, str]:
    """Use an enrolment code: return the device and its token, shown to the phone once. Recorded.

    Two phones with one code: one wins, the other gets NotFound.
    """
    device = waiting(token)
    secret = _PREFIX + secrets.token_urlsafe(32)
    changed = Device.objects.filter(pk=device.pk, enrol_sha=token_sha(token)).update(
        enrol_sha=None, enrol_until=None, token_sha=token_sha(secret), enrolled_at=Now()
    )
    if not changed:
        raise NotFound(_("这个登记码无效、已用过或已过十分钟。"), code="enrolment_invalid")
    record("device.enrolled", by=_actor(device), subject=("device", device.pk), unit_path=device.unit_path)
    return device, secret


def device_actor(request: HttpRequest) -> tuple[Device, Actor]:
    """Return the device of ``Authorization: Device <token>`` and its actor, for the API of phones.

    The actor holds no permission: what a device may do is said by its kind and unit, in the part that offers
    it. Raises DeviceRefused (401) without a valid token. Notes once a minute that the device was seen.
    """
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.casefold() == SCHEME and token.startswith(_PREFIX):
        found = (
            Device.objects.filter(
                token_sha=token_sha(token.strip()), revoked_at__isnull=True, expires_at__gt=Now()
            )
            .annotate(seen_lately=Q(seen_at__gt=Now() - _SEEN_EVERY))
            .first()
        )
    if found is None:
        raise DeviceRefused(_("设备未登记、已到期或已停用。"), hint=_("请向发放人要新的登记码。"))
    if not found.seen_lately:
        Device.objects.filter(pk=found.pk).exclude(seen_at__gt=Now() - _SEEN_EVERY).update(seen_at=Now())
    return found, _actor(found)


def _actor(device: Device) -> Actor:
    return Actor(kind="link", user_id=None, person_id=None, name=device.name, device_id=device.pk)


def _require_own(by: Actor, device: Device) -> None:
    require(by, Permission.MANAGE_DEVICES, device.unit_path)
