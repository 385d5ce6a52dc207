"""货物静置: the lots under watch as a board by state with the days left, and all lots as a list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import WATCHED, GoodsClass, LotState
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.console.guard import needs

PAGE = 50
BOARD = 100
"""Lots under watch that the board shows; more are in the list."""


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("批号、名称、产地、箱号或证明编号")}
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("货物类别"),
        required=False,
        choices=[("", gettext_lazy("全部")), *GoodsClass.choices],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), ("watched", gettext_lazy("未办结")), *LotState.choices],
    )


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the lots of all enterprises the actor looks after, or those of the only one."""
    actor = request_actor(request)
    firms = list(gate.goods_firms(actor)[:2])
    return _board(request, actor, firms[0] if len(firms) == 1 else None)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the lots of one enterprise."""
    actor = request_actor(request)
    return _board(request, actor, one_of(gate.goods_firms(actor), pk))


def _board(request: HttpRequest, actor: Actor, unit: Unit | None) -> HttpResponse:
    moment = clock.now()
    visible = gate.lots_visible_to(actor).select_related("enterprise", "storage")
    if unit is not None:
        visible = visible.filter(enterprise=unit)
    watched = gate.lot_rows(visible.filter(state__in=WATCHED).order_by("arrived_at", "pk")[:BOARD], moment)
    params = {key: str(value) for key, value in request.GET.items() if value and key != "page"}
    wanted = gate.LotFilter(
        words=params.get("q", "")[:60], goods_class=params.get("kind", ""), state=params.get("state", "")
    )
    found = gate.find_lots(visible, wanted)
    asked = request.GET.get("page", "1")
    at = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
    lots = list(found[(at - 1) * PAGE : at * PAGE + 1])
    context: dict[str, Any] = {
        "unit": unit,
        "columns": [
            {
                "label": LotState(state).label,
                "rows": [row for row in watched if row.lot.state == state],
            }
            for state in WATCHED
        ],
        "watched": len(watched),
        "filters": FilterForm(request.GET or None),
        "rows": gate.lot_rows(lots[:PAGE], moment),
        "count": found.order_by().count(),
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(lots) > PAGE else "",
        "decides": unit is not None and gate.can_keep(actor, unit),
    }
    return render(request, "company/goods/index.html", context)
