"""A paper goes to JSON and back; titles break by meaning; the sign-off stands where the standard says."""

from __future__ import annotations

from datetime import date

import pytest

from pingzhan.foundation.documents.content import chinese_date, content_from_json
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.setting import (
    TYPE_WIDTH_PT,
    break_title,
    sign_off_indents,
    text_width,
)
from pingzhan.foundation.documents.templating.sample import sample
from pingzhan.foundation.documents.word.body import TABLE_PT, column_widths


@pytest.mark.parametrize("kind", list(PaperKind))
def test_json_and_back(kind: PaperKind) -> None:
    assert content_from_json(sample(kind).as_json()) == sample(kind)


def test_date_has_no_leading_zero() -> None:
    assert chinese_date(date(2026, 5, 1)) == "2026年5月1日"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于召开会议的通知", ["关于召开会议的通知"]),
        (
            "云岭经济开发区管理委员会关于做好冬春季重点传染病防控工作的通知",
            ["云岭经济开发区管理委员会关于做好", "冬春季重点传染病防控工作的通知"],
        ),
        (
            "云岭经济开发区管理委员会关于印发《开发区突发公共卫生事件应急预案》的通知",
            ["云岭经济开发区管理委员会关于印发", "《开发区突发公共卫生事件应急预案》的通知"],
        ),
    ],
)
def test_title_breaks_by_meaning(title: str, lines: list[str]) -> None:
    assert break_title(title) == lines


@pytest.mark.parametrize("length", range(1, 90))
def test_title_loses_nothing_and_fits(length: int) -> None:
    title = ("关于做好冬春季重点传染病防控和安全生产的通知" * 5)[:length]
    lines = break_title(title)
    assert "".join(lines) == title
    assert all(text_width(line, 1) <= 19 for line in lines[:-1])


def test_organ_is_centred_over_the_date() -> None:
    organ, day = "云岭经济开发区管理委员会", "2026年11月25日"
    right, date_right = sign_off_indents(organ, day, 16)
    assert date_right == 64
    assert right + text_width(organ, 16) / 2 == date_right + text_width(day, 16) / 2


def test_a_long_organ_pushes_the_date_not_itself_over_the_edge() -> None:
    organ, day = "云岭经济开发区新型冠状病毒感染疫情防控工作领导小组办公室", "2026年5月1日"
    right, date_right = sign_off_indents(organ, day, 16)
    assert right == 0
    assert date_right + text_width(day, 16) / 2 == text_width(organ, 16) / 2


def test_a_number_fits_its_column_whatever_stands_beside_it() -> None:
    long = "迅达冷链物流有限公司企业疫情防控负责人和各项目责任人" * 2
    rows = (("企业", "人员", "电话", "替补", "替补电话"), (long, long, "154****5766", "无", "无"))
    widths = column_widths(rows)
    assert sum(widths) == pytest.approx(TYPE_WIDTH_PT)
    for width, text in zip(widths, ("", "", "154****5766", "替补", "替补电话"), strict=True):
        assert width >= text_width(text, TABLE_PT) + 10


def test_columns_of_a_table_that_cannot_fit_share_the_line_by_length() -> None:
    widths = column_widths((("甲", "乙"), ("x" * 300, "y" * 300)))
    assert widths == pytest.approx([TYPE_WIDTH_PT / 2] * 2)
