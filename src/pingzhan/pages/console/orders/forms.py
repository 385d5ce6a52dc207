"""Forms of 督办."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import Evidence, OrderSource
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass
from pingzhan.foundation.photos.forms import PhotosField

MOMENT = "%Y-%m-%dT%H:%M"


def moment() -> forms.DateTimeInput:
    """Return a field for a moment that phones show with their own picker."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)


class WordsForm(forms.Form):
    """What is ordered and until when."""

    text = forms.CharField(
        label=_("办什么"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    due_at = forms.DateTimeField(label=_("何时前"), widget=moment())
    evidence = forms.ChoiceField(
        label=_("反馈要求"), choices=Evidence.choices, initial=Evidence.TEXT, required=False
    )
    critical = forms.BooleanField(label=_("重要事项"), required=False)

    def words(self) -> dict[str, Any]:
        """Return the arguments that every way of giving takes."""
        data = self.cleaned_data
        return {
            "text": data.get("text", ""),
            "due_at": data["due_at"],
            "evidence": data.get("evidence") or Evidence.TEXT,
            "critical": bool(data.get("critical")),
        }


class QuickForm(WordsForm):
    """One line as it was understood, to be looked at before it is sent."""

    to = forms.ChoiceField(label=_("谁"))
    line = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    field_order: Sequence[str] = ("to", "due_at", "text", "evidence", "critical", "line")

    def __init__(self, choices: orders.Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        set_choices(self.fields["to"], choices, _now("请选择"))


class OrderForm(QuickForm):
    """The full form: title, helpers, source, and the time of an order that is entered later."""

    title = forms.CharField(label=_("标题"), max_length=120)
    co = forms.MultipleChoiceField(
        label=_("协办"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("可以不选；按住 Ctrl 可选多个。"),
    )
    source = forms.ChoiceField(label=_("来源"), choices=OrderSource.choices, initial=OrderSource.DESK)
    source_note = forms.CharField(label=_("来源说明"), required=False, max_length=200)
    given_at = forms.DateTimeField(
        label=_("下达时间"),
        required=False,
        widget=moment(),
        help_text=_("补录已口头或书面下达的事项时填写，其余留空。"),
    )
    field_order = ("title", "to", "co", "due_at", "text", "evidence", "critical", "source", "source_note")

    def __init__(self, choices: orders.Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(choices, *args, **kwargs)
        self.fields["text"].required = False
        self.fields["text"].label = _now("要求")
        set_choices(self.fields["co"], choices)


def set_choices(field: forms.Field, choices: orders.Choices, empty: str = "") -> None:
    """Offer the targets of a zone, by kind, with an empty line first when ``empty`` is given."""
    assert isinstance(field, forms.ChoiceField | forms.MultipleChoiceField)
    rows: list[Any] = [(heading, list(pairs)) for heading, pairs in choices.groups]
    field.choices = [("", empty), *rows] if empty else rows


class FilterForm(forms.Form):
    """Which enterprises an order goes to; an empty field does not limit."""

    q = forms.CharField(label=_("名称"), required=False, max_length=60)
    area = forms.ChoiceField(label=_("片区"), required=False)
    risk = forms.ChoiceField(label=_("风险等级"), required=False)
    status = forms.ChoiceField(label=_("经营状态"), required=False)
    flag = forms.ChoiceField(label=_("特征"), required=False)

    def __init__(self, areas: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _now("全部"))
        flags = [
            ("cold_chain", _now("经营冷链")),
            ("imported_goods", _now("使用进口货物")),
            ("canteen", _now("有职工食堂")),
            ("dormitory", _now("有职工宿舍")),
        ]
        for name, rows in (
            ("area", areas),
            ("risk", list(RiskClass.choices)),
            ("status", list(EnterpriseStatus.choices)),
            ("flag", flags),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [every, *rows]

    def shown(self) -> str:
        """Return the filter in words, for the record of the batch."""
        parts = []
        for name, field in self.fields.items():
            value = self.data.get(name, "")
            if not value:
                continue
            if isinstance(field, forms.ChoiceField):
                value = str(dict(list(field.choices)).get(value, value))  # type: ignore[arg-type]
            parts.append(f"{field.label}\uff1a{value}")
        return _now("；").join(parts)


class BulkForm(WordsForm):
    """One text to many."""

    title = forms.CharField(label=_("标题"), max_length=120)
    groups = forms.MultipleChoiceField(
        label=_("同时下达给工作组"), required=False, widget=forms.CheckboxSelectMultiple
    )
    firms = forms.BooleanField(label=_("下达给上面列出的企业"), required=False, initial=True)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("title", "text", "due_at", "evidence", "critical", "firms", "groups")


class FeedbackForm(forms.Form):
    """What the lead reports: words, a number or photographs, as the order asks."""

    note = forms.CharField(
        label=_("办理情况"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    count = forms.IntegerField(
        label=_("数字"),
        required=False,
        min_value=0,
        max_value=100_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("零也要报。"),
    )
    photos = PhotosField()

    def __init__(self, evidence: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if evidence != Evidence.COUNT:
            del self.fields["count"]
        needed = {Evidence.TEXT: "note", Evidence.COUNT: "count", Evidence.PHOTO: "photos"}.get(
            Evidence(evidence)
        )
        if needed is not None:
            self.fields[needed].required = True


class PersonsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Participants by name and title."""

    def label_from_instance(self, obj: Any) -> str:
        """Return what the list shows."""
        return f"{obj.name}\uff08{obj.title}\uff09" if obj.title else str(obj.name)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One person by name and title."""

    label_from_instance = PersonsField.label_from_instance


class MeetingForm(forms.Form):
    """The record of a meeting."""

    title = forms.CharField(label=_("会议名称"), max_length=120)
    held_at = forms.DateTimeField(label=_("时间"), widget=moment())
    place = forms.CharField(label=_("地点"), required=False, max_length=120)
    chair = PersonField(label=_("主持人"), queryset=Person.objects.none(), required=False)
    people = PersonsField(
        label=_("参加人员"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("按住 Ctrl 可选多个。"),
    )
    guests = forms.CharField(label=_("列席"), required=False, max_length=500)
    points = forms.CharField(
        label=_("议题和讨论情况"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    material = forms.CharField(
        label=_("会议材料"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, persons: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("chair", "people"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = persons

    def record(self) -> orders.MeetingData:
        """Return the record for the action."""
        data = self.cleaned_data
        chair = data["chair"]
        return orders.MeetingData(
            title=data["title"],
            held_at=data["held_at"],
            points=data["points"],
            place=data["place"],
            chair=chair.pk if chair is not None else None,
            people=[person.pk for person in data["people"]],
            guests=data["guests"],
            material=data["material"],
        )


class DecisionForm(forms.Form):
    """A decision; it is never changed afterwards."""

    text = forms.CharField(label=_("决定事项"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    options = forms.CharField(
        label=_("比选方案"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    basis = forms.CharField(label=_("依据"), required=False, max_length=1000)
    decided_by = forms.CharField(label=_("决定人"), max_length=60)
