"""Forms of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation.api import PersonRow


class LogForm(forms.Form):
    """One line of the log."""

    text = forms.CharField(
        label=gettext_lazy("记一笔"),
        max_length=500,
        error_messages={
            "required": gettext_lazy("请写下要记的内容。"),
            "max_length": gettext_lazy("一条日志最多 500 字，请分条记。"),
        },
    )
    paper_at = forms.DateTimeField(
        label=gettext_lazy("纸上写的时间"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": gettext_lazy("时间不对，例如 2026-03-01 08:30。")},
    )


class PhoneForm(forms.Form):
    """What the holder said on the phone."""

    eta = forms.TypedChoiceField(
        label=gettext_lazy("对方说"),
        choices=[
            ("0", gettext_lazy("已在岗")),
            ("15", gettext_lazy("15 分钟内到")),
            ("30", gettext_lazy("30 分钟内到")),
            ("60", gettext_lazy("1 小时内到")),
        ],
        coerce=int,
        initial="30",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择对方什么时候到。")},
    )


class CodeForm(forms.Form):
    """A code from a reply."""

    code = forms.CharField(
        label=gettext_lazy("签收码"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写八位签收码。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ReplaceForm(forms.Form):
    """Who takes the chair, and why."""

    person = forms.TypedChoiceField(
        label=gettext_lazy("人员"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("请选择人员。"),
            "invalid_choice": gettext_lazy("请从名单中选择人员。"),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明换人的原因。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, people: Sequence[PersonRow], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("请选择")), *((str(one.id), one.name) for one in people)]
