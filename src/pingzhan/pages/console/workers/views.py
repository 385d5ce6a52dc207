"""职工: the roster with its query form, fifty rows a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.workers.forms import BulkForm, FilterForm
from pingzhan.pages.console.workers.table import roster_table

PAGE = 50
"""Workers on one page of the list."""


def firms_of(actor: Actor, permission: Permission = Permission.VIEW_WORKERS) -> QuerySet[Unit]:
    """Return the enterprises for which the actor holds the permission, by name."""
    return Unit.objects.filter(within("path", actor.paths(permission)), kind=UnitKind.ENTERPRISE).order_by(
        "name", "pk"
    )


def visible_employment(actor: Actor, pk: int) -> Employment:
    """Return an employment the actor may see. NotFound otherwise, so that nothing is told of others' workers."""
    found = (
        people.visible_to(actor)
        .select_related("enterprise", "individual", "individual__subject")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这名职工，或您无权查看。"))
    return found


@require_GET
@needs(Permission.VIEW_WORKERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the roster; with htmx only query form and table. Pages go on behind the last row, so no page is slower."""
    return roster_page(request, request_actor(request))


def roster_page(
    request: HttpRequest,
    actor: Actor,
    *,
    bulk: BulkForm | None = None,
    chosen: set[int] = frozenset(),  # type: ignore[assignment]
) -> HttpResponse:
    """Return the roster, with a bulk form that was refused if there is one."""
    firms, firm = _firms(actor, request.GET.get("unit", ""))
    filters = FilterForm(request.GET or None, firms=firms, chosen=firm)
    found = people.roster(people.visible_to(actor), filters.wanted())
    after = request.GET.get("after", "")
    rows = people.page_of(found, size=PAGE, after=int(after) if after.isdecimal() else None)
    query = {key: value for key, value in request.GET.items() if key != "after" and value}
    editing = firm is not None and people.can_edit(actor, firm)
    count = people.capped_count(found)
    lines = people.worker_rows(rows[:PAGE])
    context: dict[str, Any] = {
        "filters": filters,
        "rows": lines,
        "table": roster_table(
            lines, picks=editing or bulk is not None, chosen=chosen, one_firm=len(firms) == 1
        ),
        "count": min(count, people.COUNT_CAP),
        "more": count > people.COUNT_CAP,
        "next": urlencode({**query, "after": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "first": urlencode(query) or "all=1" if after else "",
        "firm": firm,
        "query": urlencode(query),
        "bulk": bulk or (BulkForm(enterprise=firm) if editing and firm is not None else None),
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "console/workers/_work.html", context)
    context |= {
        "may_edit": actor.has(Permission.EDIT_WORKERS),
        "import_scope": firm.code if firm is not None else "",
    }
    return render(request, "console/workers/index.html", context, status=422 if bulk is not None else 200)


def _firms(actor: Actor, code: str) -> tuple[list[tuple[str, str]], Unit | None]:
    """Return codes and names of the enterprises to choose from, and the one meant by ``code`` or the only one.

    One query, and no objects but the one: a zone has hundreds of enterprises.
    """
    columns = [column.attname for column in Unit._meta.concrete_fields]
    rows = list(firms_of(actor).values_list(*columns))
    at, name = columns.index("code"), columns.index("name")
    meant = rows[0] if len(rows) == 1 else next((row for row in rows if row[at] == code), None)
    firm = Unit.from_db(DEFAULT_DB_ALIAS, columns, meant) if meant is not None else None
    return [(row[at], row[name]) for row in rows], firm


def refused(form: forms.Form) -> int:
    """Return the status of a page that shows this form: 422 once it was sent and refused."""
    return 422 if form.is_bound else 200
