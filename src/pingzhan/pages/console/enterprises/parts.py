"""Tables of sites, shifts and teams: each row is edited in its place, and is a page of its own without htmx."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import EnterpriseStatus, SiteKind
from pingzhan.domain.territory.models import Enterprise, Site, Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.enterprises.forms import attach_by_label
from pingzhan.pages.console.enterprises.partforms import RoomsForm, RowForm, ShiftForm, SiteForm, TeamForm
from pingzhan.pages.console.enterprises.views import is_htmx, visible_enterprise
from pingzhan.pages.console.guard import needs

PAGE = 50
"""Rows of one table: a dormitory has hundreds of rooms."""
_ROW_TEMPLATES = {
    "sites": "console/enterprises/_row_sites.html",
    "shifts": "console/enterprises/_row_shifts.html",
    "teams": "console/enterprises/_row_teams.html",
}


@dataclass(frozen=True)
class Part:
    """One table: its words, the tab it stands on, its rows and form, and the actions behind the buttons.

    ``columns`` are the head words, each with whether numbers stand under it; ``spec`` the key of the import.
    """

    title: Promise
    new: Promise
    tab: str
    rows: Callable[[Unit], QuerySet[Any]]
    form: type[RowForm]
    create: Callable[..., Any]
    change: Callable[..., Any]
    close: Callable[..., Any]
    columns: tuple[tuple[Promise, bool], ...]
    spec: str = ""


def _create_site(*, enterprise: Unit, by: Actor, kind: str, **fields: Any) -> Site:
    return territory.create_site(enterprise=enterprise, by=by, kind=SiteKind(kind), **fields)


def _change_site(row: Site, changes: dict[str, Any], by: Actor) -> object:
    kept = {name: value for name, value in changes.items() if name != "kind"}
    return territory.change_site(site=row, changes=kept, by=by)


PARTS: dict[str, Part] = {
    "sites": Part(
        gettext_lazy("场所"),
        gettext_lazy("新建场所"),
        "sites",
        territory.sites_of,
        SiteForm,
        _create_site,
        _change_site,
        lambda row, by: territory.close_site(site=row, by=by),
        (
            (gettext_lazy("编号"), False),
            (gettext_lazy("名称"), False),
            (gettext_lazy("类别"), False),
            (gettext_lazy("所在楼栋"), False),
            (gettext_lazy("容量"), True),
        ),
        "territory.sites",
    ),
    "shifts": Part(
        gettext_lazy("班次"),
        gettext_lazy("新建班次"),
        "shifts",
        territory.shifts_of,
        ShiftForm,
        territory.create_shift,
        lambda row, changes, by: territory.change_shift(shift=row, changes=changes, by=by),
        lambda row, by: territory.close_shift(shift=row, by=by),
        (
            (gettext_lazy("名称"), False),
            (gettext_lazy("上班"), False),
            (gettext_lazy("下班"), False),
            (gettext_lazy("申报人数"), True),
        ),
        "territory.shifts",
    ),
    "teams": Part(
        gettext_lazy("班组"),
        gettext_lazy("新建班组"),
        "shifts",
        territory.teams_of,
        TeamForm,
        territory.create_team,
        lambda row, changes, by: territory.change_team(team=row, changes=changes, by=by),
        lambda row, by: territory.close_team(team=row, by=by),
        ((gettext_lazy("名称"), False), (gettext_lazy("车间"), False), (gettext_lazy("班次"), False)),
        "territory.teams",
    ),
}


def part_context(kind: str, found: Enterprise, request: HttpRequest) -> dict[str, Any]:
    """Return what a table shows: the page asked for, only of one site kind or one word when asked."""
    part = PARTS[kind]
    rows = part.rows(found.unit)
    query: dict[str, str] = {"tab": part.tab}
    only = request.GET.get("kind", "") if kind == "sites" else ""
    if only in SiteKind.values:
        rows = rows.filter(kind=only)
        query["kind"] = only
    elif kind == "sites":
        # Hundreds of rooms would bury the rest; they are one choice away.
        rows = rows.exclude(kind=SiteKind.ROOM)
    page = Paginator(rows, PAGE).get_page(request.GET.get(f"{kind}_page") or request.GET.get("page"))
    return {
        "kind": kind,
        "part": part,
        "columns": part.columns,
        "page": page,
        "query": urlencode(query),
        "only": only,
        "site_kinds": SiteKind.choices if kind == "sites" else [],
    }


def _part(kind: str) -> Part:
    part = PARTS.get(kind)
    if part is None:
        raise NotFound(_("没有这种内容。"))
    return part


def _editable(actor: Actor, pk: int) -> Enterprise:
    found = visible_enterprise(actor, pk)
    if not territory.can_edit_enterprise(actor, found.unit):
        raise Refused(_("您不能维护这家企业的档案。"), hint=_("请由企业联系人或开发区综合文秘办理。"))
    return found


def _row(part: Part, found: Enterprise, row: int) -> Any:
    one = part.rows(found.unit).filter(pk=row).first()
    if one is None:
        raise NotFound(_("没有这一行，它可能已被修改。"), hint=_("请刷新页面后再试。"))
    return one


def _row_answer(
    request: HttpRequest, found: Enterprise, kind: str, row: Any, *, focus: bool = False
) -> HttpResponse:
    actor = request_actor(request)
    if not is_htmx(request):
        return redirect(_tab_url(found, PARTS[kind]))
    context = {
        "file": found,
        "unit": found.unit,
        "kind": kind,
        "row": row,
        "focus": focus,
        "may_edit": found.status != EnterpriseStatus.CLOSED,
        "decides": territory.can_zone_edit(actor, found.unit),
    }
    return render(request, _ROW_TEMPLATES[kind], context)


def _tab_url(found: Enterprise, part: Part) -> str:
    return f"{reverse('enterprises:detail', args=[found.pk])}?{urlencode({'tab': part.tab})}"


def _form_answer(
    request: HttpRequest, found: Enterprise, kind: str, form: forms.Form, row: Any = None
) -> HttpResponse:
    part = PARTS[kind]
    context = {
        "file": found,
        "unit": found.unit,
        "kind": kind,
        "part": part,
        "form": form,
        "row": row,
        "back": _tab_url(found, part),
    }
    template = "console/enterprises/_edit_row.html" if is_htmx(request) else "console/enterprises/part.html"
    status = 422 if form.is_bound else 200
    return render(request, template, context, status=status)


@require_GET
@needs(Permission.EDIT_ENTERPRISE)
def show(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Show one row as it is stored: what 取消 puts back."""
    part = _part(kind)
    found = _editable(request_actor(request), pk)
    return _row_answer(request, found, kind, _row(part, found, row), focus=True)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_ENTERPRISE)
