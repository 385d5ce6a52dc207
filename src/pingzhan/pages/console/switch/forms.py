"""Forms of the switch: what is ordered, on what basis, why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command.enums import BasisKind

LEVEL_NOTES = {
    1: gettext_lazy("特别重大"),
    2: gettext_lazy("重大"),
    3: gettext_lazy("较大"),
    4: gettext_lazy("一般"),
}
"""Names of the four levels of public emergencies (突发事件应对法 article 3)."""

PHRASES = (
    gettext_lazy("上级通报，按要求转入战时状态。"),
    gettext_lazy("发现疑似聚集性疫情，先行转入战时状态。"),
    gettext_lazy("核酸混管初筛阳性，立即进行平战转换。"),
    gettext_lazy("重点地区来返人员增多，提级响应。"),
    gettext_lazy("疫情形势缓和，降低响应等级。"),
)
"""Reasons that can be chosen instead of typed; typed words are added behind."""


class BasisForm(forms.Form):
    """What an order rests on: a document with its number, or the words of somebody with authority."""

    basis_kind = forms.ChoiceField(
        label=gettext_lazy("依据"),
        choices=[
            (BasisKind.DOCUMENT.value, gettext_lazy("文件")),
            (BasisKind.VERBAL.value, gettext_lazy("口头命令（事后补文号）")),
        ],
        widget=forms.RadioSelect,
        initial=BasisKind.DOCUMENT.value,
        error_messages={"required": gettext_lazy("请选择依据是文件还是口头命令。")},
    )
    basis = forms.CharField(
        label=gettext_lazy("文号，或口头命令由谁下达"),
        max_length=120,
        error_messages={"required": gettext_lazy("请写明文号；口头命令写明由谁下达。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SwitchForm(BasisForm):
    """Scope, level, basis and reason of a switch."""

    unit = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("请选定一个范围。")}
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("响应等级"),
        choices=[(str(n), note) for n, note in LEVEL_NOTES.items()],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择响应等级。")},
    )
    phrase = forms.ChoiceField(
        label=gettext_lazy("理由（可选例句）"),
        required=False,
        choices=[("", gettext_lazy("自己写"))] + [(str(n), text) for n, text in enumerate(PHRASES)],
    )
    reason = forms.CharField(
        label=gettext_lazy("理由补充"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    field_order = ("unit", "level", "basis_kind", "basis", "phrase", "reason")

    def clean(self) -> dict[str, Any]:
        """Join the chosen sentence and the typed words to one reason; one of the two must be there."""
        data = super().clean() or {}
        phrase = data.get("phrase") or ""
        chosen = str(PHRASES[int(phrase)]) if phrase else ""
        full = (chosen + (data.get("reason") or "").strip()).strip()
        if not full:
            self.add_error("reason", _("请选一个例句，或写明理由。"))
        data["full_reason"] = full
        return data


class OrderForm(forms.Form):
    """The order as the preview prepared it: nothing here is typed by a person."""

    unit = forms.IntegerField()
    level = forms.IntegerField(min_value=1, max_value=4)
    basis_kind = forms.ChoiceField(choices=BasisKind.choices)
    basis = forms.CharField(max_length=120)
    phrase = forms.CharField(required=False, max_length=4)
    reason = forms.CharField(max_length=700)
    key = forms.CharField(max_length=80)
    expect_epoch = forms.IntegerField(min_value=0)
    preview_sha = forms.RegexField(r"^[0-9a-f]{16,64}$")


class StandDownForm(forms.Form):
    """Reason and the short hand-over note of a stand-down."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=500,
        error_messages={"required": gettext_lazy("请写明解除的理由。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label=gettext_lazy("交接说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写给接手的平时岗位：做到哪里，还差什么，物资和人员在哪里。"),
    )
    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    expect_epoch = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
