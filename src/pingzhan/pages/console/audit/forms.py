"""The query form of the trail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation import audit


class TrailForm(forms.Form):
    """What to show of the trail; every field may stay empty."""

    verb = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    who = forms.CharField(label=gettext_lazy("谁"), required=False, max_length=60)
    day = forms.DateField(
        label=gettext_lazy("哪一天"), required=False, widget=forms.DateInput(attrs={"type": "date"})
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
        self.fields["verb"] = forms.ChoiceField(
            label=_("事项"), required=False, choices=[("", _("全部")), *audit.verb_choices()]
        )
        self.order_fields(["verb", "who", "day", "world"])
