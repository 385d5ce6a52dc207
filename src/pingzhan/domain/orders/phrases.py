"""“谁 何时前 办什么”: one typed line, read without a language model: names it knows, due phrases, the rest.

Pure: names and the present time come in, what was understood comes out with the places in the line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pingzhan.kernel.folding import tidy

_NUMERALS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_N = r"(?P<{0}>\d{{1,3}}|半|[一二两三四五六七八九十]{{1,3}})"
_DAYS = {
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "后天": 2,
    "大后天": 3,
}
_WEEKDAYS = "一二三四五六日天"
_HALF = "凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚"
_CLOCK = (
    rf"(?P<half>{_HALF})?\s*(?:(?P<hour>\d{{1,2}})(?:[:：](?P<minute>\d{{2}})|[时点](?P<half_hour>半)?"
    r"(?:(?P<minute2>\d{1,2})分)?))"
)
_BEFORE = r"\s*(?:之前|以前|前|内|以内|之内)?"
_DATE = (
    r"(?:(?P<day_word>大后天|今天|今日|今晚|今早|明天|明日|明早|明晚|后天)"
    r"|(?P<week>本周|这周|下周|周|星期|下星期)(?P<weekday>[一二三四五六日天])"
    r"|(?P<month_end>(?:本)?月底|(?P<month_end_n>\d{1,2})月底)"
    r"|(?:(?P<month>\d{1,2})月)?(?P<mday>\d{1,2})[日号])"
)
_SPAN = rf"{_N.format('n')}\s*(?:个)?(?P<unit>分钟|小时|钟头|天|日|周|星期)(?P<plus_half>半)?\s*(?:之内|以内|内|后)"
_NOW = r"立即|立刻|马上|即刻"
_CLOCK_2 = re.sub(r"\?P<(\w+)>", r"?P<\1_2>", _CLOCK)
_PATTERN = re.compile(rf"{_SPAN}|{_DATE}\s*的?\s*(?:{_CLOCK})?{_BEFORE}|{_CLOCK_2}\s*(?:之前|以前|前)")
_LINK = re.compile(r"^[\s，,。；;：:、]*(?:请|要求|由|让|责成|通知|务必)*[\s，,：:]*")
_END = re.compile(r"[\s，,；;。]+$")
AT_ONCE = timedelta(hours=1)
"""What “at once” means as a due time."""


@dataclass(frozen=True)
class Name:
    """Something that can be named in a line. ``key`` is given back; ``words`` are all ways to write it."""

    key: str
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Understood:
    """What a line was understood to mean.

    ``target`` is a key, or empty; ``others`` are keys that the same words may also mean (then nothing is
    chosen). ``due`` is None when no due time was found; ``due_words`` and ``target_words`` are the words it was
    read from. ``text`` is what remains: what is to be done.
    """

    line: str
    target: str = ""
    target_label: str = ""
    target_words: str = ""
    others: tuple[str, ...] = ()
    due: datetime | None = None
    due_words: str = ""
    text: str = ""
    co: tuple[str, ...] = field(default_factory=tuple)

    @property
    def complete(self) -> bool:
        """Return whether all three parts were found, so that it can be sent after one look."""
        return bool(self.target and self.due is not None and self.text)


def read_line(line: str, names: Sequence[Name], now: datetime, day_end: str = "18:00") -> Understood:
    """Return what a line means at local time ``now``; a date without a time means ``day_end``.

    The longest name wins, then the first in the line. A time of day that has passed today means nothing: the
    person is asked. Dates without year lie ahead.
    """
    text = tidy(line)
    due, due_span = _due(text, now, day_end)
    masked = _without(text, due_span)
    best: tuple[int, int] | None = None
    hits: dict[str, Name] = {}
    for name in names:
        for word in name.words:
            at = masked.find(word) if len(word) > 1 else -1
            if at < 0:
                continue
            rank = (-len(word), at)
            if best is None or rank < best:
                best, hits = rank, {name.key: name}
            elif rank == best:
                hits[name.key] = name
    span = (best[1], best[1] - best[0]) if best is not None else None
    rest = _rest(text, [one for one in (due_span, span) if one is not None])
    only = next(iter(hits.values())) if len(hits) == 1 else None
    return Understood(
        line=text,
        target=only.key if only is not None else "",
        target_label=only.label if only is not None else "",
        target_words=text[span[0] : span[1]] if span is not None else "",
        others=tuple(hits) if len(hits) > 1 else (),
        due=due,
        due_words=text[due_span[0] : due_span[1]].strip() if due_span is not None else "",
        text=rest,
    )


def _without(text: str, span: tuple[int, int] | None) -> str:
    if span is None:
        return text
    return text[: span[0]] + "\x00" * (span[1] - span[0]) + text[span[1] :]


def _rest(text: str, spans: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        parts.append(text[at:start])
        at = max(at, end)
    parts.append(text[at:])
    kept = [_END.sub("", _LINK.sub("", part)) for part in parts]
    return "，".join(part for part in kept if part)


def _due(text: str, now: datetime, day_end: str) -> tuple[datetime | None, tuple[int, int] | None]:
    for match in _PATTERN.finditer(text):
        at = _moment(match, now, day_end)
        if at is not None and at > now:
            return at, match.span()
    once = re.search(_NOW, text)
    if once is not None:
        return now + AT_ONCE, once.span()
    return None, None


def _moment(match: re.Match[str], now: datetime, day_end: str) -> datetime | None:
    part = match.groupdict()
    try:
        if part["unit"]:
            return now + _span(part)
        return _at(_day(part, now.date()), part, now, day_end)
    except (KeyError, ValueError, OverflowError):
        # “两三天内” is no number: the person is asked.
        return None


def _span(part: dict[str, str | None]) -> timedelta:
    count = _number(str(part["n"])) + (0.5 if part["plus_half"] else 0)
    match part["unit"]:
        case "分钟":
            return timedelta(minutes=count)
        case "小时" | "钟头":
            return timedelta(hours=count)
        case "周" | "星期":
            return timedelta(weeks=count)
        case _:
            return timedelta(days=count)


def _number(text: str) -> float:
    if text == "半":
        return 0.5
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if ten:
        return 10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0)
    return _NUMERALS[text]


def _day(part: dict[str, str | None], today: date) -> date | None:
    if part["day_word"]:
        return today + timedelta(days=_DAYS[part["day_word"]])
    if part["weekday"]:
        number = min(_WEEKDAYS.index(part["weekday"]), 6)
        monday = today - timedelta(days=today.weekday())
        week = str(part["week"])
        found = monday + timedelta(days=number + (7 if week.startswith("下") else 0))
        return found + timedelta(days=7) if found < today and week in ("周", "星期") else found
    if part["month_end"]:
        month = int(part["month_end_n"]) if part["month_end_n"] else today.month
        year = today.year + (month < today.month)
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    if part["mday"]:
        return _date_ahead(int(part["month"]) if part["month"] else None, int(part["mday"]), today)
    return None


def _date_ahead(month: int | None, day: int, today: date) -> date:
    if month is not None:
        found = date(today.year, month, day)
        return found if found >= today else date(today.year + 1, month, day)
    found = date(today.year, today.month, day)
    if found >= today:
        return found
    return date(today.year + today.month // 12, today.month % 12 + 1, day)


def _at(day: date | None, part: dict[str, str | None], now: datetime, day_end: str) -> datetime | None:
    if day is None and not part["hour"] and not part["hour_2"]:
        return None
    clock = _clock(part)
    if clock is None:
        hour, minute = (int(one) for one in day_end.split(":"))
        clock = {"今晚": time(22), "明晚": time(22), "今早": time(9), "明早": time(9)}.get(
            str(part["day_word"]), time(hour, minute)
        )
    return datetime.combine(day or now.date(), clock, tzinfo=now.tzinfo)


def _clock(part: dict[str, str | None]) -> time | None:
    suffix = "" if part["hour"] else "_2"
    hour_text = part[f"hour{suffix}"]
    if not hour_text:
        return None
    hour = int(hour_text)
    minute = int(
        part[f"minute{suffix}"] or part[f"minute2{suffix}"] or (30 if part[f"half_hour{suffix}"] else 0)
    )
    half = part[f"half{suffix}"] or ("晚上" if part["day_word"] in ("今晚", "明晚") else "")
    later = half in ("下午", "傍晚", "晚上", "晚") and hour < 12
    if later or (half == "中午" and hour < 11):
        hour += 12
    if hour == 24:
        return time(23, 59)
    return time(hour, minute)
