"""What is drawn without templates is what the templates would draw."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template

from pingzhan.foundation.ui.icons import SHAPES
from pingzhan.foundation.ui.renderer import Renderer
from pingzhan.foundation.ui.rows import Column, badge, table

NASTY = "\"><b>&'"


class Kinds(forms.Form):
    one = forms.ChoiceField(choices=[("", "全部"), ("a", NASTY), (7, "七"), (NASTY, "n")], initial="a")
    grouped = forms.ChoiceField(choices=[("", "-"), (NASTY, [("x", "X"), ("y", "Y")]), ("z", 1234)])
    many = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["a", "b"], disabled=True)
    known = forms.NullBooleanField()
    words = forms.CharField(initial=NASTY, widget=forms.TextInput(attrs={"placeholder": NASTY}))
    empty = forms.CharField(required=False, max_length=5)
    none = forms.CharField(initial="", widget=forms.HiddenInput)
    number = forms.IntegerField(initial=1234, min_value=1)
    mail = forms.EmailField(initial="a@b.example")
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(widget=forms.Textarea)
    tick = forms.BooleanField(initial=True)


def squeezed(text: Any) -> str:
    return re.sub(r"\s*\n\s*", "\n", str(text)).strip()


@pytest.mark.parametrize(
    "data", [None, {"one": "7", "grouped": "y", "words": NASTY, "number": "x", "many": ["b"]}]
)
@pytest.mark.parametrize("name", list(Kinds.base_fields))
def test_every_control_is_the_one_that_django_draws(name: str, data: dict[str, Any] | None) -> None:
    ours = str(Kinds(data, renderer=Renderer())[name])
    theirs = str(Kinds(data, renderer=DjangoTemplates())[name])
    assert squeezed(ours) == squeezed(theirs)
    assert "<b>" not in ours


class OwnOption(forms.Select):
    option_template_name = "django/forms/widgets/radio_option.html"


def test_an_option_with_a_template_of_its_own_is_left_to_django() -> None:
    widget = OwnOption(choices=[("a", "A")])
    ours = widget.render("n", "a", renderer=Renderer())
    assert ours == widget.render("n", "a", renderer=DjangoTemplates())
    assert "<label" in ours


@pytest.mark.parametrize("state", list(SHAPES))
def test_a_badge_is_the_component(state: str) -> None:
    wanted = compiled('{% cotton badge state="{{ state }}" %}{{ word }}{% endcotton %}', state=state)
    assert str(badge(state, NASTY)) == wanted


def compiled(text: str, **more: str) -> str:
    return Template(text).render(Context({**more, "word": NASTY})).strip()


def test_a_table_names_its_columns_in_each_cell_and_escapes_its_texts() -> None:
    columns = [Column("选", "pick", pick=True), Column("名", head=True), Column("数", "num"), Column(NASTY)]
    text = table(columns, [[badge("ok", "好"), NASTY, "0", ""], ["", "", "", "y"]])
    assert "<b>" not in text
    head, body = text.split("<tbody>")
    assert '<th scope="col"><span class="visually-hidden">选</span></th>' in head
    assert '<th scope="col" class="num">数</th>' in head
    first, second = body.split("</tr>")[:2]
    assert '<td class="pick"><span class="status' in first
    assert '<td class="num" data-label="数">0</td>' in first
    assert first.endswith(">—</td>")
    assert '<td class="pick"></td><th scope="row"></th><td class="num" data-label="数">—</td>' in second


def test_a_row_must_fit_the_columns() -> None:
    with pytest.raises(ValueError, match="zip"):
        table([Column("一"), Column("二")], [["x"]])
