"""Message ids are found in Python and in templates exactly as Django looks them up."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import trans_real

from pingzhan.config.upkeep.messages import Message, collect, python_messages, template_messages

PYTHON = """
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy, ngettext as many, pgettext
from somewhere import gettext as foreign

A = _("一")
B = gettext_lazy("二"
    "三")
C = many("%(n)d 岗", "%(n)d 个岗", 2)
D = pgettext("班次", "早")
E = translation.gettext("四")
F = foreign("不算")
G = _(A)
"""


def texts(found: list[Message]) -> list[tuple[str | None, str, str | None]]:
    return [(one.context, one.text, one.plural) for one in found]


def test_python_calls_are_found_by_what_was_imported() -> None:
    found, problems = python_messages(PYTHON, "a.py")
    assert sorted(texts(found), key=str) == sorted(
        [
            (None, "一", None),
            (None, "二三", None),
            (None, "%(n)d 岗", "%(n)d 个岗"),
            ("班次", "早", None),
            (None, "四", None),
        ],
        key=str,
    )
    assert problems == []


@pytest.mark.parametrize("call", ['_(f"第{n}号")', '_("第" + n)', '_("第%d号" % n)'])
def test_text_put_together_before_the_call_is_refused(call: str) -> None:
    source = f"from django.utils.translation import gettext as _\nn = 1\nx = {call}\n"
    _found, problems = python_messages(source, "a.py")
    assert [(problem.file, problem.line) for problem in problems] == [("a.py", 3)]


TEMPLATES = [
    ("{% translate '一' %}", {}),
    ('{% trans "百分之 5%" %}', {}),
    ('{% translate "早" context "班次" %}', {}),
    ("{% blocktranslate with n=3 %}共 {{ n }} 人 5%{% endblocktranslate %}", {}),
    ("{% blocktranslate trimmed %}\n  上\n  下\n{% endblocktranslate %}", {}),
    ("{% blocktranslate count n=k %}{{ n }} 岗{% plural %}{{ n }} 个岗{% endblocktranslate %}", {"k": 2}),
    ('{% blocktranslate context "班次" %}夜{% endblocktranslate %}', {}),
    ("{{ none|default:_('无人') }}", {}),
    ('{% if 1 %}{{ _("有") }}{% endif %}', {}),
]


@pytest.mark.parametrize(("source", "context"), TEMPLATES)
def test_template_ids_are_those_django_asks_for(
    source: str, context: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue is replaced by a recorder, so Django itself says which ids it looks up."""
    asked: list[tuple[str | None, str, str | None]] = []

    class Recorder:
        def gettext(self, text: str) -> str:
            head, mark, tail = text.partition(trans_real.CONTEXT_SEPARATOR)
            asked.append((head, tail, None) if mark else (None, text, None))
            return text

        def ngettext(self, one: str, many: str, n: int) -> str:
            asked.append((None, one, many))
            return many

    with translation.override("en"):
        monkeypatch.setattr(trans_real._active, "value", Recorder(), raising=False)  # type: ignore[attr-defined]
        Template(source).render(Context(context))
    found, problems = template_messages(source, "a.html")
    assert [entry for entry in texts(found) if entry not in asked] == []
    assert len(found) == 1
    assert problems == []


def test_unmarked_chinese_in_a_template_is_refused_with_its_line() -> None:
    comments = "{# 说明 #}<!-- 注 -->\n{% comment %}旧{% endcomment %}"
    source = f"<p>\n{comments}\n  岗位\n<b title=\"{{{{ x|default:'无' }}}}\">"
    _found, problems = template_messages(source, "a.html")
    assert [problem.line for problem in problems] == [4, 5]


def test_component_attributes_are_searched() -> None:
    found, problems = template_messages("<c-empty :title=\"_('没有')\" />", "a.html")
    assert texts(found) == [(None, "没有", None)]
    assert problems == []


def test_one_text_with_two_plurals_is_a_problem(tmp_path: Path) -> None:
    package = tmp_path / "src" / "pack"
    package.mkdir(parents=True)
    head = "from django.utils.translation import ngettext\n"
    (package / "a.py").write_text(head + 'ngettext("一岗", "几岗", 2)\n', encoding="utf-8")
    (package / "b.py").write_text(head + 'ngettext("一岗", "多岗", 2)\n', encoding="utf-8")
    found, problems = collect(package)
    assert found[(None, "一岗")].files == ["src/pack/a.py", "src/pack/b.py"]
    assert [problem.file for problem in problems] == ["src/pack/b.py"]
