"""The row in which figures are given."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import Difficulty, Period
from pingzhan.domain.premises.models import Figures
from pingzhan.pages.company.gate.forms import text


def _figure(label: Any, *, places: int, required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=required,
        max_digits=12,
        decimal_places=places,
        min_value=0,
        error_messages={
            "required": gettext_lazy("请填写数字，没有的填 0。"),
            "invalid": gettext_lazy("应为数字，例如 12.5。"),
            "min_value": gettext_lazy("数字不能小于 0。"),
            "max_digits": gettext_lazy("数字过大。"),
            "max_whole_digits": gettext_lazy("数字过大。"),
            "max_decimal_places": gettext_lazy("小数位数过多。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class FiguresForm(forms.Form):
    """Figures of a day or week. What stands for another day is not filled in: figures are looked up, not copied."""

    period = forms.ChoiceField(label=gettext_lazy("类别"), choices=Period.choices)
    day = forms.DateField(
        label=gettext_lazy("日期"),
        error_messages={"required": gettext_lazy("请填写日期。"), "invalid": gettext_lazy("日期不对。")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    output = _figure(gettext_lazy("产值（万元）"), places=2, required=True)
    at_work = forms.IntegerField(
        label=gettext_lazy("在岗人数"),
        min_value=0,
        max_value=1_000_000,
        error_messages={
            "required": gettext_lazy("请填写在岗人数。"),
            "invalid": gettext_lazy("人数应为整数。"),
            "min_value": gettext_lazy("数字不能小于 0。"),
            "max_value": gettext_lazy("数字过大。"),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    orders = _figure(gettext_lazy("在手订单（万元）"), places=2)
    power = _figure(gettext_lazy("用电量（千瓦时）"), places=1)
    difficulty = forms.ChoiceField(
        label=gettext_lazy("困难类别"),
        required=False,
        choices=[("", gettext_lazy("没有困难")), *Difficulty.choices],
    )
    words = text(gettext_lazy("困难和需求"), required=False, most=300)

    @staticmethod
    def of(row: Figures | None, period: str, day: date) -> dict[str, Any]:
        """Return what is filled in at first: the figures that are there to be corrected, else only the day."""
        if row is None:
            return {"period": period, "day": day}
        names = ("period", "day", "output", "at_work", "orders", "power", "difficulty", "words")
        return {name: getattr(row, name) for name in names}

    def data_of(self) -> premises.FiguresData:
        """Return the figures."""
        data = {key: value for key, value in self.cleaned_data.items() if key not in ("period", "day")}
        return premises.FiguresData(**data)
