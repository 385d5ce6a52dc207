"""Drafts: from a version, from a file, edited measure by measure, published by somebody else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.models import SetVersion
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, NotFound
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.measures.forms import AboutForm, ImportForm, MeasureForm, ParameterForm
from pingzhan.pages.console.measures.shared import add_error, attempt, form_page, measures_zone, to_version


def _draft(request: HttpRequest, pk: int) -> SetVersion:
    """Return a draft that the actor edits. Raises Refused, Conflict."""
    actor = request_actor(request)
    version = measures.find_version(actor, pk)
    require(actor, Permission.MANAGE_MEASURES, version.set.zone.path)
    if version.state != "draft":
        raise Conflict(_("这一版已不是草稿，不能再改。"), hint=_("请另起草稿。"), code="not_draft")
    return version


def _back(version: SetVersion) -> dict[str, Any]:
    return {"back": reverse("measures:version", args=[version.pk]), "back_label": str(version)}


@require_POST
@needs(Permission.PUBLISH_MEASURES)
def load(request: HttpRequest) -> HttpResponse:
    """Make a set that ships with the product one of the zone."""
    zone, key = measures_zone(request), request.POST.get("key", "")
    by = request_actor(request)
    try:
        version = measures.load_shipped(zone=zone, key=key, by=by)
    except NotFound as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect("measures:index")
    messages.success(request, _("已载入“%(title)s”。") % {"title": version.label})
    return to_version(version)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_MEASURES)
def import_file(request: HttpRequest) -> HttpResponse:
    """Read a set file into a draft; what is wrong in it is named by measure and field."""
    zone = measures_zone(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = measures.import_draft(
                zone=zone,
                text=form.text(),
                name=form.cleaned_data["file"].name,
                note=form.cleaned_data["note"],
                by=request_actor(request),
            )
        except forms.ValidationError as error:
            form.add_error("file", error)
        except DomainError as error:
            place = f"{error.place}：" if error.place else ""
            form.add_error("file", f"{place}{error.message}{error.hint}")
        else:
            messages.success(request, _("已读入草稿，请核对后提请发布。"))
            return to_version(version)
    context = {
        "title": _("导入措施集"),
        "lead": _("导入后是草稿，发布以前不影响任何企业。"),
        "back": reverse("measures:index"),
        "back_label": _("措施集"),
        "submit": _("读入"),
        "multipart": True,
    }
    return form_page(request, form, context)


@require_POST
@needs(Permission.MANAGE_MEASURES)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a draft from a version."""
    actor = request_actor(request)
    version = measures.find_version(actor, pk)
    made: list[SetVersion] = []
    if attempt(
        request, lambda: made.append(measures.start_draft(version=version, by=actor)), _("已起草新的一版。")
    ):
        return to_version(made[0])
    return to_version(version)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_MEASURES)
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """Change title and note of a draft."""
    version = _draft(request, pk)
    initial = {"title": version.title, "title_en": version.title_en, "note": version.note}
    form = AboutForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        measures.rename_draft(version=version, by=request_actor(request), **form.cleaned_data)
        messages.success(request, _("已保存。"))
        return to_version(version)
    return form_page(request, form, {"title": _("名称和修改说明"), "submit": _("保存"), **_back(version)})


@require_POST
@needs(Permission.PUBLISH_MEASURES)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft that somebody else wrote."""
    actor = request_actor(request)
    version = measures.find_version(actor, pk)
    attempt(request, lambda: measures.publish(version=version, by=actor), _("已发布，内容不再改变。"))
    return to_version(version)


@require_POST
@needs(Permission.MANAGE_MEASURES)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    actor = request_actor(request)
    version = measures.find_version(actor, pk)
    attempt(request, lambda: measures.discard_draft(version=version, by=actor), _("草稿已作废。"))
    return redirect("measures:index")


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_MEASURES)
def measure(request: HttpRequest, pk: int, row: int = 0) -> HttpResponse:
    """Change one measure of a draft, or add one."""
    version = _draft(request, pk)
    content = measures.content_of(version)
    key = _key_of(version, row) if row else ""
    old = next((one for one in content.measures if one.key == key), None)
    keys = [(one.key, f"{one.title}（{one.key}）") for one in content.parameters]
    form = MeasureForm(
        list(dict(keys).items()),
        request.POST or None,
        initial=MeasureForm.initial_of(old) if old else {"phases": []},
    )
    if request.method == "POST" and form.is_valid():
        try:
            measures.save_measure(version=version, spec=form.spec(), key=key, by=request_actor(request))
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("已保存。"))
            return to_version(version)
    context = {
        "title": _("修改措施") if old else _("增加措施"),
        "lead": old.title if old else "",
        "submit": _("保存"),
        "remove": reverse("measures:measure_remove", args=[version.pk, row]) if old else "",
        "two": True,
        **_back(version),
    }
    return form_page(request, form, context)


def _key_of(version: SetVersion, row: int) -> str:
    found = version.measures.filter(pk=row).first()
    if found is None:
        raise NotFound(_("草稿中没有这条措施。"))
    return str(found.key)


@require_POST
@needs(Permission.MANAGE_MEASURES)
def measure_remove(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take a measure out of a draft."""
    version = _draft(request, pk)
    key, by = _key_of(version, row), request_actor(request)
    attempt(request, lambda: measures.remove_measure(version=version, key=key, by=by), _("已删去。"))
    return to_version(version)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_MEASURES)
def parameter(request: HttpRequest, pk: int, row: int = 0) -> HttpResponse:
    """Change one parameter of a draft, or add one."""
    version = _draft(request, pk)
    ids = list(version.parameters.order_by("sort", "id").values_list("id", flat=True))
    if row and row not in ids:
        raise NotFound(_("草稿中没有这个参数。"))
    old = measures.content_of(version).parameters[ids.index(row)] if row else None
    form = ParameterForm(request.POST or None, initial=ParameterForm.initial_of(old) if old else {})
    if request.method == "POST" and form.is_valid():
        spec = form.spec(old.value if old else None)
        try:
            measures.save_parameter(version=version, spec=spec, row_id=row or None, by=request_actor(request))
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("已保存。"))
            return to_version(version, "parameters")
    context = {
        "title": _("修改参数") if old else _("增加参数"),
        "lead": old.title if old else "",
        "submit": _("保存"),
        "remove": reverse("measures:parameter_remove", args=[version.pk, row]) if old else "",
        "two": True,
        **_back(version),
    }
    return form_page(request, form, context)


@require_POST
@needs(Permission.MANAGE_MEASURES)
def parameter_remove(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take a parameter out of a draft; refused while a measure uses it."""
    version, by = _draft(request, pk), request_actor(request)
    attempt(request, lambda: measures.remove_parameter(version=version, row_id=row, by=by), _("已删去。"))
    return to_version(version, "parameters")
