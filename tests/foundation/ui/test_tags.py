"""Tags and filters of the frame."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.forms import CharField, CheckboxSelectMultiple, Form, MultipleChoiceField
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from pingzhan.foundation.ui.icons import SHAPES
from pingzhan.foundation.ui.templatetags import ui

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def at_nine_thirty() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def test_levels_in_words() -> None:
    assert [ui.level(n) for n in (1, 2, 3, 4)] == ["\u2160级", "\u2161级", "\u2162级", "\u2163级"]
    assert ui.level(None) == ""


def test_postures_in_words() -> None:
    assert (ui.posture("routine"), ui.posture("emergency")) == ("平时", "战时")


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "00:00"), (134, "02:14"), (26 * 60 + 5, "26:05"), (-3, "00:00")]
)
def test_elapsed_runs_on_past_a_day(minutes: int, shown: str) -> None:
    assert ui.elapsed(NOW - timedelta(minutes=minutes)) == shown


def test_elapsed_of_nothing() -> None:
    assert ui.elapsed(None) == ""


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW - timedelta(hours=1), "08:30"),
        (NOW - timedelta(days=1), "11-24 09:30"),
        (NOW - timedelta(days=365), "2025-11-25 09:30"),
        (None, ""),
    ],
)
def test_clock_names_the_day_only_when_needed(moment: datetime | None, shown: str) -> None:
    assert ui.clock(moment) == shown


def test_ago() -> None:
    assert ui.ago(NOW - timedelta(seconds=20)) == "刚刚"
    assert ui.ago(NOW - timedelta(minutes=4)).replace("\xa0", "").replace(" ", "") == "4分钟前"
    assert ui.ago(NOW + timedelta(hours=2)).replace("\xa0", "").replace(" ", "") == "2小时后"
    assert ui.ago(None) == ""


def test_page_language() -> None:
    with translation.override("en"):
        assert ui.html_lang() == "en"
    with translation.override("zh-hans"):
        assert ui.html_lang() == "zh-CN"


def test_unknown_icon_fails_loudly_and_unknown_state_has_a_shape() -> None:
    with pytest.raises(KeyError):
        ui.icon("no-such-icon")
    assert SHAPES["idle"] in ui.shape("no-such-state")
    assert "<svg" in ui.nav_icon("no-such-page")


def test_every_state_has_its_own_shape() -> None:
    assert len(set(SHAPES.values())) == len(SHAPES)


class Sample(Form):
    reason = CharField(label="事由", help_text="写明依据")
    groups = MultipleChoiceField(
        label="组", choices=[("a", "甲"), ("b", "乙")], widget=CheckboxSelectMultiple
    )


def render(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def test_field_ties_control_hint_and_error() -> None:
    form = Sample({"reason": ""})
    html = render("{% load ui %}{% control form.reason %}", form=form)
    assert 'aria-describedby="id_reason_hint id_reason_error"' in html
    assert "is-invalid" in html
    assert 'aria-invalid="true"' in html


def test_chart_data_cannot_end_its_element() -> None:
    html = render("{{ data|json_data:'x' }}", data={"name": "</pre><script>alert(1)</script>"})
    assert html.count("<") == 2
    assert html.startswith('<pre id="x-data" hidden>')


PLAIN = Template(
    '<thead><tr>{% for word in columns %}<th scope="col"{% if not forloop.first %} class="num"{% endif %}>'
    "{{ word }}</th>{% endfor %}</tr></thead><tbody>{% for row in rows %}<tr>{% for cell, number in row %}"
    '{% if forloop.first %}<th scope="row">{{ cell }}</th>{% else %}<td{% if number %} class="num"{% endif %}>'
    "{{ cell }}</td>{% endif %}{% endfor %}</tr>{% endfor %}</tbody>"
)
CELLS = [
    ("<b>&", False),
    (mark_safe("<i>x</i>"), False),
    (gettext_lazy("完成"), False),
    ("", False),
    (None, False),
    (True, False),
    (0, True),
    (-12, True),
    (1_234_567, True),
    (97.5, True),
    (1e21, True),
    (NOW, False),
    (NOW.astimezone(ZoneInfo("UTC")), False),
    (NOW.date(), False),
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_table_beneath_a_chart_is_what_a_template_writes(language: str) -> None:
    columns = ["<day>", "n", gettext_lazy("完成")]
    rows = [CELLS, CELLS[::-1], CELLS[6:], []]
    with translation.override(language):
        made = ui.chart_table(columns, [[cell for cell, _number in row] for row in rows])
        assert made == PLAIN.render(Context({"columns": columns, "rows": rows}))
        assert ui.chart_table("", "") == PLAIN.render(Context({"columns": "", "rows": ""}))
