"""Forms of 演练复盘."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import Level

if TYPE_CHECKING:
    _Person = forms.ModelChoiceField[Person]
    _People = forms.ModelMultipleChoiceField[Person]
    _Unit = forms.ModelChoiceField[Unit]
else:
    _Person, _People, _Unit = (
        forms.ModelChoiceField,
        forms.ModelMultipleChoiceField,
        forms.ModelChoiceField,
    )


def moment_input() -> forms.DateTimeInput:
    """Return a field of the browser for a day and a time."""
    return forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class PersonChoice(_Person):
    """A person by name and title."""

    def label_from_instance(self, obj: Person) -> str:
        """Return name and title."""
        return f"{obj.name} {obj.title}".strip()


class PeopleChoice(_People):
    """Persons by name and title."""

    def label_from_instance(self, obj: Person) -> str:
        """Return name and title."""
        return f"{obj.name} {obj.title}".strip()


class UnitChoice(_Unit):
    """A unit by its name."""

    def label_from_instance(self, obj: Unit) -> str:
        """Return the name."""
        return obj.name


class DrillForm(forms.Form):
    """What a drill is about and who runs it."""

    title = forms.CharField(label=_("演练名称"), max_length=120)
    unit = UnitChoice(label=_("范围"), queryset=Unit.objects.none())
    level = forms.TypedChoiceField(
        label=_("等级"), coerce=int, choices=[(one.value, one.sign) for one in Level], initial=4
    )
    scenario = forms.CharField(
        label=_("背景情况"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("启动时写入命令，参演人员会看到。"),
    )
    planned_at = forms.DateTimeField(label=_("计划时间"), required=False, widget=moment_input())
    blind = forms.BooleanField(
        label=_("双盲演练"),
        required=False,
        help_text=_("启动之前只有准备人、负责人、导调员和评估员知道。"),
    )
    leader = PersonChoice(label=_("演练负责人"), required=False, queryset=Person.objects.none())
    evaluator = PersonChoice(
        label=_("评估员"),
        required=False,
        queryset=Person.objects.none(),
        help_text=_("指定以后只有评估员可以评分。"),
    )
    controllers = PeopleChoice(
        label=_("导调员"),
        required=False,
        queryset=Person.objects.none(),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )

    def __init__(self, *args: Any, zone: Unit, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(
            home_unit__path__startswith=zone.path, active=True, kind=PersonKind.OFFICIAL
        ).order_by("sort_key", "name", "pk")
        for name in ("leader", "evaluator", "controllers"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people
        scope = self.fields["unit"]
        assert isinstance(scope, forms.ModelChoiceField)
        scope.queryset = units
        scope.empty_label = None


class InjectForm(forms.Form):
    """A situation of the script."""

    offset_min = forms.IntegerField(label=_("启动后第几分钟"), min_value=0, max_value=10080)
    to = forms.ChoiceField(label=_("交给"))
    text = forms.CharField(label=_("情况"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    expected = forms.CharField(label=_("预期行动"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    points = forms.IntegerField(label=_("分值"), min_value=1, max_value=100, initial=10)
    within_min = forms.IntegerField(label=_("限时（分钟）"), min_value=1, max_value=1440, initial=30)

    def __init__(self, *args: Any, targets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = targets


class ScoreForm(forms.Form):
    """What the evaluator says of a situation."""

    score = forms.IntegerField(label=_("得分"), min_value=0)
    remark = forms.CharField(
        label=_("评语"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    observed = forms.BooleanField(
        label=_("现场看到已经完成"),
        required=False,
        help_text=_("没有在系统内反馈时勾选，完成时间记为现在。"),
    )


class ReviewForm(forms.Form):
    """The two questions of a review."""

    kept = forms.CharField(
        label=_("做得好的"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    change = forms.CharField(
        label=_("要改进的"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ActionForm(forms.Form):
    """What is to be done after a review."""

    text = forms.CharField(label=_("整改事项"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    to = forms.ChoiceField(label=_("承办"))
    due_at = forms.DateTimeField(
        label=_("时限"),
        required=False,
        widget=moment_input(),
        help_text=_("不填时为结束后第 30 天。"),
    )

    def __init__(
        self, *args: Any, targets: Sequence[tuple[str, list[tuple[str, str]]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(targets)


class NoteForm(forms.Form):
    """What one group hands over at the end."""

    text = forms.CharField(label=_("交接说明"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class HandoverForm(NoteForm):
    """The same for a group that is still to be chosen."""

    field_order = ("group", "text")
    group = forms.ChoiceField(label=_("工作组"))

    def __init__(self, *args: Any, groups: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = groups
