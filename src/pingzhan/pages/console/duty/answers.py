"""Answers that come by other ways: a code read from a reply, a late confirmation, sheets for arriving."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.organisation.models import Post
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.answers import answer_form, done, put_back_dialog
from pingzhan.pages.console.duty.forms import CodeForm
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.zones import zone_for

HANG_AT = (UnitKind.ZONE, UnitKind.AREA, UnitKind.ENTERPRISE)
SHEETS = 60
"""Sheets on one page; more enterprises are chosen by their own sheet."""


@dataclass(frozen=True)
class Sheet:
    """One check-in sheet: where it hangs, its picture, its address."""

    name: str
    qr: str
    address: str


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_SEATS)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody back who was passed over and confirmed late."""
    return put_back_dialog(request, pk, action=reverse("duty:put_back", args=[pk]), home="duty:board")


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_SEATS)
def code(request: HttpRequest) -> HttpResponse:
    """Take a code that a holder sent or said: his own confirmation, typed in by the duty officer."""
    zone = zone_for(request, Permission.MANAGE_SEATS)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            outcome, seat = command.acknowledge_by_code(
                zone=zone, code=form.cleaned_data["code"], by=request_actor(request)
            )
        except DomainError as error:
            form.add_error("code", f"{error.message}{error.hint}")
        else:
            words = {
                "acked": _("%(name)s已凭签收码签收。"),
                "already": _("%(name)s此前已签收。"),
                "late": _("%(name)s迟到签收已记下，岗位已由他人接替或已结束。"),
            }[outcome.result]
            return done(request, words % {"name": seat.person.name}, home="duty:board")
    context = {
        "title": _("登记签收码"),
        "about": _("对方回复或报出的八位签收码。签收记在本人名下，留痕记您登记。"),
        "action": f"{reverse('duty:code')}?zone={zone.pk}",
        "submit": _("登记"),
    }
    return answer_form(request, form, context)


@require_GET
@needs(Permission.MANAGE_SEATS)
def arrival(request: HttpRequest) -> HttpResponse:
    """Show the check-in sheets for printing: one for each zone, area and enterprise whose seats the person manages.

    With ``post`` it is the one sheet of that post. Raises NotFound for a post the zone does not have. A sheet is
    all that arriving takes, so nobody prints those of other units.
    """
    actor = request_actor(request)
    zone = zone_for(request, Permission.MANAGE_SEATS)
    code = request.GET.get("post", "")
    if code:
        post = Post.objects.filter(version__zone=zone, code=code).exclude(version__status="draft")
        found_post = post.select_related("unit").order_by("-version__n").first()
        if found_post is None:
            raise NotFound(_("没有代码为“%(code)s”的岗位。") % {"code": code}, place=code)
        require(actor, Permission.MANAGE_SEATS, found_post.unit.path)
        sheets = [_sheet(found_post.unit, code)]
        return render(request, "console/duty/arrival.html", {"zone": zone, "sheets": sheets})
    mine = within("path", actor.paths(Permission.MANAGE_SEATS))
    found = Unit.objects.filter(mine, path__startswith=zone.path, kind__in=HANG_AT).order_by("path")
    units = list(found[:SHEETS])
    units.sort(key=lambda unit: (unit.pk != zone.pk, unit.kind, unit.path))
    return render(
        request, "console/duty/arrival.html", {"zone": zone, "sheets": [_sheet(unit) for unit in units]}
    )


def _sheet(unit: Unit, post_code: str = "") -> Sheet:
    token = command.check_in_token(unit, post_code)
    address = settings.PUBLIC_URL + reverse("arrive", args=[token])
    return Sheet(
        command.open_check_in(token).name if post_code else unit.name,
        segno.make(address, error="m").svg_data_uri(scale=6, border=2),
        address,
    )
