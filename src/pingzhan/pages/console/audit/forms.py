"""The query form of the trail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission

MAX_UNITS = 400
"""Units offered in the list; in a larger zone the lowest level is left out."""


class TrailForm(forms.Form):
    """What to show of the trail; every field may stay empty."""

    reads = forms.BooleanField(label=gettext_lazy("只看查阅个人信息"), required=False)
    verb = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    who = forms.CharField(label=gettext_lazy("谁"), required=False, max_length=60)
    unit = forms.ChoiceField(label=gettext_lazy("范围"), required=False)
    start = forms.DateField(
        label=gettext_lazy("从哪一天"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(
        label=gettext_lazy("到哪一天"), required=False, widget=forms.DateInput(attrs={"type": "date"})
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
    operation = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"] = forms.ChoiceField(
            label=_("事项"), required=False, choices=[("", _("全部")), *audit.verb_choices()]
        )
        self.fields["unit"] = forms.ChoiceField(
            label=_("范围"), required=False, choices=[("", _("全部")), *_units(actor)]
        )
        self.order_fields(["verb", "who", "unit", "start", "end", "world", "reads", "operation"])

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] < data["start"]:
            self.add_error("end", _("结束的日期早于开始的日期。"))
        return data

    def filter(self) -> audit.TrailFilter | None:
        """Return what the form asks for; None when it is empty or wrong."""
        if not self.is_bound or not self.is_valid():
            return None
        data = self.cleaned_data
        return audit.TrailFilter(
            verb=data["verb"],
            actor=data["who"].strip(),
            unit_path=data["unit"],
            start=data["start"],
            end=data["end"],
            world=0 if data["world"] == "real" else None,
            operation=str(data["operation"] or ""),
            reads=data["reads"],
        )

    @property
    def drills_only(self) -> bool:
        """Return whether only what happened in drills is wanted."""
        return self.is_bound and self.is_valid() and self.cleaned_data["world"] == "drill"


def _units(actor: Actor) -> list[tuple[str, str]]:
    kinds = [UnitKind.ZONE, UnitKind.AREA, UnitKind.ENTERPRISE]
    found = list(
        Unit.objects.filter(within("path", actor.paths(Permission.VIEW_AUDIT)), kind__in=kinds)
        .order_by("path")
        .values_list("path", "name", "kind")[: MAX_UNITS + 1]
    )
    if len(found) > MAX_UNITS:
        found = [one for one in found if one[2] != UnitKind.ENTERPRISE]
    depth = min((path.count("/") for path, _name, _kind in found), default=0)
    return [(path, "\u3000" * (path.count("/") - depth) + name) for path, name, _kind in found]
