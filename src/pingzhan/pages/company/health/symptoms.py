"""The form by which somebody says what he feels, or the contact what a worker says."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from pingzhan.domain.health.enums import Symptom


class SymptomForm(forms.Form):
    """Who, by his employee number only, and what he feels."""

    number = forms.CharField(
        label=gettext_lazy("工号"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写工号。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    symptoms = forms.MultipleChoiceField(
        label=gettext_lazy("症状"),
        choices=Symptom.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选择一种症状。")},
    )
