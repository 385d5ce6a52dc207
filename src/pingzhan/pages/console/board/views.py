"""The boards of the work groups."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations import api as obligations
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.pages.console.compliance.shared import group_names, scope_for, scopes_for
from pingzhan.pages.console.guard import needs


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show all groups, and the measures of the one asked for: by default the reader's own, else the worst."""
    actor = request_actor(request)
    scopes = scopes_for(actor)
    scope = scope_for(request, scopes)
    tiles = obligations.groups_board(scope)
    own = obligations.groups_of_person(actor.person_id) if actor.person_id else set()
    asked = request.GET.get("group", "")
    keys = [tile.key for tile in tiles]
    chosen = asked if asked in keys else next((key for key in keys if key in own), keys[0] if keys else "")
    names = group_names()
    measures = obligations.measures_board(scope, [chosen]) if keys else []
    address = f"{reverse('compliance:list')}?scope={scope.pk}&days=7&state=&duty="
    columns = [
        Column(_("措施"), head=True),
        Column(_("逾期"), "num"),
        Column(_("逾期单位"), "num"),
        Column(_("待办"), "num"),
        Column(_("完成"), "num"),
        Column(_("免除"), "num"),
        Column(_("情况")),
    ]
    context = {
        "scope": scope,
        "scopes": scopes,
        "tiles": [(tile, names.get(tile.key, tile.key) or _("未指定"), tile.key in own) for tile in tiles],
        "chosen": chosen,
        "chosen_name": names.get(chosen, chosen) or _("未指定"),
        "whole": obligations.board(scope),
        "measures": measures,
        "table": table(
            columns,
            (
                [
                    format_html('<a href="{}{}">{}</a>', address, one.key, one.label),
                    str(one.late),
                    str(one.units_late),
                    str(one.open),
                    str(one.done),
                    str(one.waived),
                    badge("bad", _("有逾期")) if one.late else badge("ok", _("正常")),
                ]
                for one in measures
            ),
        ),
    }
    return render(request, "console/board/index.html", context)
