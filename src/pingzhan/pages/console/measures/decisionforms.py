"""Forms of measure sets in force: putting in force, a request to the county, a decision, a reason."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import (
    Decider,
)

_LINE = forms.TextInput(attrs={"autocomplete": "off"})


_LAST_DAY = MaxValueValidator(date(2099, 12, 31), gettext_lazy("请核对年份。"))


def _end_of(day: Any) -> datetime | None:
    """Return the end of a day, None for none: a term that names a day includes it."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class ForceForm(forms.Form):
    """Putting a version in force: for which posture, on which basis, since when, until when."""

    posture = forms.ChoiceField(
        label=gettext_lazy("用于"), choices=Posture.choices, widget=forms.RadioSelect, initial=Posture.ROUTINE
    )
    basis = forms.CharField(
        label=gettext_lazy("法律依据"),
        max_length=300,
        widget=_LINE,
        error_messages={"required": gettext_lazy("请写明法律依据。")},
    )
    document = forms.CharField(
        label=gettext_lazy("文件和文号"),
        max_length=200,
        widget=_LINE,
        error_messages={"required": gettext_lazy("请写明文件和文号。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("请写明事由。")},
    )
    starts = forms.DateTimeField(
        label=gettext_lazy("起始时间（不填为现在）"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until = forms.DateField(
        label=gettext_lazy("期限（含当日，不填为长期）"),
        required=False,
        validators=[_LAST_DAY],
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("限制人员的措施按各自最长期限，另行计算。"),
    )

    def order(self, version: Any) -> measures.ForceOrder:
        """Return the order; only for a valid form."""
        data = self.cleaned_data
        return measures.ForceOrder(
            version=version,
            posture=data["posture"],
            basis=data["basis"],
            document=data["document"],
            reason=data["reason"],
            starts_at=data["starts"],
            ends_at=_end_of(data["until"]),
        )


class ProposeForm(forms.Form):
    """To whom the request goes, and why nothing milder would do."""

    recipient = forms.CharField(
        label=gettext_lazy("主送机关"),
        max_length=100,
        widget=_LINE,
        error_messages={"required": gettext_lazy("请写明主送机关。")},
    )
    explanation = forms.CharField(
        label=gettext_lazy("最小影响说明"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "比较过哪些措施，为什么选这一种：对人员和生产各有什么影响，较轻的办法为什么不够。"
        ),
        error_messages={"required": gettext_lazy("请写明为什么没有影响更小的办法。")},
    )


class DecisionForm(forms.Form):
    """The decision of one restriction."""

    law = forms.CharField(label=gettext_lazy("法律依据"), max_length=300, required=False, widget=_LINE)
    decider = forms.ChoiceField(label=gettext_lazy("决定机关类别"), choices=Decider.choices)
    body = forms.CharField(label=gettext_lazy("决定机关"), max_length=100, required=False, widget=_LINE)
    document = forms.CharField(
        label=gettext_lazy("决定文件和文号"), max_length=200, required=False, widget=_LINE
    )
    scope = forms.CharField(label=gettext_lazy("范围"), max_length=300, required=False, widget=_LINE)
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    until = forms.DateField(
        label=gettext_lazy("期限（含当日）"),
        required=False,
        validators=[_LAST_DAY],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    class_decision = forms.CharField(
        label=gettext_lazy("按甲类管理的决定"), max_length=200, required=False, widget=_LINE
    )
    explanation = forms.CharField(
        label=gettext_lazy("最小影响说明"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    public_notice = forms.CharField(label=gettext_lazy("公告"), max_length=200, required=False, widget=_LINE)
    complaint = forms.CharField(
        label=gettext_lazy("申诉联系方式"), max_length=200, required=False, widget=_LINE
    )

    def decision(self) -> measures.Decision:
        """Return the decision; only for a valid form."""
        data = dict(self.cleaned_data)
        until = data.pop("until")
        return measures.Decision(**data, ends_at=_end_of(until))


class ReasonForm(forms.Form):
    """One reason."""

    reason = forms.CharField(max_length=500, widget=_LINE)
