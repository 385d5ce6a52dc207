"""The form of an export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from pingzhan.foundation.exports.actions import REASON_LENGTH


class ExportForm(forms.Form):
    """The form of the file, and whether personal columns are to be whole."""

    form = forms.ChoiceField(
        label=gettext_lazy("文件格式"),
        choices=[("xlsx", gettext_lazy("Excel（.xlsx）")), ("csv", gettext_lazy("CSV（.csv）"))],
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    whole = forms.BooleanField(label=gettext_lazy("个人信息不遮盖"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        required=False,
        max_length=REASON_LENGTH[1],
        help_text=gettext_lazy("不遮盖时必填，与您的姓名一起长期记入留痕；不要写姓名和号码。"),
    )

    def __init__(self, *args: Any, whole_allowed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not whole_allowed:
            del self.fields["whole"], self.fields["reason"]
