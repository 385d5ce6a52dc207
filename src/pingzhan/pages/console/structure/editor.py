"""Editing a draft by hand: one table per group, each change in a small form, equal to an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP, GroupKind, PersonKind
from pingzhan.domain.organisation.models import Clause, Group, Holding, Post, StructureVersion
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.structure import forms as own
from pingzhan.pages.console.structure.access import editable_draft
from pingzhan.pages.console.structure.drafts import is_htmx

PAGE = 50
"""Enterprise posts on one page of the editor."""
WHOLE = 120
"""Posts, those of enterprises aside, up to which all groups are shown at once."""


@dataclass(frozen=True)
class Operation:
    """One kind of change: its title, its form, and what is done with the valid form.

    ``find`` returns the row the change is about, None when it is about the draft itself.
    """

    title: Promise
    find: Callable[[StructureVersion, int], Any]
    form: Callable[[StructureVersion, Any, Any], forms.Form]
    run: Callable[[StructureVersion, Any, Any, Actor], object]


def _of(rows: Any, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("要修改的内容已不在草稿里。"), hint=_("请刷新页面后再试。"))
    return row


def _group(version: StructureVersion, pk: int) -> Group:
    group: Group = _of(Group.objects.filter(version=version).select_related("version__zone"), pk)
    return group


def _post(version: StructureVersion, pk: int) -> Post:
    post: Post = _of(
        Post.objects.filter(version=version).select_related("version__zone", "group", "unit"), pk
    )
    return post


def _clause(version: StructureVersion, pk: int) -> Clause:
    clause: Clause = _of(Clause.objects.filter(version=version).select_related("version__zone", "group"), pk)
    return clause


def _holding(version: StructureVersion, pk: int) -> Holding:
    rows = Holding.objects.filter(post__version=version).select_related("post__version__zone", "person")
    holding: Holding = _of(rows, pk)
    return holding


def _none(_version: StructureVersion, _pk: int) -> None:
    return None


def _add_holder(_version: StructureVersion, post: Post, form: Any, by: Actor) -> object:
    data = form.cleaned_data
    if (data["person"] is None) == (data["person_query"] == ""):
        raise Invalid(_("请选择一名人员，或选择一条人员规则。"))
    return api.add_holding(
        post=post,
        person=data["person"],
        person_query=data["person_query"],
        seat_no=int(data["seat"]) if data["seat"] else None,
        by=by,
    )


OPERATIONS: dict[str, Operation] = {
    "draft": Operation(
        gettext_lazy("修改标题和依据"),
        _none,
        lambda version, _row, data: own.DraftForm(
            data, initial={"title": version.title, "basis_doc": version.basis_doc}
        ),
        lambda version, _row, form, by: api.change_draft(version=version, by=by, **form.cleaned_data),
    ),
    "group-add": Operation(
        gettext_lazy("增加工作组"),
        _none,
        lambda _version, _row, data: own.GroupForm(data),
        lambda version, _row, form, by: api.add_group(
            version=version,
            name=form.cleaned_data["name"],
            kind=GroupKind(form.cleaned_data["kind"]),
            by=by,
        ),
    ),
    "group-rename": Operation(
        gettext_lazy("修改工作组名称"),
        _group,
        lambda _version, row, data: own.NameForm(data, initial={"name": row.name}),
        lambda _version, row, form, by: api.rename_group(group=row, name=form.cleaned_data["name"], by=by),
    ),
    "post-add": Operation(
        gettext_lazy("增加岗位"),
        _group,
        lambda version, row, data: own.PostForm(
            data, version=version, initial={"name": api.short_group(row.name)}
        ),
        lambda _version, row, form, by: api.add_post(group=row, plan=form.plan(), by=by),
    ),
    "post-change": Operation(
        gettext_lazy("修改岗位"),
        _post,
        lambda version, row, data: own.PostForm(data, version=version, post=row),
        lambda _version, row, form, by: api.change_post(post=row, plan=form.plan(), by=by),
    ),
    "holder-add": Operation(
        gettext_lazy("增加人员或替补"),
        _post,
        lambda _version, row, data: own.HolderForm(data, post=row),
        _add_holder,
    ),
    "clause-add": Operation(
        gettext_lazy("增加职责"),
        _group,
        lambda _version, _row, data: own.ClauseForm(data),
        lambda _version, row, form, by: api.add_clause(group=row, text=form.cleaned_data["text"], by=by),
    ),
    "clause-change": Operation(
        gettext_lazy("修改职责"),
        _clause,
        lambda _version, row, data: own.ClauseForm(data, initial={"text": row.text}),
        lambda _version, row, form, by: api.change_clause(clause=row, text=form.cleaned_data["text"], by=by),
    ),
    "person-add": Operation(
        gettext_lazy("登记新人员"),
        _none,
        lambda _version, _row, data: own.PersonForm(data),
        lambda version, _row, form, by: api.add_person(
            home_unit=version.zone,
            name=form.cleaned_data["name"],
            title=form.cleaned_data["title"],
            kind=PersonKind(form.cleaned_data["kind"]),
            by=by,
        ),
    ),
}

REMOVALS: dict[str, Callable[[StructureVersion, int, Actor], object]] = {
    "group": lambda version, pk, by: api.remove_group(group=_group(version, pk), by=by),
    "post": lambda version, pk, by: api.remove_post(post=_post(version, pk), by=by),
    "holder": lambda version, pk, by: api.remove_holding(holding=_holding(version, pk), by=by),
    "clause": lambda version, pk, by: api.remove_clause(clause=_clause(version, pk), by=by),
}


def _where(request: HttpRequest) -> QueryDict:
    """Return which group and page are shown: of this address, or of the page that asks for a fragment."""
    if is_htmx(request):
        return QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    return request.GET


def _context(request: HttpRequest, version: StructureVersion) -> dict[str, Any]:
    where = _where(request)
    groups = api.board(version)
    firm = next((group for group in groups if group.group.code == ENTERPRISE_GROUP), None)
    work = [group for group in groups if group is not firm]
    # A large structure is edited one group at a time: a thousand rows of buttons help nobody.
    tabs = work if sum(len(group.posts) for group in work) > WHOLE else []
    if tabs:
        asked = where.get("group", "")
        work = [next((group for group in tabs if group.group.code == asked), tabs[0])]
    return {
        "version": version,
        "tabs": tabs,
        "groups": work,
        "firm": firm,
        "firm_page": Paginator(firm.posts, PAGE).get_page(where.get("page")) if firm else None,
        "may_publish": api.can_publish(request_actor(request), version.zone),
        "open_count": version.findings.filter(state="open").count(),
    }


def _changed(request: HttpRequest, version: StructureVersion) -> HttpResponse:
    """Show the tables again after a change: as a fragment over the old ones, or by a new page."""
    if not is_htmx(request):
        return redirect("structure:edit", pk=version.pk)
    version.refresh_from_db()
    answer = render(request, "console/structure/_editor.html", _context(request, version))
    answer.headers["HX-Retarget"] = "#editor"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


@require_GET
@needs(Permission.EDIT_STRUCTURE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the tables of a draft with what may be changed in each."""
    version = editable_draft(request_actor(request), pk)
    return render(request, "console/structure/edit.html", _context(request, version))


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_STRUCTURE)
def change(request: HttpRequest, pk: int, what: str, row_pk: int = 0) -> HttpResponse:
    """Show the form of one change, and carry it out; what is wrong is shown in the form (422)."""
    actor = request_actor(request)
    version = editable_draft(actor, pk)
    operation = OPERATIONS.get(what)
    if operation is None:
        raise NotFound(_("没有这种修改。"))
    row = operation.find(version, row_pk)
    posting = request.method == "POST"
    form = operation.form(version, row, request.POST if posting else None)
    if posting and form.is_valid():
        try:
            operation.run(version, row, form, actor)
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return _changed(request, version)
    context = {
        "version": version,
        "form": form,
        "title": operation.title,
        "about": getattr(row, "name", ""),
        "action": request.path,
    }
    status = 422 if posting else 200
    if not is_htmx(request):
        return render(request, "console/structure/change.html", context, status=status)
    template = "console/structure/_form.html" if posting else "console/structure/_dialog.html"
    return render(request, template, context, status=status)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def remove(request: HttpRequest, pk: int, what: str, row_pk: int) -> HttpResponse:
    """Remove a group, post, holder or clause from a draft."""
    actor = request_actor(request)
    version = editable_draft(actor, pk)
    removal = REMOVALS.get(what)
    if removal is None:
        raise NotFound(_("没有这种修改。"))
    removal(version, row_pk, actor)
    return _changed(request, version)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def enterprise_posts(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the posts that the guide requires of every enterprise."""
    actor = request_actor(request)
    version = editable_draft(actor, pk)
    api.add_enterprise_posts(version=version, by=actor)
    return _changed(request, version)


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def deputies(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the deputies of every group stand in for its heads, in their listed order."""
    actor = request_actor(request)
    version = editable_draft(actor, pk)
    api.deputies_stand_in(version=version, by=actor)
    return _changed(request, version)
