"""换用新版: what a newer structure would change in a running emergency, and the order to use it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.switch.forms import RebaseForm, expect_words
from pingzhan.pages.console.switch.views import preview_context
from pingzhan.pages.console.wording import level_word
from pingzhan.pages.console.zones import zone_for

CHANGES_SHOWN = 40


@require_http_methods(["GET", "POST"])
@needs(Permission.ORDER_SWITCH)
def rebase(request: HttpRequest) -> HttpResponse:
    """Show the difference and what an order would do; POST orders it and goes back to the desk.

    ``scope`` (an activation) limits it to one scope; without it every scope of the zone that is behind.
    """
    zone = zone_for(request, Permission.ORDER_SWITCH)
    actor = request_actor(request)
    behind = [
        one for one in command.stale_activations(zone) if actor.has(Permission.ORDER_SWITCH, one.unit.path)
    ]
    if not behind:
        return render(request, "console/switch/rebase.html", {"shown": None})
    chosen = _chosen(behind, request.GET.get("scope", ""))
    if request.method == "POST":
        return _order(request, behind, chosen)
    return _page(request, behind, chosen, None)


def _chosen(behind: list[Activation], asked: str) -> Activation | None:
    if not asked:
        return behind[0] if len(behind) == 1 else None
    found = next((one for one in behind if str(one.pk) == asked), None)
    if found is None:
        raise NotFound(
            _("这道命令已经换用新版或解除，或不在您的权限内。"), hint=_("请回值班台查看现在的状态。")
        )
    return found


def _wanted(behind: list[Activation], chosen: Activation | None, **said: Any) -> command.RebaseOrder:
    unit = chosen.unit if chosen is not None else behind[0].zone
    return command.RebaseOrder(unit=unit, whole_zone=chosen is None, **said)


def _order(request: HttpRequest, behind: list[Activation], chosen: Activation | None) -> HttpResponse:
    form = RebaseForm(request.POST)
    if not form.is_valid():
        return _page(request, behind, chosen, form, status=422)
    data = form.cleaned_data
    wanted = _wanted(
        behind,
        chosen,
        key=data["key"],
        reason=data["reason"],
        expect=data["expect"],
        preview_sha=data["preview_sha"],
    )
    try:
        done = command.order_rebase(order=wanted, by=request_actor(request))
    except DomainError as error:
        form.add_error(None, error.message + error.hint)
        return _page(request, behind, chosen, form, status=error.status)
    messages.success(
        request,
        _("已换用新版组织架构：启用 %(n)d 个席位，保留 %(m)d 个，等级不变。")
        % {"n": done.counts.get("opened", 0), "m": done.counts.get("kept", 0)},
    )
    return redirect("duty:board")


def _page(
    request: HttpRequest,
    behind: list[Activation],
    chosen: Activation | None,
    form: RebaseForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    shown = command.preview_rebase(
        order=_wanted(behind, chosen, key="preview", reason=""), by=request_actor(request)
    )
    fresh = {
        "key": f"page-{uuid.uuid4()}",
        "expect": expect_words(shown.expect),
        "preview_sha": shown.sha,
    }
    if form is None:
        form = RebaseForm(initial=fresh)
    else:
        # What is shown now is what the next press orders.
        form.data = {**form.data.dict(), **fresh} if isinstance(form.data, QueryDict) else fresh
    scopes = _("、").join(
        _("%(unit)s（%(level)s，第 %(n)d 版）")
        % {"unit": one.unit_name, "level": level_word(one.level), "n": one.version_n}
        for one in shown.scopes
    )
    preview = preview_context(shown.preview, behind[0].zone)
    context = {
        "shown": shown,
        "changes": shown.changes[:CHANGES_SHOWN],
        "changes_more": max(0, len(shown.changes) - CHANGES_SHOWN),
        "change_count": len(shown.changes),
        "preview": preview,
        "form": form,
        "behind": behind,
        "chosen": chosen,
        "whole": chosen is None,
        "lead": _("现行%(scopes)s；新版：%(title)s（第 %(n)d 版）。等级不变。")
        % {"scopes": scopes, "title": shown.version_title, "n": shown.version_n},
        "sentence": _("换用第 %(n)d 版：启用 %(opened)d 个席位，关闭 %(closed)d 个，保留 %(kept)d 个。")
        % {
            "n": shown.version_n,
            "opened": preview["opened"],
            "closed": preview["closed"],
            "kept": preview["kept"],
        },
        "moved": shown.preview.opened[:CHANGES_SHOWN],
        "zone": behind[0].zone,
    }
    return render(request, "console/switch/rebase.html", context, status=status)
