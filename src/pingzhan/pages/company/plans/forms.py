"""Forms of 方案预案."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import SECTIONS, PlanKind, PlanState, PostDuty
from pingzhan.domain.premises.models import Plan
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.pages.company.gate.forms import text

MAX_SECTION = 4000
HALF_YEAR = timedelta(days=180)


class PlanForm(forms.Form):
    """One version: its parts as texts or a paper with its pages, who answers by post, how long it is valid."""

    def __init__(self, *args: Any, kind: PlanKind, former: Plan | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        posts = {one.duty: one.title for one in former.posts.all()} if former is not None else {}
        for duty, label in PostDuty.choices:
            self.fields[f"post_{duty}"] = text(
                label,
                missing=gettext_lazy("请填写岗位名称。"),
                placeholder=gettext_lazy("岗位名称，例如厂长"),
            )
            self.initial[f"post_{duty}"] = posts.get(duty, "")
        for key, part in SECTIONS[kind]:
            self.fields[f"section_{key}"] = forms.CharField(
                label=str(part),
                required=False,
                max_length=MAX_SECTION,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
            self.initial[f"section_{key}"] = former.sections.get(key, "") if former is not None else ""
        self.fields["paper"] = text(gettext_lazy("已有文件的名称"), required=False, most=120)
        self.fields["paper"].help_text = gettext_lazy(
            "已有成文的方案时填写文件名称，并上传各页照片，上面各部分可不填。"
        )
        self.initial["paper"] = former.paper if former is not None else ""
        self.fields["photos"] = PhotosField(label=gettext_lazy("文件各页照片"))
        self.fields["valid_until"] = forms.DateField(
            label=gettext_lazy("有效期至"),
            error_messages={
                "required": gettext_lazy("请填写有效期。"),
                "invalid": gettext_lazy("有效期应为日期，例如 2026-12-31。"),
            },
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )
        self.initial["valid_until"] = timezone.localdate() + HALF_YEAR
        if former is not None and former.valid_until > timezone.localdate():
            self.initial["valid_until"] = former.valid_until

    def data_of(self) -> premises.PlanData:
        """Return what was filled in."""
        data = self.cleaned_data
        return premises.PlanData(
            valid_until=data["valid_until"],
            sections={key: data[f"section_{key}"] for key, _label in SECTIONS[self.kind]},
            paper=data["paper"],
            posts={duty: data[f"post_{duty}"] for duty in PostDuty.values},
            photos=data["photos"],
        )


class DecideForm(forms.Form):
    """What the reviewer says."""

    remarks = forms.CharField(
        label=gettext_lazy("审核意见"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("退回修改必须写明意见。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("企业或文件名称")}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("种类"), required=False, choices=[("", gettext_lazy("全部")), *PlanKind.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[
            ("", gettext_lazy("现行和办理中")),
            ("overdue", gettext_lazy("超时未审核")),
            *PlanState.choices,
        ],
    )
