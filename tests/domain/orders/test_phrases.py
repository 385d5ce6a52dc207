"""“谁 何时前 办什么”: what a typed line is understood to mean."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pingzhan.domain.orders import api
from pingzhan.domain.orders.phrases import Name, read_line
from tests.factories import SmallZone

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 10, 30, tzinfo=SHANGHAI)
"""A Wednesday."""
NAMES = [
    Name("group:medical", "医疗保障组", ("医疗保障组", "医疗保障")),
    Name("group:testing", "核酸检测组", ("核酸检测组", "核酸检测")),
    Name("post:medical.head", "医疗保障组组长", ("医疗保障组组长",)),
    Name("enterprise:7", "青禾食品有限公司", ("青禾食品有限公司", "青禾食品")),
    Name("enterprise:8", "青禾饲料有限公司", ("青禾饲料有限公司", "青禾饲料", "青禾食品厂")),
    Name("person:1", "王明", ("王明",)),
    Name("person:2", "王明", ("王明",)),
]


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("今天17时前", "11-25 17:00"),
        ("今日17:00前", "11-25 17:00"),
        ("今天17\uff1a30之前", "11-25 17:30"),
        ("今天下午5点前", "11-25 17:00"),
        ("今天下午5点半前", "11-25 17:30"),
        ("下午3点20分前", "11-25 15:20"),
        ("23点前", "11-25 23:00"),
        ("今天24时前", "11-25 23:59"),
        ("今晚", "11-25 22:00"),
        ("今晚9点前", "11-25 21:00"),
        ("今天", "11-25 18:00"),
        ("明天", "11-26 18:00"),
        ("明天中午12点前", "11-26 12:00"),
        ("明早8点前", "11-26 08:00"),
        ("后天上午9时前", "11-27 09:00"),
        ("大后天", "11-28 18:00"),
        ("3天内", "11-28 10:30"),
        ("三天内", "11-28 10:30"),
        ("两日内", "11-27 10:30"),
        ("十五天内", "12-10 10:30"),
        ("二十天内", "12-15 10:30"),
        ("48小时内", "11-27 10:30"),
        ("2个小时内", "11-25 12:30"),
        ("半小时内", "11-25 11:00"),
        ("半天内", "11-25 22:30"),
        ("30分钟内", "11-25 11:00"),
        ("1小时半之内", "11-25 12:00"),
        ("一周内", "12-02 10:30"),
        ("周五前", "11-27 18:00"),
        ("本周五17时前", "11-27 17:00"),
        ("星期五前", "11-27 18:00"),
        ("周日前", "11-29 18:00"),
        ("周一前", "11-30 18:00"),
        ("下周一前", "11-30 18:00"),
        ("下周三12点前", "12-02 12:00"),
        ("11月30日前", "11-30 18:00"),
        ("30日前", "11-30 18:00"),
        ("12月1号上午10点前", "12-01 10:00"),
        ("5日前", "12-05 18:00"),
        ("本月底前", "11-30 18:00"),
        ("12月底前", "12-31 18:00"),
        ("立即", "11-25 11:30"),
    ],
)
@pytest.mark.parametrize(
    "form",
    ["{who}{when}{what}", "{who} {when} {what}", "{when}请{who}{what}", "{who}\uff0c{when}\uff0c{what}"],
)
def test_who_when_what(words: str, due: str, form: str) -> None:
    read = read_line(form.format(who="医疗保障组", when=words, what="备好隔离床位"), NAMES, NOW)
    assert read.due is not None
    assert read.due.strftime("%m-%d %H:%M") == due
    assert (read.target, read.text, read.complete) == ("group:medical", "备好隔离床位", True)


@pytest.mark.parametrize(
    "words", ["今天9时前", "本周一前", "31日25时前", "13月40日前", "尽快", "前几天", "两三天内", "十十天内"]
)
def test_a_time_that_has_passed_or_is_none_is_asked_for(words: str) -> None:
    read = read_line(f"医疗保障组{words}备好床位", NAMES, NOW)
    assert (read.due, read.complete) == (None, False)


def test_a_date_of_next_year() -> None:
    read = read_line("医疗保障组1月5日前总结", NAMES, NOW)
    assert read.due == datetime(2027, 1, 5, 18, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("line", "target", "text"),
    [
        ("请医疗保障组组长明天前报方案", "post:medical.head", "报方案"),
        ("医疗保障明天前报方案", "group:medical", "报方案"),
        ("青禾食品明天前停产消毒", "enterprise:7", "停产消毒"),
        ("由核酸检测组3天内配合医疗保障组培训采样员", "group:testing", "配合医疗保障组培训采样员"),
        ("明天前清理库房", "", "清理库房"),
    ],
)
def test_the_longest_name_wins_then_the_first(line: str, target: str, text: str) -> None:
    read = read_line(line, NAMES, NOW)
    assert (read.target, read.text) == (target, text)


def test_a_name_of_two_is_not_chosen_for_anybody() -> None:
    read = read_line("王明明天前到岗", NAMES, NOW)
    assert (read.target, read.others, read.target_words) == ("", ("person:1", "person:2"), "王明")
    assert not read.complete


@pytest.mark.parametrize("line", ["", "   ", "医疗保障组", "明天前"])
def test_half_a_line_is_not_complete(line: str) -> None:
    assert not read_line(line, NAMES, NOW).complete


def test_the_names_of_a_zone(park: SmallZone) -> None:
    for line, key in (
        ("应急处置组明天前待命", "group:response"),
        ("应急处置组组长明天前待命", "post:response.head"),
        ("试验1厂明天前自查", f"enterprise:{park.firms[0].pk}"),
        ("祁连山明天前到岗", f"person:{park.people['祁连山'].pk}"),
    ):
        read = api.understand(park.zone, line)
        assert (read.target, read.complete) == (key, True)
    keys = api.choices_for(park.zone).keys
    assert {"group:leading", "post:medical.member", f"enterprise:{park.firms[1].pk}"} <= keys
