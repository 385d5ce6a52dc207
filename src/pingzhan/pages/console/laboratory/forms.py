"""Forms of the laboratory."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import Verdict
from pingzhan.kernel.errors import Invalid

_MOMENT = "%Y-%m-%dT%H:%M"
_BETWEEN = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")
_PLAIN = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class ReceiveForm(forms.Form):
    """Codes of tubes as a scanner or a keyboard writes them, with a word on their temperature."""

    codes = forms.CharField(
        label=_("管码"),
        max_length=100_000,
        help_text=_("用扫码枪逐管扫，或逐行输入；同一管多扫一次没有影响。"),
        error_messages={"required": _("请扫码或输入管码。")},
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True, **_PLAIN}),
    )
    note = forms.CharField(
        label=_("到达时的温度或情况"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_codes(self) -> list[str]:
        """Return the codes one by one."""
        return [one for one in _BETWEEN.split(self.cleaned_data["codes"]) if one]


class ResultForm(forms.Form):
    """One result. The reason is asked for where the tube has another result."""

    code = forms.CharField(
        label=_("管码"),
        max_length=40,
        error_messages={"required": _("请扫码或输入管码。")},
        widget=forms.TextInput(attrs=_PLAIN),
    )
    verdict = forms.ChoiceField(
        label=_("结果"), choices=[("", _("请选择")), *Verdict.choices],
        error_messages={"required": _("请选择结果。")},
    )  # fmt: skip
    tested_at = forms.DateTimeField(
        label=_("检测时间"),
        input_formats=[_MOMENT, "%Y-%m-%d %H:%M"],
        error_messages={"required": _("请填写检测时间。"), "invalid": _("时间不对，例如 2026-05-20 14:30。")},
        widget=forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"}),
    )
    ct = forms.CharField(
        label=_("Ct 值"),
        max_length=120,
        required=False,
        help_text=_("可以不填；分基因的写成“ORF1ab 31.2；N 33”。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    correction = forms.CharField(
        label=_("更正原因"),
        max_length=60,
        required=False,
        help_text=_("这一管已有不同的结果时填写，原结果保留。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_ct(self) -> dict[str, float]:
        """Return the values by gene."""
        try:
            return screening.read_ct(self.cleaned_data["ct"])
        except Invalid as error:
            raise forms.ValidationError(error.message) from None

    def line(self) -> screening.ResultIn:
        """Return what was typed as a result."""
        data: dict[str, Any] = self.cleaned_data
        return screening.ResultIn(
            code=data["code"], verdict=Verdict(data["verdict"]), tested_at=data["tested_at"], ct=data["ct"],
            correction=data["correction"], row=1,
        )  # fmt: skip
