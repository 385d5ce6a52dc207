"""The form of an exemption."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.screening.enums import ExemptReason

_TEXT = {"autocomplete": "off"}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        error_messages={"required": _("请选择日期。"), "invalid": _("日期不对，例如 2026-05-20。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class ExemptForm(forms.Form):
    """Who is not to be swabbed, why and for how long."""

    number = forms.CharField(
        label=_("工号"),
        max_length=40,
        error_messages={"required": _("请填写工号。")},
        widget=forms.TextInput(attrs=_TEXT),
    )
    reason = forms.ChoiceField(label=_("原因"), choices=ExemptReason.choices)
    since = _day(_("从哪天"))
    until = _day(_("到哪天"))
    note = forms.CharField(
        label=_("说明"),
        max_length=60,
        required=False,
        help_text=_("原因选“其他”时必填；不写姓名和号码。"),
        widget=forms.TextInput(attrs=_TEXT),
    )
