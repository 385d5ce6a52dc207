"""Forms of the import wizard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import Scope


class UploadForm(forms.Form):
    """Where the rows belong, and the file."""

    scope = forms.ChoiceField(label=gettext_lazy("导入到哪个单位"))
    file = forms.FileField(
        label=gettext_lazy("填好的表格"),
        help_text=gettext_lazy("支持 .xlsx、.xls 和 .csv。上传后先检查，确认之前不会存入任何内容。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"empty": gettext_lazy("文件是空的。")},
    )

    def __init__(self, *args: Any, scopes: Sequence[Scope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.code, f"{one.label}（{one.code}）") for one in scopes]
        if len(choices) > 1:
            choices.insert(0, ("", _("请选择")))
        self.fields["scope"] = forms.ChoiceField(label=_("导入到哪个单位"), choices=choices)


class ConfirmForm(forms.Form):
    """Which classes of rows to store."""

    new = forms.BooleanField(required=False)
    changed = forms.BooleanField(required=False)
    only_if_clean = forms.BooleanField(
        label=gettext_lazy("只要有一行被拒绝，就整个文件都不存入"), required=False
    )

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].label = _("新增 %(count)d 行") % {"count": job.found_new}
        self.fields["changed"].label = _("更新 %(count)d 行") % {"count": job.found_changed}
        if not job.found_new:
            del self.fields["new"]
        if not job.found_changed:
            del self.fields["changed"]
        if not job.found_refused:
            del self.fields["only_if_clean"]
