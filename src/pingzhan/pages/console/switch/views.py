"""平战转换 in two screens: choose scope, level, basis and reason; look at the preview and order."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import POOL_CODE, BasisKind, GapKind
from pingzhan.domain.organisation.models import Post
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, NotFound
from pingzhan.pages.console import gaps
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.switch.forms import OrderForm, SwitchForm
from pingzhan.pages.console.switch.scopes import orderable, scope_rows
from pingzhan.pages.console.wording import group_name, level_word
from pingzhan.pages.console.zones import zones_of

SHOWN = 20
POOL_SHOWN = 60


def steps() -> list[str]:
    """Return the words of the stepper."""
    return [_("范围、等级、依据"), _("预演"), _("值班台")]


@require_GET
@needs(Permission.ORDER_SWITCH)
def scope(request: HttpRequest) -> HttpResponse:
    """Show the first screen: what is ordered, on what basis, why."""
    initial = {"level": "4"} if "rehearse" in request.GET else {}
    return _scope_page(request, SwitchForm(initial=initial))


@require_GET
@needs(Permission.ORDER_SWITCH)
def units(request: HttpRequest) -> HttpResponse:
    """Return the scopes that fit the search words, for the list of the first screen."""
    return render(request, "console/switch/_units.html", _unit_context(request, request.GET))


@require_POST
@needs(Permission.ORDER_SWITCH)
def preview(request: HttpRequest) -> HttpResponse:
    """Show what the order would do; nothing is written and nobody is told."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _scope_page(request, form, status=422)
    data = form.cleaned_data
    unit = _unit(request, data["unit"])
    order = command.SwitchOrder(
        unit=unit, reason=data["full_reason"], key=f"page-{uuid.uuid4()}", **order_words(data)
    )
    try:
        shown = command.preview_switch(order=order, by=request_actor(request))
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _scope_page(request, form, status=error.status)
    hidden = {
        "unit": unit.pk,
        "level": data["level"],
        "basis_kind": data["basis_kind"],
        "basis": data["basis"],
        "reason": order.reason,
        "hazard": order.hazard,
        "key": order.key,
        "expect_epoch": shown.epoch,
        "preview_sha": shown.sha,
    }
    context = {
        "steps": steps(),
        "heading": _("预演：%(unit)s转%(level)s") % {"unit": unit.name, "level": level_word(data["level"])},
        "sentence": _("将%(unit)s由%(before)s转为%(level)s。")
        % {
            "unit": unit.name,
            # What is in force there now, whoever ordered it: the scope's own order or one above it.
            "before": level_word(command.posture_of([unit.pk])[unit.pk].level),
            "level": level_word(data["level"]),
        },
        "preview": preview_context(shown, unit),
        "order": order,
        "basis_words": order.basis,
        "hazard": hazard_words(order.hazard),
        "hidden": hidden,
        "order_to": reverse("switch:order"),
        "back_to": reverse("switch:scope"),
        "can_order": request_actor(request).has(Permission.ORDER_SWITCH, unit.path),
    }
    return render(request, "console/switch/preview.html", context)


@require_POST
@needs(Permission.ORDER_SWITCH)
def order(request: HttpRequest) -> HttpResponse:
    """Order what the preview showed and go back to the desk.

    A conflict says who switched or what changed and offers a fresh preview with the same words.
    """
    form = OrderForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("命令不完整，请重新预演。"))
        return redirect("switch:scope")
    data = form.cleaned_data
    unit = _unit(request, data["unit"])
    wanted = command.SwitchOrder(
        unit=unit,
        reason=data["reason"],
        key=data["key"],
        expect_epoch=data["expect_epoch"],
        preview_sha=data["preview_sha"],
        **order_words(data),
    )
    try:
        done = command.order_switch(order=wanted, by=request_actor(request))
    except Conflict as conflict:
        return _conflict(request, conflict, unit, data)
    words = _("已下令：%(unit)s转入%(level)s，启用 %(n)d 个席位，发出 %(m)d 条通知。") % {
        "unit": unit.name,
        "level": level_word(done.level),
        "n": done.counts.get("opened", 0),
        "m": done.counts.get("notices", 0),
    }
    messages.success(request, words)
    return redirect("duty:board")


def preview_context(shown: command.Preview, unit: Unit) -> dict[str, Any]:
    """Return a preview as the tiles, the gaps, the groups and the notices of the page."""
    found = gaps.items(shown.gaps, emergency=False)
    pool = [line.person_name for line in shown.opened if line.post_code == POOL_CODE]
    labels = {"in_app": _("站内通知"), "console": _("无账号，由值班员电话通知")}
    notices = [{"label": labels.get(key, key), "count": n} for key, n in sorted(shown.notices.items())]
    if shown.workers:
        notices.append({"label": _("企业职工通告（一条广播）"), "count": shown.workers})
    return {
        "opened": len(shown.opened),
        "closed": len(shown.closed),
        "kept": shown.counts.get("kept", 0),
        "task_count": shown.counts.get("tasks", 0),
        "gap_count": len(found),
        "gaps": gaps.grouped(found, shown=SHOWN),
        "gaps_grave": any(one.tone != "info" for one in found),
        "groups": group_changes(shown, territory.zone_of(unit)),
        "notices": notices,
        "notice_count": sum(shown.notices.values()),
        "pool": pool[:POOL_SHOWN],
        "pool_more": max(0, len(pool) - POOL_SHOWN),
        "pool_count": len(pool),
        "commander": shown.commander,
        "commander_acting": shown.commander_acting,
    }


