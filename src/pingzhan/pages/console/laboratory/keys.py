"""实验室接口: which laboratory's programs may report, and taking that back. They are issued and stopped under 设备."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.models import Laboratory
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.laboratory.shared import ENTERS, frame, zone_of


@require_http_methods(["GET", "POST"])
@ENTERS
def index(request: HttpRequest) -> HttpResponse:
    """Show the tokens of laboratories; POST gives a ``device`` to a ``laboratory``, or takes it back without one."""
    zone = zone_of(request)
    devices = _devices(zone)
    laboratories = Laboratory.objects.filter(zone=zone, active=True).order_by("name", "pk")
    if request.method == "POST":
        try:
            _bind(request, zone, devices, laboratories)
        except NotFound:
            raise
        except DomainError as error:
            messages.error(request, error.message)
        return redirect(f"{reverse('laboratory:keys')}?zone={zone.pk}")
    now = timezone.now()
    context = frame(request, zone, "keys") | {
        "rows": [
            (one, getattr(one, "laboratory_key", None), one.revoked_at is None and one.expires_at > now)
            for one in devices
        ],
        "laboratories": list(laboratories),
    }
    return render(request, "console/laboratory/keys.html", context)


def _devices(zone: Unit) -> QuerySet[Device]:
    rows = Device.objects.filter(kind=DeviceKind.LABORATORY, unit_path__startswith=zone.path)
    return rows.select_related("laboratory_key__laboratory").order_by("-pk")


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _bind(
    request: HttpRequest, zone: Unit, devices: QuerySet[Device], laboratories: QuerySet[Laboratory]
) -> None:
    device = devices.filter(pk=_number(request, "device")).first()
    if device is None:
        raise NotFound(_("没有这个实验室接口。"))
    if not request.POST.get("laboratory"):
        screening.free_device(device=device, by=request_actor(request))
        messages.success(request, _("已收回，这个接口不能再上报。"))
        return
    laboratory = laboratories.select_related("zone").filter(pk=_number(request, "laboratory")).first()
    if laboratory is None:
        raise NotFound(_("没有这个实验室，或您无权查看。"))
    screening.bind_device(device=device, laboratory=laboratory, by=request_actor(request))
    messages.success(request, _("已分给%(name)s。") % {"name": laboratory.name})
