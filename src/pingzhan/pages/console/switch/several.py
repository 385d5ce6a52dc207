"""多家企业平战转换: choose enterprises, look at the preview of all of them, order once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.switch.forms import SeveralForm, SeveralOrderForm, expect_words
from pingzhan.pages.console.switch.scopes import firm_rows, orderable
from pingzhan.pages.console.switch.views import hazard_words, order_words, preview_context, steps
from pingzhan.pages.console.wording import level_word
from pingzhan.pages.console.zones import zone_for

NAMED = 3


@dataclass(frozen=True)
class Pick:
    """A line of the list to choose from: ``value`` is what its box sends."""

    value: int
    unit: Unit
    area: Unit | None
    level: int | None


def picks_context(rows: Sequence[Pick], picked: Sequence[int]) -> dict[str, Any]:
    """Return the list with boxes, its areas, and what is chosen."""
    areas = {row.area.pk: row.area for row in rows if row.area is not None}
    return {"rows": rows, "areas": list(areas.values()), "picked": set(picked)}


def names_of(units: Sequence[Any], *, more: int = NAMED) -> str:
    """Return the first names of units and how many there are: 甲厂、乙厂、丙厂等 200 家企业."""
    names = _("、").join(str(one) for one in units[:more])
    if len(units) <= more:
        return names
    return ngettext("%(names)s等 %(n)d 家企业", "%(names)s等 %(n)d 家企业", len(units)) % {
        "names": names,
        "n": len(units),
    }


@require_GET
@needs(Permission.ORDER_SWITCH)
def choose(request: HttpRequest) -> HttpResponse:
    """Show the enterprises to choose from, with level, basis and reason."""
    return _page(request, SeveralForm(initial={}))


@require_POST
@needs(Permission.ORDER_SWITCH)
def preview(request: HttpRequest) -> HttpResponse:
    """Show what the order would do; nothing is written and nobody is told."""
    form = SeveralForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    data = form.cleaned_data
    units = _units(request, data["units"])
    order = command.SwitchSeveral(
        units=tuple(units), reason=data["full_reason"], key=f"page-{uuid.uuid4()}", **order_words(data)
    )
    try:
        shown = command.preview_switch_several(order=order, by=request_actor(request))
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, form, status=error.status)
    zone = zone_for(request, Permission.ORDER_SWITCH)
    who = names_of([one.unit_name for one in shown.scopes])
    level = level_word(data["level"])
    context = {
        "steps": steps(),
        "heading": _("预演：%(unit)s转%(level)s") % {"unit": who, "level": level},
        "sentence": _("将%(units)s转为%(level)s。") % {"units": who, "level": level},
        "preview": preview_context(shown.preview, zone),
        "chosen": shown.scopes,
        "already": shown.already,
        "order": order,
        "basis_words": order.basis,
        "hazard": hazard_words(order.hazard),
        "hidden": {
            "units": ",".join(str(one.pk) for one in units),
            "level": data["level"],
            "basis_kind": data["basis_kind"],
            "basis": data["basis"],
            "reason": order.reason,
            "hazard": order.hazard,
            "key": order.key,
            "expect": expect_words(shown.expect),
            "preview_sha": shown.sha,
        },
        "order_to": reverse("switch:several_order"),
        "back_to": reverse("switch:several"),
        "can_order": True,
    }
    return render(request, "console/switch/preview.html", context)


@require_POST
@needs(Permission.ORDER_SWITCH)
def order(request: HttpRequest) -> HttpResponse:
    """Order what the preview showed for all of them, or for none when anything has changed since."""
    form = SeveralOrderForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("命令不完整，请重新预演。"))
        return redirect("switch:several")
    data = form.cleaned_data
    units = _units(request, data["units"])
    wanted = command.SwitchSeveral(
        units=tuple(units),
        reason=data["reason"],
        key=data["key"],
        expect=data["expect"],
        preview_sha=data["preview_sha"],
        **order_words(data),
    )
    try:
        done = command.order_switch_several(order=wanted, by=request_actor(request))
    except Conflict as conflict:
        context = {
            "problem": conflict,
            "again_to": reverse("switch:several_preview"),
            "hidden": {
                "units": ",".join(str(one.pk) for one in units),
                "level": data["level"],
                "basis_kind": data["basis_kind"],
                "basis": data["basis"],
                "reason": data["reason"],
                "hazard": data["hazard"],
            },
        }
        return render(request, "console/switch/conflict.html", context, status=conflict.status)
    messages.success(
        request,
        ngettext(
            "已下令：%(count)d 家企业转入%(level)s，启用 %(n)d 个席位，发出 %(m)d 条通知。",
            "已下令：%(count)d 家企业转入%(level)s，启用 %(n)d 个席位，发出 %(m)d 条通知。",
            len(done.activation_ids),
        )
        % {
            "count": len(done.activation_ids),
            "level": level_word(done.level),
            "n": done.counts.get("opened", 0),
            "m": done.counts.get("notices", 0),
        },
    )
    return redirect("duty:board")


def _units(request: HttpRequest, numbers: Sequence[int]) -> list[Unit]:
    found = list(
        orderable(request_actor(request)).filter(pk__in=numbers, kind=UnitKind.ENTERPRISE).order_by("path")
    )
    if len(found) != len(numbers):
        raise NotFound(_("选定的企业中有的不存在，或不在您的权限内。"), hint=_("请返回重新选择企业。"))
    return found


def _page(request: HttpRequest, form: SeveralForm, *, status: int = 200) -> HttpResponse:
    zone = zone_for(request, Permission.ORDER_SWITCH)
    rows = [
        Pick(row.unit.pk, row.unit, row.area, row.level) for row in firm_rows(request_actor(request), zone)
    ]
    given = request.POST.getlist("units") if form.is_bound else request.GET.getlist("units")
    picked = [int(part) for one in given for part in one.split(",") if part.isdecimal()]
    context = {"steps": steps(), "form": form, "zone": zone, **picks_context(rows, picked)}
    return render(request, "console/switch/several.html", context, status=status)
