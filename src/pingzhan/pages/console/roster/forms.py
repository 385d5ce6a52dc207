"""Forms of the roster pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation.enums import AbsenceKind, PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import HolidayKind
from pingzhan.domain.territory.models import Unit

if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Person]
else:
    _Choice = forms.ModelChoiceField


def officials(zone: Unit) -> QuerySet[Person]:
    """Return the officials in service of a zone, by reading."""
    return Person.objects.filter(
        home_unit__path__startswith=zone.path, active=True, kind=PersonKind.OFFICIAL
    ).order_by("sort_key", "name", "pk")


class PersonChoice(_Choice):
    """A person by name and title, so that two of one name are told apart."""

    def label_from_instance(self, obj: Person) -> str:
        """Return name and title."""
        return f"{obj.name} {obj.title}".strip()


def date_input() -> forms.DateInput:
    """Return a date field of the browser."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def near(value: date) -> None:
    """Refuse a day or a moment outside of the calendar: a slip of the pen."""
    if value.year not in api.YEARS:
        raise ValidationError(_("请检查年份。"), code="year")


class PeriodForm(forms.Form):
    """First and last day of a roster to be made."""

    first = forms.DateField(label=gettext_lazy("起始日期"), validators=[near], widget=date_input())
    last = forms.DateField(
        label=gettext_lazy("截止日期"),
        validators=[near],
        widget=date_input(),
        help_text=gettext_lazy("含当天。"),
    )

    def until(self) -> date:
        """Return the day after the last."""
        last: date = self.cleaned_data["last"]
        return last + timedelta(days=1)


class _OfZone(forms.Form):
    def __init__(self, *args: Any, zone: Unit, people: QuerySet[Person] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = officials(zone) if people is None else people
        field.empty_label = _("请选择")


class SubstituteForm(_OfZone):
    """Who takes the shift, and why."""

    person = PersonChoice(label=gettext_lazy("替班人"), queryset=Person.objects.none())
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)

    def __init__(
        self, *args: Any, suggested: Sequence[tuple[int, str]] = (), zone: Unit, **kwargs: Any
    ) -> None:
        super().__init__(*args, zone=zone, **kwargs)
        field = self.fields["person"]
        first = {pk for pk, _label in suggested}
        rest = [
            (person.pk, f"{person.name} {person.title}".strip())
            for person in officials(zone)
            if person.pk not in first
        ]
        groups: list[Any] = [("", _("请选择"))]
        if suggested:
            groups.append((_("轮值人员"), list(suggested)))
        groups.append((_("其他干部"), rest))
        field.widget.choices = groups


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class AddShiftForm(_OfZone):
    """A shift that the roster lacks."""

    seat = forms.TypedChoiceField(
        label=gettext_lazy("岗位"),
        coerce=int,
        choices=[(0, gettext_lazy("带班领导")), (1, gettext_lazy("值班员")), (2, gettext_lazy("第二值班员"))],
    )
    t0 = forms.DateTimeField(
        label=gettext_lazy("开始"),
        validators=[near],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    t1 = forms.DateTimeField(
        label=gettext_lazy("结束"),
        validators=[near],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    person = PersonChoice(label=gettext_lazy("值班人"), queryset=Person.objects.none())
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class SwapForm(forms.Form):
    """With whom: an exchange for one of his shifts, or a favour."""

    whom = forms.ChoiceField(label=gettext_lazy("和谁换"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)

    def __init__(self, *args: Any, offers: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["whom"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("请选择")), *offers]


class MemberForm(_OfZone):
    """Who joins the rotation."""

    person = PersonChoice(label=gettext_lazy("人员"), queryset=Person.objects.none())


class HandoverForm(forms.Form):
    """What happened on this duty, and further matters, one on a line."""

    summary = forms.CharField(
        label=gettext_lazy("本班情况"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("没有特别情况也请写“无异常”。"),
    )
    notes = forms.CharField(
        label=gettext_lazy("补充待办事项"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("一行一项。"),
    )


class NoteForm(forms.Form):
    """A remark with a signature."""

    note = forms.CharField(label=gettext_lazy("意见"), required=False, max_length=300)


class AbsenceForm(_OfZone):
    """Who is away, why and when; whole days."""

    person = PersonChoice(label=gettext_lazy("人员"), queryset=Person.objects.none())
    kind = forms.ChoiceField(label=gettext_lazy("事由"), choices=AbsenceKind.choices)
    first = forms.DateField(label=gettext_lazy("开始日期"), validators=[near], widget=date_input())
    last = forms.DateField(
        label=gettext_lazy("结束日期"),
        validators=[near],
        widget=date_input(),
        help_text=gettext_lazy("含当天。"),
    )
    basis = forms.CharField(label=gettext_lazy("依据"), required=False, max_length=120)
    override = forms.CharField(
        label=gettext_lazy("批准理由"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("只在 AB 岗同时离岗、由领导小组批准时填写。"),
    )


class HolidayForm(forms.Form):
    """What a day is, and which notice says so."""

    day = forms.DateField(label=gettext_lazy("日期"), validators=[near], widget=date_input())
    kind = forms.ChoiceField(label=gettext_lazy("安排"), choices=HolidayKind.choices)
    name = forms.CharField(label=gettext_lazy("节日"), max_length=40)
    source = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("写明国务院办公厅通知的文号。")
    )