def add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Show an empty row to fill in, and store it; what is wrong stands under the field (422)."""
    part = _part(kind)
    actor = request_actor(request)
    found = _editable(actor, pk)
    form = part.form(request.POST if request.method == "POST" else None, enterprise=found.unit)
    if request.method == "POST" and form.is_valid():
        try:
            made = part.create(enterprise=found.unit, by=actor, **form.cleaned_data)
        except Refused:
            raise
        except DomainError as error:
            attach_by_label(form, error)
        else:
            return _row_answer(request, found, kind, _row(part, found, made.pk), focus=True)
    return _form_answer(request, found, kind, form)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_ENTERPRISE)
def edit(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Show one row as a form, and store it; what is wrong stands under the field (422)."""
    part = _part(kind)
    actor = request_actor(request)
    found = _editable(actor, pk)
    stored = _row(part, found, row)
    data = request.POST if request.method == "POST" else None
    form = part.form(data, enterprise=found.unit, row=stored)
    if data is not None and form.is_valid():
        try:
            part.change(stored, form.cleaned_data, by=actor)
        except Refused:
            raise
        except DomainError as error:
            attach_by_label(form, error)
        else:
            return _row_answer(request, found, kind, _row(part, found, row), focus=True)
    return _form_answer(request, found, kind, form, stored)


@require_POST
@needs(Permission.EDIT_ENTERPRISE)
def close(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Take a row out of use; what still needs it is told."""
    part = _part(kind)
    actor = request_actor(request)
    found = _editable(actor, pk)
    part.close(_row(part, found, row), by=actor)
    return _row_answer(request, found, kind, _row(part, found, row), focus=True)


@require_POST
@needs(Permission.EDIT_ENTERPRISE)
def reopen(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take a closed site into use again."""
    part = PARTS["sites"]
    actor = request_actor(request)
    found = _editable(actor, pk)
    territory.reopen_site(site=_row(part, found, row), by=actor)
    return _row_answer(request, found, "sites", _row(part, found, row), focus=True)


@require_POST
@needs(Permission.EDIT_ENTERPRISE)
def scope(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Let orders be given for one site alone."""
    part = PARTS["sites"]
    actor = request_actor(request)
    found = _editable(actor, pk)
    territory.make_scope(site=_row(part, found, row), by=actor)
    return _row_answer(request, found, "sites", _row(part, found, row), focus=True)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_ENTERPRISE)
def rooms(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Create the rooms of a dormitory, floor by floor."""
    part = PARTS["sites"]
    actor = request_actor(request)
    found = _editable(actor, pk)
    dormitory: Site = _row(part, found, row)
    form = RoomsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = territory.create_rooms(
                dormitory=dormitory, codes=form.codes(), capacity=form.cleaned_data["capacity"], by=actor
            )
        except Invalid as error:
            attach_by_label(form, error)
        else:
            words = ngettext("已新建 %(n)d 个房间。", "已新建 %(n)d 个房间。", len(made))
            messages.success(request, words % {"n": len(made)})
            return redirect(f"{_tab_url(found, part)}&kind=room")
    context = {
        "file": found,
        "unit": found.unit,
        "form": form,
        "title": _("新建房间"),
        "about": dormitory.name,
        "back": _tab_url(found, part),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/enterprises/rooms.html", context, status=status)
