"""Who opens these pages, and which paper is meant."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.fonts import own_fonts
from pingzhan.foundation.documents.models import Organ, Paper, Template
from pingzhan.foundation.documents.models.numbers import READERS
from pingzhan.foundation.documents.pdf import pictures
from pingzhan.kernel.errors import NotFound

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

PREVIEW_PAGES = 8
"""Pages shown on screen; a longer paper is read as PDF."""
PREVIEW_PPI = 80.0


def readers_only(view: View[P]) -> View[P]:
    """Let in who writes, issues or keeps templates somewhere; anybody else gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = request_actor(request)
        if not any(actor.has(one) for one in READERS):
            require(actor, Permission.WRITE_DOCUMENTS)
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))


def paper_of(request: HttpRequest, pk: int) -> Paper:
    """Return a paper the reader may see. Raises NotFound, also when it is not his."""
    visible = Paper.objects.visible_to(request_actor(request))
    found = visible.select_related("organ", "number", "template__template").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份公文。"), hint=_("它可能不在您的范围内。"))
    return found


def organ_of(request: HttpRequest, pk: int) -> Organ:
    """Return an organ the reader may see. Raises NotFound."""
    found = Organ.objects.visible_to(request_actor(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个发文机关。"))
    return found


def template_of(request: HttpRequest, pk: int) -> Template:
    """Return a template the reader may see. Raises NotFound."""
    found = Template.objects.visible_to(request_actor(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个模板。"))
    return found


def page_pictures(content: PaperContent) -> list[str]:
    """Return the first pages of a paper as data addresses of pictures."""
    made = pictures(content, ppi=PREVIEW_PPI, limit=PREVIEW_PAGES, own_fonts=own_fonts())
    return [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in made]


def download(data: bytes, name: str, kind: str) -> HttpResponse:
    """Answer with a file to save under a name."""
    types = {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pdf": "application/pdf",
    }
    answer = HttpResponse(data, content_type=types[kind])
    from django.utils.http import content_disposition_header

    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}") or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer
