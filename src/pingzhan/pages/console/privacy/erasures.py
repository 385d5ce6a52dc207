"""Orders to destroy personal data: proposing, deciding, watching, and the protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents import papers
from pingzhan.foundation.privacy import erasing, protocol, retention
from pingzhan.foundation.privacy.models import Erasure, ErasureProtocol, ErasureState
from pingzhan.foundation.privacy.overview import look_into
from pingzhan.foundation.privacy.reveal import locate
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.console.documents.reading import download
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.privacy.access import for_readers
from pingzhan.pages.console.privacy.forms import BasisForm
from pingzhan.pages.console.privacy.papers import as_paper
from pingzhan.pages.console.privacy.rules import TONES

STEPS: dict[str, Callable[..., Erasure]] = {
    "approve": erasing.approve,
    "reject": erasing.reject,
    "withdraw": erasing.withdraw,
    "execute": erasing.execute,
}


@require_GET
@for_readers
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one order: what it rests on, who decided, what may be done now, how far it is."""
    actor = request_actor(request)
    row = erasing.erasure_for(actor, pk)
    return render(request, "console/privacy/erasure.html", _context(row, actor))


@require_GET
@for_readers
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the part of the page that changes while an order is executed."""
    actor = request_actor(request)
    row = erasing.erasure_for(actor, pk)
    return render(request, "console/privacy/_progress.html", _context(row, actor))


@require_POST
@for_readers
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out one step of an order: approve, reject, withdraw or execute."""
    actor = request_actor(request)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Invalid(_("请选择要办理的步骤。"))
    step(erasure=erasing.erasure_for(actor, pk), by=actor)
    messages.success(request, _("已办理。"))
    return redirect("privacy:erasure", pk=pk)


@require_POST
@needs(Permission.MANAGE_PRIVACY)
def end_of_response(request: HttpRequest) -> HttpResponse:
    """Propose to destroy what was collected for a response that has ended."""
    form = BasisForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("请写明销毁的依据。"))
    row = erasing.propose_end_of_response(basis=form.cleaned_data["basis"], by=request_actor(request))
    return redirect("privacy:erasure", pk=row.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_PRIVACY)
def held(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show what is held of the person behind an object, in counts, and propose to destroy it.

    Each time it is shown the trail says so.
    """
    actor = request_actor(request)
    found = locate(kind, pk, by=actor)
    if not erasing.may(actor, Permission.MANAGE_PRIVACY, found.unit_path):
        raise NotFound(_("没有登记这个人的个人信息。"))
    form = BasisForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = erasing.propose_request(
                subject_ids=[found.subject_id],
                basis=form.cleaned_data["basis"],
                by=actor,
                unit_path=found.unit_path,
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已拟订，等待批准。"))
            return redirect("privacy:erasure", pk=row.pk)
    context = {
        "kind": kind,
        "pk": pk,
        "person": look_into(found.subject_id, by=actor, unit_path=found.unit_path),
        "masked": list(found.masked.values()),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/privacy/held.html", context, status=status)


@require_GET
@for_readers
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the protocol ready to be printed and signed."""
    found = _paper(request, pk)
    context = {"row": found.erasure, "text": protocol.as_text(found), "intact": protocol.intact(found)}
    return render(request, "console/privacy/protocol.html", context)


@require_GET
@for_readers
def paper_text(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the protocol as a text file."""
    answer = HttpResponse(protocol.as_text(_paper(request, pk)), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="erasure-{pk}.txt"'
    return answer


@require_GET
@for_readers
def paper_json(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the protocol's data with its hash, as it is stored."""
    found = _paper(request, pk)
    answer = JsonResponse(
        {"data": found.data, "sha256": found.sha}, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="erasure-{pk}.json"'
    return answer


@require_GET
@for_readers
def paper_file(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Answer the protocol as an official document, .docx or PDF. Conflict when its data was tampered with."""
    found = _paper(request, pk)
    if not protocol.intact(found):
        raise Conflict(
            _("记录书的内容与校验值不符，不能出具公文。"), hint=_("请先查明是谁改动的。"), code="tampered"
        )
    data = papers.attested_file(as_paper(found), suffix)
    return download(data, _("个人信息销毁记录书 %(number)d") % {"number": pk}, suffix)


def _paper(request: HttpRequest, pk: int) -> ErasureProtocol:
    row = erasing.erasure_for(request_actor(request), pk)
    found = ErasureProtocol.objects.filter(erasure=row).select_related("erasure").first()
    if found is None:
        raise NotFound(_("这份销毁还没有执行完，没有记录书。"))
    return found


def _context(row: Erasure, actor: Actor) -> dict[str, Any]:
    manages = erasing.may(actor, Permission.MANAGE_PRIVACY, row.unit_path)
    orders = erasing.may(actor, Permission.ORDER_ERASURE, row.unit_path)
    own = row.proposed_by_id is not None and row.proposed_by_id == actor.user_id
    rule = retention.rule(row.rule) if row.rule else None
    return {
        "row": row,
        "tone": TONES[ErasureState(row.state)],
        "rule": rule,
        "count": row.subjects.count(),
        "done": row.subjects.filter(done_at__isnull=False).count(),
        "paper": ErasureProtocol.objects.filter(erasure=row).first(),
        "may_decide": orders and not own and row.state == ErasureState.PROPOSED,
        "own": own and orders and row.state == ErasureState.PROPOSED,
        "may_withdraw": manages and row.state in (ErasureState.PROPOSED, ErasureState.APPROVED),
        "may_execute": manages and row.state == ErasureState.APPROVED,
    }
