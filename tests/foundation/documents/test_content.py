"""A paper goes to JSON and back; titles break by meaning; the sign-off stands where the standard says."""

from __future__ import annotations

from datetime import date

import pytest

from pingzhan.foundation.documents.content import chinese_date, content_from_json
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.setting import break_title, sign_off_indents, text_width
from pingzhan.foundation.documents.templating.sample import sample


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
