"""Forms of 宣传培训."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import TrainingForm
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation.photos.forms import PhotosField
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.company.gate.forms import text

_BETWEEN = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")
EVERYBODY, TEAMS, MISSING = "all", "teams", "missing"


class NumbersField(forms.CharField):
    """Employee numbers, parted by blanks, commas or line breaks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=2_000,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text=gettext_lazy("多个工号用空格或逗号分开。"),
            **kwargs,
        )

    def clean(self, value: Any) -> list[str]:
        """Return the numbers, each once."""
        words = super().clean(value)
        return list(dict.fromkeys(one for one in _BETWEEN.split(words) if one))


class SessionForm(forms.Form):
    """A session: what was told, to whom, with whom missing."""

    topic = text(gettext_lazy("培训主题"), missing=gettext_lazy("请填写培训主题。"))
    held_on = forms.DateField(
        label=gettext_lazy("日期"),
        error_messages={"required": gettext_lazy("请填写日期。"), "invalid": gettext_lazy("日期不对。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    form = forms.ChoiceField(label=gettext_lazy("形式"), choices=TrainingForm.choices)
    hours = forms.DecimalField(
        label=gettext_lazy("学时"),
        max_digits=4,
        decimal_places=1,
        initial="1",
        error_messages={
            "required": gettext_lazy("请填写学时。"),
            "invalid": gettext_lazy("学时应为数字。"),
            "max_decimal_places": gettext_lazy("学时最多一位小数。"),
            "max_digits": gettext_lazy("学时应大于 0，不超过 24。"),
            "max_whole_digits": gettext_lazy("学时应大于 0，不超过 24。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    material = text(gettext_lazy("材料"), required=False, most=120)
    whom = forms.ChoiceField(
        label=gettext_lazy("参加的职工"),
        choices=[
            (EVERYBODY, gettext_lazy("全体在职职工")),
            (TEAMS, gettext_lazy("所选班组")),
            (MISSING, gettext_lazy("还没告知的职工")),
        ],
        initial=TEAMS,
        widget=forms.RadioSelect,
    )
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("班组"),
        required=False,
        queryset=Team.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    without = NumbersField(label=gettext_lazy("其中没有参加的"))
    besides = NumbersField(label=gettext_lazy("另外参加的"))
    photos = PhotosField()

    def __init__(self, *args: Any, unit: Unit, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"held_on": today, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        teams = self.fields["teams"]
        assert isinstance(teams, forms.ModelMultipleChoiceField)
        teams.queryset = Team.objects.filter(enterprise=unit, active=True).order_by("name")

    def data_of(self) -> premises.TrainingData:
        """Return what was told."""
        data = self.cleaned_data
        return premises.TrainingData(
            topic=data["topic"],
            held_on=data["held_on"],
            form=TrainingForm(data["form"]),
            hours=data["hours"],
            material=data["material"],
        )

    def workers(self, unit: Unit, days: int) -> list[int]:
        """Return whom it reached; empty for no team where teams were meant. Invalid for a number that is nobody's."""
        data = self.cleaned_data
        without, besides = data["without"], data["besides"]
        teams = list(data["teams"]) if data["whom"] == TEAMS else []
        if data["whom"] == EVERYBODY or teams:
            return premises.audience(unit, teams, without=without, besides=besides)
        numbers = {}
        if data["whom"] == MISSING:
            numbers = dict(premises.untold(unit.pk, days).values_list("employee_no", "pk"))
        for number in without:
            if number not in numbers:
                raise Invalid(_("工号%(no)s不在所选职工中，不用列为例外。") % {"no": number}, place="without")
            del numbers[number]
        more = set(_numbered(unit, besides))
        return sorted({*numbers.values(), *more})


def _numbered(unit: Unit, numbers: list[str]) -> list[int]:
    if not numbers:
        return []
    premises.audience(unit, [], besides=numbers)
    rows = Employment.objects.filter(enterprise=unit, left__isnull=True, employee_no__in=numbers)
    return list(rows.values_list("pk", flat=True))


class PhotoForm(forms.Form):
    """Photographs of a session."""

    photos = PhotosField(required=True)
