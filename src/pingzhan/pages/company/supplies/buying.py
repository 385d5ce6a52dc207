"""Purchases: drafted from what is short, ordered, received into the store, printed or taken out as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.supplies.enums import OrderState
from pingzhan.domain.supplies.models import Purchase
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.supplies.forms import OrderForm, amount_field, day_field
from pingzhan.pages.company.supplies.moving import require_keep
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

LISTED = 100
TONES = {
    OrderState.DRAFT: "warn",
    OrderState.ORDERED: "info",
    OrderState.RECEIVED: "ok",
    OrderState.CANCELLED: "idle",
}


@require_GET
@needs(Permission.VIEW_LEDGERS)
def purchases(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the purchases of one enterprise, the latest first."""
    actor = request_actor(request)
    unit = one_of(supplies.firms_visible_to(actor), pk)
    found = supplies.purchases_visible_to(actor).filter(enterprise=unit)
    rows = list(found.prefetch_related("lines").order_by("-pk")[:LISTED])
    today = clock.today()
    context: dict[str, Any] = {
        "unit": unit,
        "rows": [
            {
                "row": one,
                "tone": TONES[OrderState(one.state)],
                "lines": [line for line in one.lines.all() if line.amount],
                "late": one.state == OrderState.ORDERED and one.expected is not None and one.expected < today,
            }
            for one in rows
        ],
        "count": found.count(),
        "keeps": supplies.can_keep(actor, unit),
        "tab": "purchases",
    }
    return render(request, "company/supplies/purchases.html", context)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a purchase of what is short."""
    actor = request_actor(request)
    unit = one_of(supplies.firms_visible_to(actor), pk)
    require_keep(actor, unit)
    try:
        made = supplies.draft(enterprise=unit, by=actor)
    except (Invalid, Conflict) as error:
        messages.warning(request, f"{error.message}{error.hint}")
        return redirect("supplies:purchases", pk=unit.pk)
    return redirect("supplies:purchase", pk=made.pk)


def _visible(actor: Actor, pk: int) -> Purchase:
    found = (
        supplies.purchases_visible_to(actor)
        .select_related("enterprise")
        .prefetch_related("lines")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这张采购单，或您无权查看。"))
    return found


class AmountsForm(forms.Form):
    """How much of each article a draft asks for."""

    def __init__(self, *args: Any, purchase: Purchase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purchase_lines = list(purchase.lines.all())
        for line in self.purchase_lines:
            field = amount_field(line.kind.label, least=0)
            field.initial = line.amount
            self.fields[f"amount-{line.article}"] = field
        there = {line.article for line in self.purchase_lines}
        choices = [(one.key, one.label) for one in supplies.articles().values() if one.key not in there]
        self.fields["more"] = forms.ChoiceField(
            label=_("另加物资"), required=False, choices=[("", "—"), *choices]
        )
        self.fields["more_amount"] = amount_field(_("数量"), required=False)

    def amounts(self) -> dict[str, int]:
        """Return the amounts by article."""
        data = self.cleaned_data
        found = {line.article: data[f"amount-{line.article}"] for line in self.purchase_lines}
        if data["more"] and data["more_amount"]:
            found[data["more"]] = data["more_amount"]
        return found

    def lines(self) -> list[tuple[Any, forms.BoundField]]:
        """Return each line with its field."""
        return [(line, self[f"amount-{line.article}"]) for line in self.purchase_lines]


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_LEDGERS)
def purchase(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a purchase; on POST save its amounts, note that it was ordered, or cancel it."""
    actor = request_actor(request)
    found = _visible(actor, pk)
    keeps = supplies.can_keep(actor, found.enterprise)
    act = request.POST.get("act", "")
    amounts = AmountsForm(request.POST if act in ("save", "order") else None, purchase=found)
    order = OrderForm(request.POST if act == "order" else None)
    refusal = ""
    if request.method == "POST":
        require_keep(actor, found.enterprise)
        try:
            if _acted(request, found, amounts, order):
                return redirect("supplies:purchase", pk=found.pk)
        except (Invalid, Conflict) as error:
            if order.is_bound and error.place in order.fields:
                attach(order, error)
            elif amounts.is_bound:
                attach(amounts, error)
            else:
                refusal = f"{error.message}{error.hint}"
    context = {
        "purchase": found,
        "unit": found.enterprise,
        "tone": TONES[OrderState(found.state)],
        "lines": [line for line in found.lines.all() if line.amount],
        "amounts": amounts,
        "order": order,
        "keeps": keeps,
        "draft": found.state == OrderState.DRAFT,
        "ordered": found.state == OrderState.ORDERED,
        "late": found.state == OrderState.ORDERED
        and found.expected is not None
        and found.expected < clock.today(),
        "refusal": refusal,
        "tab": "purchases",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "company/supplies/purchase.html", context, status=status)


