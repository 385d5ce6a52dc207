"""更正体温: the right value of a worker in a slot, with the reason; the first stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.health import api as health
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.console.guard import needs

DAYS = 7
"""How far back the slots are offered."""


class CorrectForm(forms.Form):
    """Whose temperature, of which slot, what it was, and why it is changed."""

    number = forms.CharField(
        label=gettext_lazy("工号"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写工号。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    day = forms.DateField(
        label=gettext_lazy("日期"),
        error_messages={
            "required": gettext_lazy("请填写日期。"),
            "invalid": gettext_lazy("日期应写成 2026-03-01 的样子。"),
        },
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    slot = forms.TypedChoiceField(
        label=gettext_lazy("时段"),
        coerce=int,
        error_messages={"required": gettext_lazy("请选择时段。")},
    )
    value = forms.CharField(
        label=gettext_lazy("正确的体温"),
        max_length=12,
        error_messages={"required": gettext_lazy("请填写体温。")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("更正的原因"),
        max_length=60,
        error_messages={"required": gettext_lazy("请写明更正的原因。")},
        help_text=gettext_lazy("会长期留痕，不要写姓名和号码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, slots: Sequence[int], **kwargs: Any) -> None:
        """Take the slots to choose from."""
        super().__init__(*args, **kwargs)
        field = self.fields["slot"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(code, health.label_of(code)) for code in slots]


@needs(Permission.KEEP_LEDGERS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, filled from the address where it says whom; POST enters the correction."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    slot, slots = _slots(unit)
    first = {"number": request.GET.get("number", "")[:40], "day": slot.day, "slot": slot.code}
    form = CorrectForm(request.POST if request.method == "POST" else None, initial=first, slots=slots)
    if request.method == "POST" and form.is_valid() and _corrected(request, unit, form):
        return redirect("health:firm", pk)
    context: dict[str, Any] = {"title": _("更正体温"), "firm": unit, "form": form}
    return render(request, "company/health/correct.html", context, status=422 if form.errors else 200)


def _slots(unit: Unit) -> tuple[health.Slot, list[int]]:
    """Return the slot of now, and the slots that the days hold of which temperatures are taken in, in their order."""
    table = health.Timetable([unit.pk])
    days = table.with_booked(unit.pk, [table.today - timedelta(days=n) for n in range(DAYS + 1)])
    codes = {one.code for slots in days.values() for one in slots}
    return table.now_of(unit.pk), sorted(codes, key=lambda code: health.order_of(code, table.clock.day_start))


def _corrected(request: HttpRequest, unit: Unit, form: CorrectForm) -> bool:
    said = form.cleaned_data
    found = Employment.objects.filter(
        enterprise=unit, employee_no=said["number"].strip(), left__isnull=True
    ).first()
    if found is None:
        form.add_error("number", _("本企业没有这个工号的在职职工。"))
        return False
    try:
        health.correct_reading(
            enterprise=unit, employment_id=found.pk, day=said["day"], slot=said["slot"],
            value=said["value"], reason=said["reason"], by=request_actor(request),
        )  # fmt: skip
    except DomainError as error:
        place = error.place if error.place in form.fields else None
        form.add_error(place, f"{error.message}{error.hint}")
        return False
    messages.success(request, _("已更正，原记录保留。"))
    return True
