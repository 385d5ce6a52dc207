"""Something comes into the store or goes out of it; an entry that was wrong is reversed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.supplies.enums import COMING, MoveKind
from pingzhan.domain.supplies.models import Entry
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.supplies.forms import MoveForm, ReverseForm
from pingzhan.pages.company.supplies.views import kind_of
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def require_keep(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor keeps the book of this enterprise."""
    if not supplies.can_keep(actor, unit):
        raise Refused(_("您不能办理这家企业的台账。"), hint=_("请由企业联系人办理。"), code="refused_scope")


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def move(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Write that something came in or went out."""
    actor = request_actor(request)
    unit, how = one_of(supplies.firms_visible_to(actor), pk), kind_of(kind)
    require_keep(actor, unit)
    (store,) = supplies.stand([unit])
    batches = supplies.batches_of(unit)
    form = MoveForm(
        request.POST or None,
        request.FILES or None,
        kind=how,
        store=store,
        batches=batches,
        initial={"article": request.GET.get("article", "")},
    )
    if form.is_valid():
        try:
            entry = _write(form, how, unit, actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(
                request,
                _("已登记%(kind)s：%(words)s。") % {"kind": how.label, "words": _told(entry)},
            )
            return redirect("supplies:firm", pk=unit.pk)
    context = {"form": form, "unit": unit, "title": how.label, "kind": how, "tab": ""}
    return render(request, "company/supplies/move.html", context, status=422 if form.errors else 200)


def _write(form: MoveForm, how: MoveKind, unit: Unit, actor: Actor) -> Entry:
    data = form.cleaned_data
    if how in COMING:
        receipt = supplies.Receipt(data["article"], data["amount"], data["code"], data["expires"])
        return supplies.receive(enterprise=unit, receipts=[receipt], slip=form.slip(), kind=how, by=actor)
    return supplies.take(
        enterprise=unit,
        kind=how,
        article=data["article"],
        amount=data["amount"],
        slip=form.slip(),
        batch_id=data.get("batch"),
        by=actor,
    )


def _told(entry: Entry) -> str:
    moves = list(entry.movements.select_related("batch"))
    total = sum(abs(one.delta) for one in moves)
    kind = moves[0].batch.kind
    return _("%(name)s %(n)d %(unit)s") % {"name": kind.label, "n": total, "unit": kind.measure}


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Reverse an entry by another one, with the reason."""
    actor = request_actor(request)
    entry = supplies.entries_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if entry is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    require_keep(actor, entry.enterprise)
    form = ReverseForm(request.POST or None)
    if form.is_valid():
        try:
            supplies.reverse(
                entry_id=entry.pk, reason=form.cleaned_data["note"], key=form.cleaned_data["key"], by=actor
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已更正，原记录和更正记录都保留在台账中。"))
            return redirect("supplies:history", pk=entry.enterprise_id)
    context = {
        "form": form,
        "unit": entry.enterprise,
        "entry": entry,
        "moves": list(entry.movements.select_related("batch")),
        "title": _("更正记录"),
    }
    return render(request, "company/supplies/reverse.html", context, status=422 if form.errors else 200)
