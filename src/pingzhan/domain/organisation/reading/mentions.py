"""Phrases and bodies anywhere in the text that the findings rest on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pingzhan.domain.organisation.reading.compact import Compact
from pingzhan.domain.organisation.reading.model import BodyMention, Mention, Place

_N = r"(?:\d{1,3}|[一二三四五六七八九十两半]{1,3})"
_ROMAN = r"(?:IV|I{1,3})"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("level", re.compile(rf"(?<![A-Za-z]){_ROMAN}级|[红橙黄蓝]色(?:预警|响应)")),
    (
        "level",
        re.compile(
            r"(?<![上下每各逐统同进市县省国等])[一二三四]级(?=(?:、|至|到|和|或|以上|及以上)?(?:[一二三四]级|响应|应急|预警|战时|防控|状态))"
        ),
    ),
    ("level", re.compile(r"(?:响应|预警)(?:等级|级别)?(?:为|分为|:)[一二三四]级")),
    ("time", re.compile(rf"{_N}个?(?:小时|分钟|工作日|日|天)(?:之)?内")),
    (
        "switch",
        re.compile(
            r"(?:立即|迅即|即时|即刻|迅速|马上|尽快|第一时间|随即|及时)[^,。;:、“”]{0,6}?(?:平战转换|转换|切换|转入战时|进入战时)"
        ),
    ),
    (
        "substitute",
        re.compile(
            r"代行|代为履行|代理组长|顶替|替补|递补|替岗|AB角|[AB]角|候补|接替|不在岗时|因故不能|暂代|顺位"
        ),
    ),
    (
        "postures",
        re.compile(
            r"(?:明确|制定|建立|设立|划分|区分|确定|分别)[^。;,]{0,6}“?(?:平时”?[与和及、]“?战时|战时”?[与和及、]“?平时)”?"
            r"[^。;]{0,20}?(?:体系|架构|分工|职责|名单|人员|岗位|机构)"
        ),
    ),
)
_ORGAN = (
    r"[\u3400-\u9fff]{2,24}?(?:指挥部办公室|领导小组办公室|指挥部|领导小组|指挥中心|值班室|专班|工作组|办公室|"
    r"[\u3400-\u9fff]组)"
)
_REPORTED = (
    re.compile(
        rf"向({_ORGAN})(?=(?:及时|立即|第一时间|每日|每天|每周|定期|按时|随时|如实|书面)*"
        rf"(?:报告|报送|汇报|上报|反馈|请示|备案|报))"
    ),
    re.compile(
        rf"(?:报告|报送|上报|汇报|报请)(?:给|至|到|于)?({_ORGAN})(?=[,。;、)]|备案|审批|批准|同意|并|$)"
    ),
)
_ZONE = re.compile(
    r"^.{0,12}?(?:经济技术开发区|经济开发区|高新技术产业开发区|高新区|开发区|产业园区|工业园区|园区|示范区|"
    r"本区|全区|管委会)"
)
_ELSEWHERE = re.compile(
    r"^(?:省|市|县|州|国家|国务院|中央|上级|有关|相关|各|所在|属地|当地|辖区|公安|卫健)|"
    r"^.{0,4}(?:省|市|县|州)(?!.{0,10}(?:开发区|园区|高新区))"
)


def find_mentions(c: Compact) -> tuple[Mention, ...]:
    """Return levels, times, words of switching, standing in and two lists, in the order of the text."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(c.chars):
            found.setdefault((match.start(), kind), match.span())
    return tuple(Mention(kind, c.clean(*span), c.place(*span)) for (_a, kind), span in sorted(found.items()))


def find_bodies(c: Compact, groups: Iterable[str]) -> tuple[BodyMention, ...]:
    """Return the zone's own bodies that somebody is told to report to, each with every place."""
    names = [name for name in groups if name]
    places: dict[str, dict[int, Place]] = {}
    for pattern in _REPORTED:
        for match in pattern.finditer(c.chars):
            a, b = match.span(1)
            body = c.clean(a, b)
            if not _ELSEWHERE.search(body):
                places.setdefault(body, {})[a] = c.place(a, b)
    return tuple(
        BodyMention(body, _defined(c, body, names), tuple(place for _a, place in sorted(found.items())))
        for body, found in places.items()
    )


def _defined(c: Compact, body: str, groups: list[str]) -> bool:
    """Return whether a group bears the name, or a sentence sets the body up or says where it sits."""
    core = _ZONE.sub("", body) or body
    if any(name.endswith(core) or body.endswith(name) for name in groups):
        return True
    plain = re.escape(core)
    founded = rf"(?:设立|成立|组建|下设|设)[^。;]{{0,15}}{plain}"
    placed = rf"{plain}(?:\([^()]*\))?(?:设在|设于|挂靠|由[^。;]{{1,30}}组成)"
    return bool(re.search(f"{founded}|{placed}", c.chars))
