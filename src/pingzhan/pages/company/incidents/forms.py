"""Forms of 事件报告. The telephone is never filled in from what is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import IncidentKind, IncidentState
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.pages.company.gate.forms import MomentField, text

MAX_TEXT = 500


def _long(label: Any, *, missing: Any = "", required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_TEXT,
        error_messages={"required": missing} if missing else {},
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReportForm(forms.Form):
    """The facts a first report must have."""

    kind = forms.ChoiceField(
        label=gettext_lazy("情况"),
        choices=IncidentKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择是什么情况。")},
    )
    found_at = MomentField(
        label=gettext_lazy("发现时间"),
        error_messages={
            "required": gettext_lazy("请填写发现时间。"),
            "invalid": gettext_lazy("发现时间应为日期和时间，例如 2026-11-26 08:30。"),
        },
    )
    place = text(gettext_lazy("地点"), missing=gettext_lazy("请填写地点。"))
    persons = forms.IntegerField(
        label=gettext_lazy("涉及人数"),
        min_value=1,
        max_value=100_000,
        initial=1,
        error_messages={
            "required": gettext_lazy("请填写涉及人数。"),
            "invalid": gettext_lazy("涉及人数应为整数。"),
            "min_value": gettext_lazy("涉及人数至少为 1。"),
            "max_value": gettext_lazy("涉及人数过大，请核对。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    symptoms = _long(
        gettext_lazy("症状"),
        required=False,
        hint=gettext_lazy("疑似病例和多人有症状时必填；不写姓名和证件号码。"),
    )
    done = _long(
        gettext_lazy("已采取的措施"),
        missing=gettext_lazy("请填写已采取的措施，没有采取的写“无”。"),
        hint=gettext_lazy("例如停工、隔离、封控场所、拨打 120。"),
    )
    phone = text(gettext_lazy("联系电话"), missing=gettext_lazy("请填写联系电话。"), inputmode="tel")
    photos = PhotosField(label=gettext_lazy("现场照片"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        now = timezone.localtime().replace(second=0, microsecond=0)
        kwargs["initial"] = {"found_at": now, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def data_of(self) -> premises.IncidentData:
        """Return what was filled in."""
        data = {key: value for key, value in self.cleaned_data.items() if key != "photos"}
        data["kind"] = IncidentKind(data["kind"])
        return premises.IncidentData(**data)


class FollowForm(forms.Form):
    """A further report of the enterprise."""

    note = _long(gettext_lazy("续报内容"), missing=gettext_lazy("请填写内容。"))
    isolated = forms.BooleanField(
        label=gettext_lazy("人员已按要求隔离、转移"),
        required=False,
    )
    photos = PhotosField()


class InstructForm(forms.Form):
    """What the command asks for."""

    note = _long(gettext_lazy("指挥部要求"), missing=gettext_lazy("请填写内容。"))


class HandleForm(forms.Form):
    """How handling begins."""

    note = _long(gettext_lazy("处置安排"), required=False)


class CloseForm(forms.Form):
    """How an incident ended."""

    note = _long(gettext_lazy("处置结果"), missing=gettext_lazy("请填写处置结果。"))


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("企业或地点")}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), ("open", gettext_lazy("未结束")), *IncidentState.choices],
    )
