"""Forms of the pages of compliance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.measures.enums import ITEMS, Party
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.enums import State
from pingzhan.domain.territory.models import Unit

ALL = gettext_lazy("全部")
UNSETTLED = (obligations.UNSETTLED, gettext_lazy("未办结"))


class ListFilter(forms.Form):
    """Which obligations to show; every field may stay empty."""

    scope = forms.ChoiceField(label=gettext_lazy("范围"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False, choices=[UNSETTLED, ("", ALL), *State.choices]
    )
    party = forms.ChoiceField(
        label=gettext_lazy("责任方"), required=False, choices=[("", ALL), *Party.choices]
    )
    item = forms.ChoiceField(label=gettext_lazy("指南条目"), required=False)

    def __init__(self, *args: Any, scopes: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [(str(one.pk), one.name) for one in scopes]  # type: ignore[attr-defined]
        self.fields["item"].choices = [("", ALL), *((str(n), words) for n, words in ITEMS.items())]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is waived, or a waiver taken back."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=300,
        error_messages={"required": gettext_lazy("请写明免除的理由。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WaiveForm(ReasonForm):
    """A measure waived for enterprises on some days."""

    duty = forms.ChoiceField(
        label=gettext_lazy("措施"), error_messages={"required": gettext_lazy("请选择措施。")}
    )
    units = forms.MultipleChoiceField(
        label=gettext_lazy("单位"),
        error_messages={"required": gettext_lazy("请至少选择一家单位。")},
        widget=forms.CheckboxSelectMultiple,
    )
    first = forms.DateField(
        label=gettext_lazy("起"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("止"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ("duty", "units", "first", "last", "reason")

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = obligations.business_now()[1]
        self.fields["first"].initial = today
        self.fields["last"].initial = today + timedelta(days=6)
        self.fields["duty"].choices = [("", _("请选择")), *obligations.duty_choices()]  # type: ignore[attr-defined]
        self.fields["units"].choices = [(str(one.pk), one.name) for one in units]  # type: ignore[attr-defined]

    def duty_id(self) -> int:
        """Return the measure chosen."""
        return int(self.cleaned_data["duty"])