@dataclass
class GroupChange:
    """What a switch changes in one group: chairs opened, closed, kept as they are, left empty."""

    name: str
    before: int = 0
    opened: int = 0
    closed: int = 0
    empty: int = 0

    @property
    def kept(self) -> int:
        """Return the chairs nobody is told about again."""
        return max(0, self.before - self.closed)

    @property
    def share(self) -> int:
        """Return how much of the group after the switch is new, in percent."""
        after = self.kept + self.opened
        return round(100 * self.opened / after) if after else 0


def group_changes(shown: command.Preview, zone: Unit) -> list[GroupChange]:
    """Return the change of each group in the order of the structure, the pool last. Three queries."""
    found = {
        one.code: GroupChange(group_name(one.code, one.name), before=one.filled)
        for one in command.group_counts(zone)
    }
    for line in (*shown.opened, *shown.closed):
        group = found.setdefault(line.group_code, GroupChange(group_name(line.group_code, line.group_name)))
        if line.kind == "open":
            group.opened += 1
        else:
            group.closed += 1
    empty = Counter(one.post_code for one in shown.gaps if one.kind == GapKind.POST_EMPTY)
    for code, group_code, name in Post.objects.filter(
        version__zone=zone, version__status="published", code__in=empty
    ).values_list("code", "group__code", "group__name"):
        found.setdefault(group_code, GroupChange(name)).empty += empty[code]
    changed = [one for one in found.values() if one.before or one.opened or one.closed or one.empty]
    return sorted(changed, key=lambda one: one is found.get(POOL_CODE))


def order_words(data: dict[str, Any]) -> dict[str, Any]:
    """Return what an order says, from a checked form: level, basis, and who gave it by word of mouth."""
    verbal = data["basis_kind"] == BasisKind.VERBAL
    who = data["basis"].strip()
    return {
        "level": data["level"],
        "basis": _("口头命令（%(who)s）") % {"who": who} if verbal else who,
        "basis_kind": BasisKind(data["basis_kind"]),
        "on_behalf_of": who if verbal else "",
        "hazard": data.get("hazard") or "",
    }


def hazard_words(key: str) -> str:
    """Return what an order is about, as the preview says it."""
    if key:
        return command.hazard_name(key)
    return _("沿用现行命令；新的命令为%(hazard)s") % {"hazard": command.hazard_name(command.default_hazard())}


def _unit(request: HttpRequest, pk: int) -> Unit:
    unit = orderable(request_actor(request)).filter(pk=pk).first()
    if unit is None:
        raise NotFound(_("没有这个范围，或它不在您的权限内。"), hint=_("请返回重新选择范围。"))
    return unit


def _scope_page(request: HttpRequest, form: SwitchForm, *, status: int = 200) -> HttpResponse:
    context = {
        "steps": steps(),
        "form": form,
        "open_scopes": command.all_in_force().exists(),
        "several": orderable(request_actor(request)).filter(kind=UnitKind.ENTERPRISE)[:2].count() > 1,
        "zone": next(iter(zones_of(request_actor(request), Permission.ORDER_SWITCH)), None),
        **_unit_context(request, request.POST if form.is_bound else request.GET),
    }
    return render(request, "console/switch/scope.html", context, status=status)


def _unit_context(request: HttpRequest, given: Any) -> dict[str, Any]:
    chosen = given.get("unit", "")
    q = given.get("q", "").strip()
    rows, more = scope_rows(request_actor(request), q, int(chosen) if chosen.isdecimal() else None)
    if not chosen and rows and not q:
        chosen = str(rows[0].unit.pk)
    return {
        "q": q,
        "units": rows,
        "units_more": more,
        "chosen": int(chosen) if str(chosen).isdecimal() else None,
    }


def _conflict(request: HttpRequest, conflict: Conflict, unit: Unit, data: dict[str, Any]) -> HttpResponse:
    last = command.last_change(unit)
    context = {
        "problem": conflict,
        "again_to": reverse("switch:preview"),
        "last": last
        and {
            "who": last.ordered_by_name if last.ended_at is None else last.ended_by_name,
            "at": last.at if last.ended_at is None else last.ended_at,
            "what": _("%(unit)s：%(before)s → %(after)s")
            % {
                "unit": unit.name,
                "before": level_word(last.level_from if last.ended_at is None else last.level),
                "after": level_word(last.level if last.ended_at is None else None),
            },
            "basis": last.basis,
        },
        "hidden": {
            "unit": unit.pk,
            "level": data["level"],
            "basis_kind": data["basis_kind"],
            "basis": data["basis"],
            "reason": data["reason"],
            "hazard": data["hazard"],
        },
    }
    return render(request, "console/switch/conflict.html", context, status=conflict.status)
