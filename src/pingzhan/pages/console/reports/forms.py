"""Forms of 信息报告."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 4000


def _text(label: object, hint: object, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        max_length=MOST,
        required=False,
        help_text=hint,  # type: ignore[arg-type]
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReportForm(forms.Form):
    """The four texts of a report; figures are counted, not typed."""

    situation = _text(_("基本情况"), _("发生了什么、现在怎样。已按命令填好，请核对。"), 4)
    progress = _text(_("工作开展情况"), _("已按数字、决定和值班日志填好，请删改。"), 8)
    problems = _text(_("存在问题"), _("已按缺口和逾期事项填好，请核对。"), 4)
    next_steps = _text(_("下一步工作"), _("只有人知道，请填写。"), 4)
    edition = forms.IntegerField(widget=forms.HiddenInput)


class CaseForm(forms.Form):
    """A zero report that is not zero, or one that was phoned in."""

    value = forms.IntegerField(
        label=_("报告数"),
        min_value=0,
        max_value=100_000,
        initial=0,
        error_messages={
            "required": _("请填写报告数，没有情况填 0。"),
            "invalid": _("报告数应为 0 或正整数。"),
            "min_value": _("报告数应为 0 或正整数。"),
        },
    )
    note = forms.CharField(
        label=_("情况"),
        max_length=500,
        required=False,
        help_text=_("报告数大于 0 的要写明情况，不写个人信息。"),
    )


class PhoneForm(CaseForm):
    """What was phoned in."""

    caller = forms.CharField(
        label=_("来电人"), max_length=60, error_messages={"required": _("请写明谁打来的电话。")}
    )
    field_order = ("caller", "value", "note")
