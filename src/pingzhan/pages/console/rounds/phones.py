"""采样手机: which phone is with which team and when it last sent; handed out, moved, renewed, stopped."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.models import SamplingTeam
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.rounds.forms import PhoneForm
from pingzhan.pages.console.rounds.shared import PLANS, SEES, tabs, zone_of

PAGE = 50
ISSUES = needs(Permission.MANAGE_DEVICES)


@dataclass(frozen=True)
class Row:
    """A line of the list: the phone, its badge and words, and whether it may still be used."""

    line: screening.PhoneLine
    badge: str
    words: str
    live: bool


@require_GET
@SEES
def index(request: HttpRequest) -> HttpResponse:
    """Show the phones of a zone, those in use first, with what may be done with each."""
    return _index(request, zone_of(request))


@never_cache
@require_POST
@ISSUES
def issue(request: HttpRequest) -> HttpResponse:
    """Register a phone for a team and show its code for ten minutes."""
    zone = zone_of(request)
    form = PhoneForm(request.POST, teams=_teams(request, zone))
    if form.is_valid():
        data = form.cleaned_data
        try:
            device, path = screening.issue_phone(
                name=data["name"], team=data["team"], days=data["days"], by=request_actor(request)
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return _code(request, zone, device, path)
    return _index(request, zone, form)


@require_POST
@PLANS
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a phone to a team, or to another one."""
    device, zone = _phone(request, pk)
    asked = request.POST.get("team", "")
    team = (
        _teams(request, zone).filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
    )
    if team is None:
        messages.error(request, _("请选择采样队。"))
    else:
        try:
            screening.assign_phone(device=device, team=team, by=request_actor(request))
        except (Invalid, Conflict) as error:
            messages.error(request, f"{error.message}{error.hint}")
        else:
            messages.success(
                request, _("%(phone)s已分给%(team)s。") % {"phone": device.name, "team": team.name}
            )
    return _back(zone)


@never_cache
@require_POST
@ISSUES
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a new code of a phone; its present token stops working."""
    device, zone = _phone(request, pk)
    try:
        path = devices.renew_code(device=device, by=request_actor(request))
    except Conflict as error:
        messages.error(request, f"{error.message}{error.hint}")
        return _back(zone)
    return _code(request, zone, device, path)


@require_POST
@ISSUES
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a phone that was lost or given back; what it has not sent can no longer come in from it."""
    device, zone = _phone(request, pk)
    try:
        devices.revoke_device(device=device, by=request_actor(request))
    except Conflict as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("%(phone)s已停用。") % {"phone": device.name})
    return _back(zone)


def _phone(request: HttpRequest, pk: int) -> tuple[Device, Unit]:
    """Return a phone that the person may see, and its zone. NotFound otherwise."""
    actor = request_actor(request)
    found = screening.phones_visible_to(actor).filter(pk=pk).first()
    for zone in screening.screening_zones(actor) if found is not None else ():
        if found is not None and found.unit_path.startswith(zone.path):
            return found, zone
    raise NotFound(_("没有这台采样手机，或您无权查看。"))


def _teams(request: HttpRequest, zone: Unit) -> QuerySet[SamplingTeam]:
    rows = screening.teams_visible_to(request_actor(request))
    return rows.filter(zone=zone, active=True).order_by("name", "pk")


def _back(zone: Unit) -> HttpResponse:
    return redirect(f"{reverse('rounds:phones')}?zone={zone.pk}")


def _code(request: HttpRequest, zone: Unit, device: Device, path: str) -> HttpResponse:
    link = settings.PUBLIC_URL + path
    context = {
        "device": device,
        "link": link,
        "qr": segno.make(link, error="m").svg_data_uri(scale=6, border=3),
        "back": f"{reverse('rounds:phones')}?zone={zone.pk}",
        "back_label": _("采样手机"),
    }
    return render(request, "console/staff/device_code.html", context)


def _row(line: screening.PhoneLine) -> Row:
    device, now = line.device, timezone.now()
    if device.revoked_at is not None:
        return Row(line, "idle", _("已停用"), live=False)
    if device.expires_at <= now:
        return Row(line, "idle", _("已到期"), live=False)
    if device.token_sha is not None:
        return Row(line, "ok", _("在用"), live=True)
    if device.enrol_until is not None and device.enrol_until > now:
        return Row(line, "warn", _("待登记"), live=True)
    return Row(line, "idle", _("未登记"), live=True)


def _index(request: HttpRequest, zone: Unit, form: PhoneForm | None = None) -> HttpResponse:
    actor = request_actor(request)
    found = screening.phones_visible_to(actor).filter(unit_path__startswith=zone.path)
    page = Paginator(found.order_by("-revoked_at", "-expires_at", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    issues = screening.can_issue_phones(actor, zone)
    teams = _teams(request, zone)
    context = {
        "zone": zone,
        "tabs": tabs(),
        "tab": "phones",
        "page": page,
        "rows": [_row(line) for line in screening.phone_lines(list(page))],
        "teams": list(teams),
        "plans": screening.can_plan(actor, zone),
        "issues": issues,
        "form": (form or PhoneForm(teams=teams)) if issues else None,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/rounds/phones.html", context, status=status)
