"""Forms of 个人信息."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.privacy.erasing import BASIS_LENGTH

OTHER = "other"
REASONS = (
    (_("紧急联络本人"), _("紧急联络本人")),
    (_("核实身份"), _("核实身份")),
    (_("流行病学调查"), _("流行病学调查")),
    (_("办理本人的查阅或更正申请"), _("办理本人的查阅或更正申请")),
    (OTHER, _("其他事由")),
)


class ReasonForm(forms.Form):
    """Why somebody's data is opened: one of the usual reasons, or another in words."""

    why = forms.ChoiceField(label=_("查看的事由"), choices=REASONS)
    other = forms.CharField(
        label=_("其他事由"),
        required=False,
        max_length=60,
        help_text=_("会长期留痕，不要写姓名和号码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def reason(self) -> str:
        """Return the reason in words, empty when none was given."""
        data: dict[str, Any] = self.cleaned_data
        return str(data["other"] if data["why"] == OTHER else data["why"])


class BasisForm(forms.Form):
    """What an order to destroy rests on."""

    basis = forms.CharField(
        label=_("依据"),
        max_length=BASIS_LENGTH,
        help_text=_("写申请、决定或文件的名称和文号，不要写姓名和号码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
