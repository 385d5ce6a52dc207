"""Saving templates; every version is kept."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents.enums import PaperKind, TemplateKind
from pingzhan.foundation.documents.models import Template, TemplateVersion
from pingzhan.foundation.documents.templating.filling import examine
from pingzhan.foundation.documents.templating.sample import sample
from pingzhan.foundation.documents.templating.texts import blanks
from pingzhan.kernel.errors import Conflict, Invalid


@transaction.atomic
def save_word_template(
    *, name: str, paper_kind: PaperKind, file: bytes, note: str = "", unit_path: str = "/", by: Actor
) -> TemplateVersion:
    """Check an uploaded .docx and store it as the next version of the template of that name; return it.

    Raises Refused without the right, Invalid for anything ``examine`` refuses; then nothing is stored.
    """
    require(by, Permission.EDIT_TEMPLATES, unit_path)
    used, _filled = examine(file, sample(paper_kind))
    template = _template(TemplateKind.WORD, name, paper_kind, unit_path)
    return _store(template, by, note=note, file=file, sha=hashlib.sha256(file).hexdigest(), fields=used)


@transaction.atomic
def save_text_template(
    *,
    name: str,
    paper_kind: PaperKind,
    title: str,
    body: str,
    note: str = "",
    unit_path: str = "/",
    by: Actor,
) -> TemplateVersion:
    """Store a text with blanks as the next version of the template of that name; return it."""
    require(by, Permission.EDIT_TEMPLATES, unit_path)
    if not body.strip():
        raise Invalid(_("模板要有正文。"), place=_("正文"))
    names = blanks(title, body)
    template = _template(TemplateKind.TEXT, name, paper_kind, unit_path)
    sha = hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()
    return _store(template, by, note=note, title=title.strip(), body=body, sha=sha, fields=names)


@transaction.atomic
def switch_template(*, template: Template, active: bool, by: Actor) -> Template:
    """Offer a template to writers, or no longer; its versions stay."""
    row = Template.objects.select_for_update(of=("self",), no_key=True).get(pk=template.pk)
    require(by, Permission.EDIT_TEMPLATES, row.unit_path)
    if row.active == active:
        raise Conflict(_("模板已经是这个状态。"), code="template_state")
    row.active = active
    row.save(update_fields=["active"])
    record("document.template_switched", by=by, subject=("template", row.pk), unit_path=row.unit_path)
    return row


def _template(kind: TemplateKind, name: str, paper_kind: PaperKind, unit_path: str) -> Template:
    """Return the template of that name with its row locked, made if there is none."""
    if not name.strip():
        raise Invalid(_("模板要有名称。"), place=_("名称"))
    Template.objects.get_or_create(
        kind=kind, name=name.strip(), unit_path=unit_path, defaults={"paper_kind": paper_kind}
    )
    row = Template.objects.select_for_update(of=("self",), no_key=True).get(
        kind=kind, name=name.strip(), unit_path=unit_path
    )
    if row.paper_kind != paper_kind:
        row.paper_kind = paper_kind
        row.save(update_fields=["paper_kind"])
    return row


def _store(template: Template, by: Actor, **content: object) -> TemplateVersion:
    last = template.versions.order_by("-number").first()
    if last is not None and last.sha == content["sha"]:
        raise Conflict(_("内容与上一版完全相同，没有保存。"), code="template_same")
    version = TemplateVersion.objects.create(
        template=template, number=(last.number if last else 0) + 1, by_name=by.name, **content
    )
    record(
        "document.template_saved",
        by=by,
        subject=("template", template.pk),
        unit_path=template.unit_path,
        body={"version": version.number, "fields": len(version.fields)},
    )
    return version
