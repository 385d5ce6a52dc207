"""Only Chinese prose gets full-width marks: code, patterns and English that names Chinese terms stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from pingzhan.config.upkeep import marks

# zhpunct: off

COMMA, COLON, OPEN, CLOSE = "\uff0c", "\uff1a", "\uff08", "\uff09"


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ('x = "甲,乙"\n', f'x = "甲{COMMA}乙"\n'),
        ('x = f"共{n:>3}人:{len(a)}"\n', f'x = f"共{{n:>3}}人{COLON}{{len(a)}}"\n'),
        ('x = _("%(名)s:岗位")\n', f'x = _("%(名)s{COLON}岗位")\n'),
        ('x = "岗(位)" # 平时:两次\n', f'x = "岗{OPEN}位{CLOSE}" # 平时{COLON}两次\n'),
        ('def f():\n    """中文,说明。"""\n', f'def f():\n    """中文{COMMA}说明。"""\n'),
    ],
)
def test_python_strings_and_chinese_comments_are_corrected(source: str, fixed: str) -> None:
    assert marks.fix_python(source) == fixed


@pytest.mark.parametrize(
    "source",
    [
        'x = r"甲,乙"\n',
        'x = "甲,\\n乙"\n',
        'x = "甲,乙"  # zhpunct: off\n',
        '# zhpunct: off\nx = "甲,乙"\n# zhpunct: on\n',
        'x = d["甲"], f(a, "乙")\n',
        'x = "。;,"\n',
        'x = "same_name:甲"\n',
        'x = "(?:甲)(乙)"\n',
        '"""Serves the clause 平战一体 (迅即切换), and nothing else of it."""\n',
        "x = 1  # the groups (领导小组, 工作组) come first\n",
    ],
)
def test_patterns_code_and_english_stay(source: str) -> None:
    assert marks.fix_python(source) == source


def test_markdown_leaves_code_links_and_english() -> None:
    source = (
        "先运行`make up`,再打开[首页](a,中.md):\n\n```\n甲,乙\n```\n\n"
        "The terms 平时 (routine), 战时 stay.\n\n| 词 | 义 |\n| --- | :--: |\n"
    )
    fixed = marks.fix_markdown(source)
    assert fixed == source.replace("`,再", f"`{COMMA}再").replace("md):", f"md){COLON}")


def test_templates_correct_text_and_quoted_strings_only() -> None:
    tag, remark = "{{ a|default:'无,空' }}", "{# the 甲, 乙 of it #}"
    source = f"<p title=\"甲,乙\">岗&nbsp;位:{tag}</p>{{% translate '平时:' %}}{remark}"
    assert marks.fix_template(source) == (
        f"<p title=\"甲{COMMA}乙\">岗&nbsp;位{COLON}{{{{ a|default:'无{COMMA}空' }}}}</p>"
        f"{{% translate '平时{COLON}' %}}{remark}"
    )


def test_catalogue_ids_follow_their_sources() -> None:
    source = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "甲,乙"\nmsgstr "A, B"\n'
    assert f'msgid "甲{COMMA}乙"\nmsgstr "A, B"' in marks.fix_catalogue(source)


def test_a_file_is_reported_by_line_and_then_corrected(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text('a = 1\nb = "甲,乙"\n', encoding="utf-8")
    assert [place.partition(":")[2] for place in marks.faults(path)] == ['2 b = "甲,乙"']
    assert marks.correct(path)
    assert marks.faults(path) == []
    assert not marks.correct(path)
