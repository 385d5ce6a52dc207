"""Forms of 办理记录."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.obligations import api as obligations
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.pages.company.gate.forms import MomentField


class DeclareForm(forms.Form):
    """What was done, when, and how many times where several are needed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("办理情况"),
        max_length=500,
        error_messages={"required": gettext_lazy("请写明办理情况。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    at = MomentField(label=gettext_lazy("办理时间"))
    count = forms.IntegerField(
        label=gettext_lazy("次数"), min_value=1, max_value=obligations.MOST_COUNT, initial=1, required=False
    )
    photos = PhotosField()

    def __init__(self, *args: Any, several: bool, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"key": uuid4(), "at": now, "count": 1, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if not several:
            del self.fields["count"]

    def done(self) -> obligations.Done:
        """Return what was filled in."""
        data = self.cleaned_data
        return obligations.Done(
            key=data["key"],
            note=data["note"],
            at=data["at"],
            count=data.get("count") or 1,
            photos=data["photos"],
        )


class WithdrawForm(forms.Form):
    """Why a declaration is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("撤回理由"),
        max_length=300,
        error_messages={"required": gettext_lazy("请写明撤回的理由。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
