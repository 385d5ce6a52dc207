"""The query form of the trail."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.pages.console.audit.wording import VERBS


class TrailFilter(forms.Form):
    """What to show of the trail; every field may stay empty."""

    verb = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    who = forms.CharField(label=gettext_lazy("谁"), required=False, max_length=60)
    since = forms.DateField(
        label=gettext_lazy("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    world = forms.ChoiceField(
        label=gettext_lazy("实战或演练"),
        required=False,
        choices=[
            ("", gettext_lazy("全部")),
            ("real", gettext_lazy("实战")),
            ("drill", gettext_lazy("演练")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("全部"))] + [(key, str(label)) for key, label in VERBS.items()]
        self.fields["verb"] = forms.ChoiceField(label=_("事项"), required=False, choices=choices)
        self.order_fields(["verb", "who", "since", "until", "world"])

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        data = super().clean() or {}
        since: date | None = data.get("since")
        until: date | None = data.get("until")
        if since and until and until < since:
            self.add_error("until", _("结束日期应不早于开始日期。"))
        return data
