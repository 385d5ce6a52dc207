"""Forms of a box: to whom it is given, and the receiver's signature; and of a tube that was written on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_TEXT = {"autocomplete": "off"}


class GiveForm(forms.Form):
    """To whom a box is handed."""

    to = forms.CharField(
        label=_("交给谁"),
        max_length=40,
        error_messages={"required": _("请写明交给谁。")},
        widget=forms.TextInput(attrs=_TEXT),
    )


class SignForm(forms.Form):
    """Who took the box, when, and how warm it was."""

    receiver = forms.CharField(
        label=_("接收人"),
        max_length=40,
        error_messages={"required": _("请填写接收人。")},
        widget=forms.TextInput(attrs=_TEXT),
    )
    at = forms.DateTimeField(
        label=_("接收时间"),
        error_messages={"required": _("请填写时间。"), "invalid": _("时间不对，例如 2026-05-20 09:30。")},
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    temperature = forms.DecimalField(
        label=_("箱内温度（℃）"),
        max_digits=4,
        decimal_places=1,
        error_messages={
            "required": _("请填写箱内温度。"),
            "invalid": _("请填写数字，例如 4.5。"),
            "max_digits": _("请填写数字，例如 4.5。"),
            "max_decimal_places": _("温度最多一位小数。"),
            "max_whole_digits": _("请填写数字，例如 4.5。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "text", **_TEXT}),
    )
    note = forms.CharField(
        label=_("说明"), max_length=60, required=False, widget=forms.TextInput(attrs=_TEXT)
    )


_BETWEEN = re.compile(r"[\s,;\u3001\uff0c\uff1b]+")


class PaperForm(forms.Form):
    """One tube from a rack's sheet. ``stops`` are (team and enterprise as one value, words)."""

    stop = forms.ChoiceField(
        label=_("采样队和企业"),
        error_messages={"required": _("请选择采样队和企业。"), "invalid_choice": _("请选择采样队和企业。")},
    )
    tube = forms.CharField(
        label=_("管码"),
        max_length=40,
        error_messages={"required": _("请填写管码。")},
        widget=forms.TextInput(attrs=_TEXT),
    )
    numbers = forms.CharField(
        label=_("工号，按管内先后，每行一个"),
        max_length=4000,
        error_messages={"required": _("请填写工号。")},
        widget=forms.Textarea(attrs={"rows": 10, **_TEXT}),
    )
    at = forms.DateTimeField(
        label=_("第一人采样时间"),
        error_messages={"required": _("请填写时间。"), "invalid": _("时间不对，例如 2026-05-20 09:30。")},
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    sampler = forms.CharField(
        label=_("采样人"),
        max_length=40,
        error_messages={"required": _("请填写采样人。")},
        widget=forms.TextInput(attrs=_TEXT),
    )
    box = forms.CharField(
        label=_("箱码（没有装箱不填）"), max_length=40, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    over = forms.CharField(
        label=_("超过每管人数的原因（没有超过不填）"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=_TEXT),
    )

    def __init__(self, *args: Any, stops: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stop"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(stops)

    def clean_numbers(self) -> list[str]:
        """Return the work numbers one by one."""
        return [one for one in _BETWEEN.split(self.cleaned_data["numbers"]) if one]
