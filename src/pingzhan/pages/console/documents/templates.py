"""公文: templates and their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.actions.templates import (
    save_text_template,
    save_word_template,
    switch_template,
)
from pingzhan.foundation.documents.enums import PaperKind, TemplateKind
from pingzhan.foundation.documents.models import Template, TemplateVersion
from pingzhan.foundation.documents.templating.fields import FIELDS
from pingzhan.foundation.documents.templating.filling import fill
from pingzhan.foundation.documents.templating.guard import MAX_BYTES
from pingzhan.foundation.documents.templating.sample import sample
from pingzhan.foundation.documents.templating.starter import starter
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.documents.forms import TextTemplateForm, WordTemplateForm
from pingzhan.pages.console.documents.reading import download, readers_only, template_of
from pingzhan.pages.console.guard import needs

EDIT = Permission.EDIT_TEMPLATES


@require_GET
@readers_only
def index(request: HttpRequest) -> HttpResponse:
    """Show the templates and the fields they may use."""
    actor = request_actor(request)
    return _index(request, actor, WordTemplateForm() if actor.has(EDIT) else None)


@require_POST
@needs(EDIT)
def upload(request: HttpRequest) -> HttpResponse:
    """Check an uploaded Word file and store it as a new version."""
    actor = request_actor(request)
    form = WordTemplateForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        # One byte more than permitted is enough to refuse it.
        content = data["file"].read(MAX_BYTES + 1)
        try:
            version = save_word_template(
                name=data["name"],
                paper_kind=PaperKind(data["paper_kind"]),
                file=content,
                note=data["note"],
                unit_path=_place(actor),
                by=actor,
            )
        except DomainError as error:
            form.add_error("file", " ".join(filter(None, (error.message, error.place, error.hint))))
        else:
            messages.success(request, _("模板已保存为第 %(n)d 版。") % {"n": version.number})
            return redirect("documents:template", pk=version.template_id)
    return _index(request, actor, form)


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def text(request: HttpRequest) -> HttpResponse:
    """Write a text with blanks, or with ``?template=`` the next version of one."""
    actor = request_actor(request)
    asked = request.GET.get("template", "")
    initial: dict[str, Any] = {}
    if asked.isdecimal():
        one = template_of(request, int(asked))
        last = one.versions.order_by("-number").first()
        initial = {"name": one.name, "paper_kind": one.paper_kind}
        initial |= {"title": last.title, "body": last.body} if last else {}
    form = TextTemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = save_text_template(
                name=data["name"],
                paper_kind=PaperKind(data["paper_kind"]),
                title=data["title"],
                body=data["body"],
                note=data["note"],
                unit_path=_place(actor),
                by=actor,
            )
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("模板已保存为第 %(n)d 版。") % {"n": version.number})
            return redirect("documents:template", pk=version.template_id)
    return render(
        request, "console/documents/text_template.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_GET
@readers_only
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a template with all its versions."""
    one = template_of(request, pk)
    context = {
        "template": one,
        "versions": one.versions.defer("file"),
        "is_word": one.kind == TemplateKind.WORD,
        "may_edit": request_actor(request).has(EDIT, one.unit_path),
    }
    return render(request, "console/documents/template.html", context)


@require_POST
@needs(EDIT)
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a template to writers, or no longer."""
    one = template_of(request, pk)
    switch_template(template=one, active=request.POST.get("active") == "1", by=request_actor(request))
    return redirect("documents:template", pk=pk)


@require_GET
@readers_only
def file(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """Give a version of a Word template, as it was uploaded or filled with the sample."""
    one = template_of(request, pk)
    version = TemplateVersion.objects.filter(template=one, number=number, file__isnull=False).first()
    if version is None or version.file is None:
        raise NotFound(_("没有这个版本。"))
    data = bytes(version.file)
    if kind == "sample":
        data = fill(data, sample(PaperKind(one.paper_kind)))
    return download(data, f"{one.name} {number}", "docx")


@require_GET
@readers_only
def example(request: HttpRequest) -> HttpResponse:
    """Give a Word file with all the fields, to begin from."""
    del request
    return download(starter(), _("模板样例"), "docx")


def _place(actor: Actor) -> str:
    """Return the widest place the actor keeps templates for."""
    return min(actor.paths(EDIT), key=len)


def _index(request: HttpRequest, actor: Actor, form: WordTemplateForm | None) -> HttpResponse:
    context = {
        "templates": Template.objects.visible_to(actor),
        "fields": FIELDS,
        "form": form,
        "may_edit": actor.has(EDIT),
    }
    wrong = form is not None and form.is_bound
    return render(request, "console/documents/templates.html", context, status=422 if wrong else 200)