def _acted(request: HttpRequest, found: Purchase, amounts: AmountsForm, order: OrderForm) -> bool:
    """Carry out what the buttons ask for; return False when a form has to be mended first."""
    act, actor = request.POST.get("act", ""), request_actor(request)
    if act == "cancel":
        supplies.cancel(purchase_id=found.pk, reason=request.POST.get("note", ""), by=actor)
        messages.success(request, _("采购单已取消。"))
        return True
    if act not in ("save", "order"):
        raise Invalid(_("不能这样办理。"))
    if not amounts.is_valid() or (act == "order" and not order.is_valid()):
        return False
    with transaction.atomic():
        supplies.set_amounts(purchase_id=found.pk, amounts=amounts.amounts(), by=actor)
        if act == "order":
            supplies.order(purchase_id=found.pk, by=actor, **order.cleaned_data)
    messages.success(request, _("已登记下单，到货后请登记到货。") if act == "order" else _("数量已保存。"))
    return True


class ArriveForm(forms.Form):
    """What came of a purchase: per line the amount, the batch number and the last day of use."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, purchase: Purchase, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4()}
        super().__init__(*args, **kwargs)
        self.purchase_lines = [line for line in purchase.lines.all() if line.amount]
        for line in self.purchase_lines:
            field = amount_field(line.kind.label, least=0)
            field.initial = line.amount
            self.fields[f"amount-{line.article}"] = field
            self.fields[f"code-{line.article}"] = forms.CharField(
                label=_("批号"), required=False, max_length=40
            )
            self.fields[f"expires-{line.article}"] = day_field(_("有效期至"))

    def lines(self) -> list[tuple[Any, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Return each line with its three fields."""
        return [
            (
                line,
                self[f"amount-{line.article}"],
                self[f"code-{line.article}"],
                self[f"expires-{line.article}"],
            )
            for line in self.purchase_lines
        ]

    def receipts(self) -> list[supplies.Receipt]:
        """Return what came."""
        data = self.cleaned_data
        return [
            supplies.Receipt(
                line.article,
                data[f"amount-{line.article}"],
                data[f"code-{line.article}"],
                data[f"expires-{line.article}"],
            )
            for line in self.purchase_lines
            if data[f"amount-{line.article}"]
        ]


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what was ordered into the store."""
    actor = request_actor(request)
    found = _visible(actor, pk)
    require_keep(actor, found.enterprise)
    form = ArriveForm(request.POST or None, purchase=found)
    if form.is_valid():
        key: UUID = form.cleaned_data["key"]
        try:
            supplies.arrive(purchase_id=found.pk, receipts=form.receipts(), slip=supplies.Slip(key), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("到货已入库，采购单办结。"))
            return redirect("supplies:purchase", pk=found.pk)
    context = {"form": form, "purchase": found, "unit": found.enterprise, "title": _("登记到货")}
    return render(request, "company/supplies/arrive.html", context, status=422 if form.errors else 200)
