"""Forms of the pages of the front line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.frontline.api import ResponsibleChange
from pingzhan.domain.frontline.enums import Cover, PlaceSource
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit

ALL = gettext_lazy("全部")


class FirmFilter(forms.Form):
    """What to show of the enterprises; every field may stay empty."""

    q = forms.CharField(
        label=gettext_lazy("企业或责任人"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search"}),
    )
    area = forms.ChoiceField(label=gettext_lazy("片区"), required=False)
    cover = forms.ChoiceField(
        label=gettext_lazy("责任情况"),
        required=False,
        choices=[("", ALL), ("gap", gettext_lazy("有缺口")), *Cover.choices],
    )

    def __init__(self, *args: Any, areas: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", ALL), *((str(one.pk), one.name) for one in areas)]  # type: ignore[attr-defined]


class OfficialFilter(forms.Form):
    """What to show of the officials."""

    q = forms.CharField(
        label=gettext_lazy("姓名或职务"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search"}),
    )
    show = forms.ChoiceField(
        label=gettext_lazy("范围"),
        required=False,
        choices=[("", ALL), ("with", gettext_lazy("已包保")), ("without", gettext_lazy("未包保"))],
    )


class PlaceFilter(forms.Form):
    """What to show of the places."""

    q = forms.CharField(
        label=gettext_lazy("姓名或去处"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"type": "search"}),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("来由"),
        required=False,
        choices=[("", ALL), ("none", gettext_lazy("没有去处")), *PlaceSource.choices],
    )


class _PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return _("%(name)s（%(title)s）") % {"name": obj.name, "title": obj.title} if obj.title else obj.name


class EnterpriseForm(forms.Form):
    """Who answers for an enterprise and who stands in; empty is nobody."""

    first = _PersonField(label=gettext_lazy("包企责任人"), queryset=Person.objects.none(), required=False)
    second = _PersonField(label=gettext_lazy("替补"), queryset=Person.objects.none(), required=False)
    was_first = forms.IntegerField(widget=forms.HiddenInput, required=False)
    was_second = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, people: QuerySet[Person], held: Mapping[int, int], **kwargs: Any) -> None:
        first, second = held.get(0), held.get(1)
        kwargs["initial"] = {
            "first": first,
            "second": second,
            "was_first": first,
            "was_second": second,
        }
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse the same person twice."""
        data = super().clean() or {}
        if data.get("first") and data.get("first") == data.get("second"):
            self.add_error("second", _("责任人和替补不能是同一个人。"))
        return data

    def changes(self, unit: int) -> list[ResponsibleChange]:
        """Return what the form asks for."""
        data = self.cleaned_data
        return [
            ResponsibleChange(unit, rank, data[name].pk if data[name] else None, data[f"was_{name}"])
            for rank, name in enumerate(("first", "second"))
        ]


class PlaceForm(forms.Form):
    """Where an official stands in an emergency; empty leaves it to the system."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("去处"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("由系统安排"),
    )
    duty = forms.CharField(
        label=gettext_lazy("任务"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("不填为“督促落实防控措施，及时报告情况”。"),
    )
    leads = forms.BooleanField(label=gettext_lazy("在那里带队"), required=False)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
