"""Drills of an enterprise as evidence: what was practised, what was found, what was mended, photographs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import Exercise
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.gate.forms import text
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.capped import Capped
from pingzhan.pages.console.guard import needs

PAGE = 20


def _long(label: Any, *, missing: Any = "", hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=500,
        help_text=hint,
        error_messages={"required": missing} if missing else {},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DrillForm(forms.Form):
    """A drill as it was held."""

    topic = text(gettext_lazy("演练内容"), missing=gettext_lazy("请填写演练内容。"))
    held_on = forms.DateField(
        label=gettext_lazy("日期"),
        error_messages={"required": gettext_lazy("请填写日期。"), "invalid": gettext_lazy("日期不对。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    place = text(gettext_lazy("地点"), missing=gettext_lazy("请填写演练地点。"))
    persons = forms.IntegerField(
        label=gettext_lazy("参加人数"),
        min_value=1,
        max_value=100_000,
        error_messages={
            "required": gettext_lazy("请填写参加人数。"),
            "invalid": gettext_lazy("人数应为整数。"),
            "min_value": gettext_lazy("参加人数至少为 1。"),
            "max_value": gettext_lazy("人数过大。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    course = _long(gettext_lazy("演练经过"), missing=gettext_lazy("请写明演练经过。"))
    found = _long(gettext_lazy("发现的问题"), hint=gettext_lazy("没有发现问题的可以不填。"))
    mended = _long(gettext_lazy("改进措施"))
    photos = PhotosField()

    def data_of(self) -> premises.ExerciseData:
        """Return what was filled in."""
        data = {key: value for key, value in self.cleaned_data.items() if key != "photos"}
        return premises.ExerciseData(**data)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """List the drills of an enterprise, the latest first."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    found = premises.exercises_visible_to(actor).filter(enterprise=unit).order_by("-held_on", "-pk")
    page = Capped(found, PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    pictured = photos_of(premises.EXERCISE_PHOTOS, [one.pk for one in rows])
    context: dict[str, Any] = {
        "title": _("应急演练"),
        "firm": unit,
        "page": page,
        "rows": [(one, len(pictured[one.pk])) for one in rows],
        "keeps": premises.can_keep(actor, unit),
    }
    return render(request, "company/duty/drills.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a drill."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    form = DrillForm(request.POST or None, request.FILES or None, initial={"held_on": clock.today()})
    if form.is_valid():
        try:
            row = premises.hold_exercise(
                enterprise=unit,
                data=form.data_of(),
                photos=form.cleaned_data["photos"],
                by=request_actor(request),
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("演练已登记。"))
            return redirect("firm_duty:drill", row.pk)
    context = {"title": _("登记演练"), "firm": unit, "form": form}
    return render(request, "company/duty/drill_new.html", context, status=422 if form.errors else 200)


def _visible(actor: Actor, pk: int) -> Exercise:
    found = premises.exercises_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这次演练，或您无权查看。"))
    return found


@require_GET
@needs(Permission.VIEW_LEDGERS)
def drill(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a drill with its photographs."""
    actor = request_actor(request)
    row = _visible(actor, pk)
    context: dict[str, Any] = {
        "title": row.topic,
        "firm": row.enterprise,
        "row": row,
        "photos": photos_of(premises.EXERCISE_PHOTOS, [row.pk])[row.pk],
        "keeps": premises.can_keep(actor, row.enterprise) and row.voided_at is None,
    }
    return render(request, "company/duty/drill.html", context)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a drill as a mistake."""
    try:
        premises.void_exercise(exercise_id=pk, by=request_actor(request))
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已作废，记录仍保留，不再计入。"))
    return redirect("firm_duty:drill", pk)
