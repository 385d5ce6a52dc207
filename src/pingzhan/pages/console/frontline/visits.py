"""走访: the visits of one enterprise, and the short form that writes one down."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.frontline import api as frontline
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

PAGE = 20


class VisitForm(forms.Form):
    """When somebody was there, and what he saw; what the action refuses shows at its field."""

    day = forms.DateField(
        label=gettext_lazy("走访日期"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    seen = forms.CharField(
        label=gettext_lazy("看到的情况"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("写各项措施落实得怎样、要改什么；不写职工的个人信息。"),
        error_messages={"required": gettext_lazy("请写明看到的情况。")},
    )


@require_http_methods(["GET", "POST"])
@login_required
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the visits of an enterprise, and take a new one of who answers for it or supervises."""
    actor = request_actor(request)
    unit = frontline.firms_to_visit(actor).filter(pk=pk).first()
    if unit is None:
        raise NotFound(_("没有这家企业，或您无权查看。"))
    may = frontline.can_record_visit(actor, unit)
    form = VisitForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            frontline.record_visit(unit_id=unit.pk, day=data["day"], seen=data["seen"], by=actor)
        except (Invalid, Conflict) as error:
            form.add_error(error.place or None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已登记对%(name)s的走访。") % {"name": unit.name})
            return redirect("frontline:visit", pk=unit.pk)
    elif request.method == "POST" and not may:
        raise Refused(_("只有包企责任人、替补和督导人员可以登记走访。"), code="not_own_firm")
    page = Paginator(frontline.visits_of(unit), PAGE).get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "may": may,
        "form": form,
        "page": page,
        "rows": [(one, frontline.can_void_visit(actor, one)) for one in page.object_list],
        "mine": actor.person_id is not None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/frontline/visits.html", context, status=status)


@require_POST
@login_required
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a wrong visit back; without a reason nothing is done and the page says so."""
    actor = request_actor(request)
    visit = frontline.visits_visible_to(actor).filter(pk=pk).first()
    if visit is None:
        raise NotFound(_("没有这条走访记录，或您无权查看。"))
    try:
        frontline.void_visit(visit_id=visit.pk, reason=request.POST.get("reason", ""), by=actor)
    except (Invalid, Conflict) as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已撤回走访记录，原因已留存。"))
    if not frontline.firms_to_visit(actor).filter(pk=visit.unit_id).exists():
        return redirect("frontline:mine")  # he no longer answers for it
    return redirect("frontline:visit", pk=visit.unit_id)
