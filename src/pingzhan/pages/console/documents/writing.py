"""公文: writing a paper with a live preview."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.actions.composing import compose
from pingzhan.foundation.documents.enums import PaperState, TemplateKind
from pingzhan.foundation.documents.models import Organ, Paper, Template
from pingzhan.foundation.documents.templating.texts import filled
from pingzhan.kernel.errors import Conflict, DomainError, Invalid
from pingzhan.pages.console.documents import composing
from pingzhan.pages.console.documents.forms import PaperForm, initial_of
from pingzhan.pages.console.documents.reading import page_pictures, paper_of, template_of
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.zones import zone_for, zones_of

WRITE = Permission.WRITE_DOCUMENTS


@require_http_methods(["GET", "POST"])
@needs(WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """Write a paper, from nothing or with ``?text=`` from a text with blanks."""
    actor = request_actor(request)
    if request.method == "POST":
        form = PaperForm(request.POST, actor=actor)
        if form.is_valid():
            organ: Organ = form.cleaned_data["organ"]
            try:
                paper = _store(form, organ, actor)
            except Invalid as error:
                form.add_error(None, error.message)
            else:
                _tell(request, form)
                return redirect("documents:detail", pk=paper.pk)
        return _write(request, form)
    initial: dict[str, Any] = {}
    blanks: list[dict[str, str]] = []
    chosen = None
    if request.GET.get("text", "").isdecimal():
        chosen = template_of(request, int(request.GET["text"]))
        version = chosen.versions.filter(file__isnull=True).order_by("-number").first()
        if version is not None:
            values = {name: request.GET.get(f"f{n}", "") for n, name in enumerate(version.fields)}
            initial = {
                "kind": chosen.paper_kind,
                "title": filled(version.title, values),
                "body": filled(version.body, values),
            }
            blanks = [
                {"key": f"f{n}", "name": name, "value": values[name]} for n, name in enumerate(version.fields)
            ]
    form = PaperForm(initial=initial, actor=actor)
    return _write(request, form, chosen=chosen, blanks=blanks)


@require_http_methods(["GET", "POST"])
@needs(WRITE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    actor = request_actor(request)
    paper = paper_of(request, pk)
    if paper.state != PaperState.DRAFT:
        raise Conflict(_("只有拟稿中的公文可以修改。"), hint=_("请先退回修改。"), code="not_draft")
    if request.method == "POST":
        form = PaperForm(request.POST, actor=actor, paper=paper)
        if form.is_valid():
            try:
                papers.edit_paper(
                    paper=paper,
                    wording=form.wording(),
                    edition=form.cleaned_data["edition"] or 0,
                    template=form.cleaned_data["template"],
                    by=actor,
                )
            except (Invalid, Conflict) as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                _tell(request, form)
                return redirect("documents:detail", pk=paper.pk)
        return _write(request, form, paper=paper)
    return _write(request, PaperForm(initial=initial_of(paper), actor=actor, paper=paper), paper=paper)


@require_POST
@needs(WRITE)
def preview(request: HttpRequest) -> HttpResponse:
    """Show the typed paper as it would be printed, and which punctuation was put right. Stores nothing."""
    actor = request_actor(request)
    edited = request.POST.get("paper", "")
    paper = paper_of(request, int(edited)) if edited.isdecimal() else None
    form = PaperForm(request.POST, actor=actor, paper=paper)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            content = compose(form.cleaned_data["organ"], form.wording())
        except DomainError as error:
            context["problem"] = error.message
        else:
            context |= {"pictures": page_pictures(content), "proof": form.proof}
    return render(request, "console/documents/_preview.html", context)


@require_POST
@needs(WRITE)
def from_activation(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the notice of an order to switch."""
    actor = request_actor(request)
    mine = Activation.objects.filter(within("unit__path", actor.paths(WRITE)), world=0)
    found = get_object_or_404(mine.select_related("unit", "zone"), pk=pk)
    return redirect("documents:detail", pk=composing.draft_activation(activation=found, by=actor).pk)


@require_POST
@needs(WRITE)
def from_day(request: HttpRequest) -> HttpResponse:
    """Draft today's report of a zone."""
    paper = composing.draft_daily(zone=zone_for(request, WRITE), by=request_actor(request))
    return redirect("documents:detail", pk=paper.pk)


def _store(form: PaperForm, organ: Organ, actor: Actor) -> Paper:
    wording = form.wording()
    return papers.draft_paper(
        wording.kind,
        wording.title,
        wording.blocks,
        by=actor,
        organ=organ,
        unit_path=organ.unit_path,
        template=form.cleaned_data["template"],
        recipients=wording.recipients,
        attachments=wording.attachments,
        copy_to=wording.copy_to,
        note=wording.note,
        signer=wording.signer,
        urgency=wording.urgency,
        secrecy=wording.secrecy,
        cosigners=wording.cosigners,
    )


def _tell(request: HttpRequest, form: PaperForm) -> None:
    """Say how many marks were put right on the way."""
    if form.proof.count:
        text = ngettext("%(n)d 处标点已改为全角。", "%(n)d 处标点已改为全角。", form.proof.count)
        messages.info(request, text % {"n": form.proof.count})


def _write(
    request: HttpRequest,
    form: PaperForm,
    *,
    paper: Paper | None = None,
    chosen: Template | None = None,
    blanks: list[dict[str, str]] | None = None,
) -> HttpResponse:
    actor = request_actor(request)
    zones = zones_of(actor, WRITE)
    texts = Template.objects.visible_to(actor).filter(kind=TemplateKind.TEXT, active=True)
    context = {
        "form": form,
        "paper": paper,
        "chosen": chosen,
        "blanks": blanks or [],
        "texts": [] if paper else list(texts),
        "zones": [] if paper else zones,
        "orders": [] if paper else [one for zone in zones for one in command.in_force(zone)],
        "bare": not paper and not Organ.objects.visible_to(actor).exists(),
    }
    return render(request, "console/documents/write.html", context, status=422 if form.is_bound else 200)
