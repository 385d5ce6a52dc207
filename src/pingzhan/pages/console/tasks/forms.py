"""Forms of 我的任务."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command.enums import Evidence

ETA_MINUTES = (0, 15, 30, 60)
"""What the buttons say: 0 is "I am there", the others are minutes until I am."""


class ConfirmForm(forms.Form):
    """Confirmation of a seat by one button."""

    eta = forms.TypedChoiceField(choices=[(n, n) for n in ETA_MINUTES], coerce=int)


class DeclineForm(forms.Form):
    """Why somebody cannot come."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明不能到岗的原因。")},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("提交后立即通知替补，您不再承担此岗位。"),
    )


class TaskForm(forms.Form):
    """Feedback on a task, or its completion; a number where the duty asks for one."""

    count = forms.IntegerField(
        label=gettext_lazy("数字"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("零也要报。"),
    )
    note = forms.CharField(
        label=gettext_lazy("情况"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, evidence: str, *args: Any, final: bool, reported: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence = evidence
        self.final = final
        if evidence != Evidence.COUNT:
            del self.fields["count"]
        elif not (final and reported):
            self.fields["count"].required = True
            self.fields["count"].error_messages["required"] = _("请填数字，没有就填 0。")
        note_needed = not final or (evidence in (Evidence.TEXT, Evidence.PHOTO) and not reported)
        if note_needed and evidence != Evidence.COUNT:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = _("请写一句办理情况。")
