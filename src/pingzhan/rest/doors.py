"""Who may call: phones and gates by their token, a laboratory's programs by theirs, so many times a minute."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from pingzhan.domain.screening import api as screening
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.devices import device_actor
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.accounts.shared import count_within
from pingzhan.kernel.errors import DomainError, Refused

A_MINUTE = 60
"""Calls that a laboratory's token may make in a minute."""


class TooMany(DomainError):
    """Called too often; it helps to wait."""

    status = 429
    code = "too_many"


class DeviceAuth(AuthBase):
    """The token of a phone or a gate; what it may do is said by its unit."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "Authorization"

    def __call__(self, request: HttpRequest) -> tuple[Device, Actor]:
        """Return the device and its actor. DeviceRefused (401) without a valid token, Refused for a laboratory's."""
        found = device_actor(request)
        if found[0].kind == DeviceKind.LABORATORY:
            raise Refused(_("实验室接口只能上报检测结果。"), code="device_kind")
        return found


class LaboratoryAuth(AuthBase):
    """The token of a laboratory; what it may do is said by the zone of the laboratory."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = "Authorization"

    def __call__(self, request: HttpRequest) -> tuple[Device, Actor]:
        """Return the device and its actor. DeviceRefused (401), Refused for a phone, TooMany (429)."""
        device, actor = device_actor(request)
        screening.laboratory_of_device(device)
        calls = count_within(f"laboratory.{device.pk}", 60)
        if calls > A_MINUTE:
            raise TooMany(
                _("上报太频繁，每分钟最多 %(n)d 次。") % {"n": A_MINUTE},
                hint=_("请一次多报几管，一分钟后再试。"),
            )
        return device, actor
