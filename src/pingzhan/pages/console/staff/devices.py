"""设备: issuing, renewing and stopping the phones of samplers and gates."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.gate import api as gate
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.staff.forms import DeviceForm
from pingzhan.pages.console.staff.listing import bindings, device_rows, device_state
from pingzhan.pages.console.zones import unit_names

PAGE = 50


@require_GET
@needs(Permission.MANAGE_DEVICES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the devices of the person's units, the newest first."""
    return _index(request)


@never_cache
@require_POST
@needs(Permission.MANAGE_DEVICES)
def issue(request: HttpRequest) -> HttpResponse:
    """Register a device and show its code for ten minutes."""
    actor = request_actor(request)
    form = DeviceForm(request.POST, actor=actor)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with transaction.atomic():
                device, path = devices.issue_device(
                    name=data["name"],
                    kind=data["kind"],
                    unit_path=data["unit_path"],
                    days=data["days"],
                    by=actor,
                )
                if data["gate"] is not None:
                    gate.bind_to_gate(device=device, site=data["gate"], by=actor)
        except (Invalid, Conflict) as error:
            form.add_error("gate" if error.place == "gate" else None, error.message)
        else:
            return _code(request, device, path)
    return _index(request, form)


@never_cache
@require_POST
@needs(Permission.MANAGE_DEVICES)
def renew(request: HttpRequest, device_id: int) -> HttpResponse:
    """Show a new code; the device's present token stops working."""
    actor = request_actor(request)
    device = get_object_or_404(devices.visible_to(actor), pk=device_id)
    return _code(request, device, devices.renew_code(device=device, by=actor))


@require_POST
@needs(Permission.MANAGE_DEVICES)
def move(request: HttpRequest, device_id: int) -> HttpResponse:
    """Give a gate's device to another gate of its enterprise."""
    actor = request_actor(request)
    device = get_object_or_404(devices.visible_to(actor), pk=device_id)
    asked = request.POST.get("gate", "")
    try:
        site = gate.move_to_gate(
            device_id=device.pk, site_id=int(asked) if asked.isascii() and asked.isdigit() else 0, by=actor
        )
    except (Invalid, Conflict) as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(
            request, _("%(device)s已换到%(gate)s。") % {"device": device.name, "gate": site.name}
        )
    return redirect("devices:index")


@require_POST
@needs(Permission.MANAGE_DEVICES)
def revoke(request: HttpRequest, device_id: int) -> HttpResponse:
    """Stop a device."""
    actor = request_actor(request)
    device = get_object_or_404(devices.visible_to(actor), pk=device_id)
    devices.revoke_device(device=device, by=actor)
    return redirect("devices:index")


def _code(request: HttpRequest, device: Device, path: str) -> HttpResponse:
    link = settings.PUBLIC_URL + path
    qr = segno.make(link, error="m").svg_data_uri(scale=6, border=3)
    context = {
        "device": device, "link": link, "qr": qr, "back": reverse("devices:index"), "back_label": _("设备"),
    }  # fmt: skip
    return render(request, "console/staff/device_code.html", context)


def _index(request: HttpRequest, form: DeviceForm | None = None) -> HttpResponse:
    actor = request_actor(request)
    page = Paginator(device_rows(actor, {}), PAGE).get_page(request.GET.get("page"))
    units = unit_names(row.unit_path for row in page)
    bound = bindings(row.pk for row in page)
    others = gate.other_gates(row.pk for row in page if row.kind == DeviceKind.GATE)
    lines: list[dict[str, Any]] = []
    for row in page:
        badge, words = device_state(row)
        lines.append(
            {
                "row": row,
                "unit": units[row.unit_path],
                "bound": bound.get(row.pk, ""),
                "gates": others.get(row.pk, []),
                "badge": badge,
                "words": words,
                "live": row.revoked_at is None and row.expires_at > timezone.now(),
            }
        )
    context = {"rows": lines, "page": page, "form": form or DeviceForm(actor=actor)}
    return render(
        request,
        "console/staff/devices.html",
        context,
        status=422 if form is not None and form.is_bound else 200,
    )
