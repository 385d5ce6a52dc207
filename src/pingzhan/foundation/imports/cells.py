"""Reading one cell: what the file holds becomes the value of the column, or a reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.foundation.imports.spec import Column, Kind
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.creditcode import CreditCode
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact, fold, tidy
from pingzhan.kernel.idnumber import IdNumber
from pingzhan.kernel.phone import Phone
from pingzhan.kernel.plate import Plate

Cell = str | float | int | bool | date | datetime | time | timedelta | None
Reader = Callable[[Cell], Any]

PRECISE = 10**15
"""Spreadsheet programs keep 15 digits of a number; from here on digits may be lost."""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}\Z")
_DATES = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})\Z"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})\Z"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?\Z"),
    re.compile(r"(\d{4})(\d{2})(\d{2})\Z"),
)
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?\Z")
_CLOCK = re.compile(r"(\d{1,2})(?:[:\u65f6\u70b9](?:(\d{1,2})(?:\u5206|:(\d{1,2}))?)?)\Z")
_SHORT_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\Z")
_ERRORS = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"})
_YES = frozenset({"是", "有", "对", "√", "✓", "y", "yes", "true", "1"})
_NO = frozenset({"否", "无", "不是", "×", "✗", "x", "n", "no", "false", "0"})


class Bad(Exception):
    """A cell that will not do; the text says why."""


def reader_of(column: Column) -> Reader:
    """Return the function that reads the cells of a column: a value, None for an empty cell, or Bad."""
    read = _KINDS[column.kind](column)
    check, required, title = column.check, column.required, column

    def cell(value: Cell) -> Any:
        if value is None or value == "" or (type(value) is str and not value.strip()):
            if required:
                raise Bad(_("%(title)s不能为空。") % {"title": title.title})
            return None
        try:
            got = read(value)
            if got is None and required:
                raise Bad(_("%(title)s不能为空。") % {"title": title.title})
            return got if check is None or got is None else check(got)
        except Invalid as error:
            raise Bad(told(error)) from None

    return cell


def as_text(value: Cell) -> str:
    """Return a cell as the text a person would have typed. Raises Bad where digits were lost."""
    if type(value) is str:
        if value in _ERRORS:
            raise Bad(_("单元格是公式错误值“%(text)s”。") % {"text": value})
        return value
    if value is None:
        return ""
    if type(value) is bool:
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        if abs(value) >= PRECISE:
            raise _lost_digits()
        if value == int(value):
            return str(int(value))
        return repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
    return str(value)


def _lost_digits() -> Bad:
    return Bad(
        _("长号码被存成了数字，Excel 只保留前 15 位，后面的位数已经丢失；请把单元格设为“文本”后重新填写。")
    )


def _text(column: Column) -> Reader:
    limit = column.max_length

    def read(value: Cell) -> str | None:
        text = tidy(as_text(value))
        if len(text) > limit:
            raise Bad(
                _("最多 %(limit)d 个字，现在有 %(length)d 个。") % {"limit": limit, "length": len(text)}
            )
        return text or None

    return read


def _code(column: Column) -> Reader:
    limit = column.max_length

    def read(value: Cell) -> str | None:
        text = compact(as_text(value)).upper()
        if _SCIENTIFIC.match(text) and "+" in text:
            raise _lost_digits()
        if len(text) > limit:
            raise Bad(
                _("最多 %(limit)d 个字，现在有 %(length)d 个。") % {"limit": limit, "length": len(text)}
            )
        return text or None

    return read


def _numbered(parse: Callable[[str], Any]) -> Callable[[Column], Reader]:
    """Return the reader of a kernel value type: long numbers, so a lost digit is told as such."""

    def make(column: Column) -> Reader:
        def read(value: Cell) -> str | None:
            text = as_text(value)
            if "+" in text and _SCIENTIFIC.match(text.strip()):
                raise _lost_digits()
            if not fold(text):
                return None
            return str(parse(text))

        return read

    return make


def _id_number(text: str) -> str:
    try:
        return IdNumber.parse(text).value
    except Invalid as error:
        if error.code == "idnumber_check" and compact(text).endswith("000"):
            raise Bad(
                _("身份证号码的校验位不对，末三位是 000，可能是被当作数字保存过；请核对后按文本重新填写。")
            ) from None
        raise


def _date(column: Column) -> Reader:
    def read(value: Cell) -> date | None:
        if isinstance(value, datetime):
            found = value.date()
        elif isinstance(value, date):
            found = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            if not (value == int(value) and 18000101 <= value <= 22001231):
                raise Bad(_("这是一个数字，不是日期；请写成 2026-01-31 的样子，或把单元格设为日期格式。"))
            found = _written_date(str(int(value)))
        elif isinstance(value, (time, timedelta)):
            raise Bad(_("这是时刻，不是日期。"))
        else:
            text = fold(as_text(value))
            if not text:
                return None
            found = _written_date(_MIDNIGHT.sub("", text).replace(" ", ""))
        if not 1800 <= found.year <= 2200:
            raise Bad(_("日期的年份不对。"))
        return found

    return read


def _written_date(text: str) -> date:
    for form in _DATES:
        if found := form.match(text):
            try:
                return date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                raise Bad(_("没有这一天。")) from None
    if _SHORT_DATE.match(text):
        raise Bad(_("这种日期写法分不清年、月、日；请写成 2026-01-31 的样子。"))
    raise Bad(_("看不出是哪一天；请写成 2026-01-31 的样子。"))


def _time(column: Column) -> Reader:
    def read(value: Cell) -> time | None:
        if isinstance(value, (datetime, date, bool)):
            raise Bad(_("应填时刻，写成 08:00 的样子。"))
        if isinstance(value, time):
            minutes, rest = divmod(value.hour * 3600 + value.minute * 60 + value.second, 60)
        elif isinstance(value, timedelta):
            minutes, rest = divmod(round(value.total_seconds()), 60)
        elif isinstance(value, (int, float)):
            # A time of day in a cell without its format is a fraction of a day; more digits are rounding.
            if not 0 <= value <= 1:
                raise Bad(_("应填时刻，写成 08:00 的样子。"))
            minutes, rest = divmod(round(value * 86400), 60)
        else:
            text = compact(as_text(value))
            if not text:
                return None
            found = _CLOCK.match(text)
            if found is None:
                raise Bad(_("应填时刻，写成 08:00 的样子。"))
            minutes, rest = int(found[1]) * 60 + int(found[2] or 0), int(found[3] or 0)
            if int(found[2] or 0) > 59:
                raise Bad(_("没有这个时刻。"))
        if rest:
            raise Bad(_("时刻只写到分。"))
        if not 0 <= minutes <= 1440:
            raise Bad(_("没有这个时刻。"))
        return time(minutes // 60 % 24, minutes % 60)

    return read


def _in_bounds(column: Column, number: int | Decimal) -> None:
    low, high = column.minimum, column.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is not None and high is not None:
            raise Bad(_("应在 %(low)d 到 %(high)d 之间。") % {"low": low, "high": high})
        if low is not None:
            raise Bad(_("不能小于 %(low)d。") % {"low": low})
        raise Bad(_("不能大于 %(high)d。") % {"high": high})


def _decimal_of(value: Cell) -> Decimal:
    if isinstance(value, (bool, date, time, timedelta)):
        raise Bad(_("应填数字。"))
    try:
        if isinstance(value, (int, float)):
            number = Decimal(repr(value))
        else:
            number = Decimal(compact(as_text(value)).replace(",", ""))
    except InvalidOperation:
        raise Bad(_("应填数字。")) from None
    if not number.is_finite():
        raise Bad(_("应填数字。"))
    return number


def _integer(column: Column) -> Reader:
    def read(value: Cell) -> int:
        number = _decimal_of(value)
        if abs(number) >= PRECISE or number != number.to_integral_value():
            raise Bad(_("应填整数。"))
        _in_bounds(column, number)
        return int(number)

    return read


def _decimal(column: Column) -> Reader:
    def read(value: Cell) -> Decimal:
        number = _decimal_of(value)
        if abs(number) >= PRECISE or int(number.normalize().as_tuple().exponent) < -9:
            raise Bad(_("数字太大或小数太长。"))
        _in_bounds(column, number)
        return number.normalize() + Decimal(0)

    return read


def _choice(column: Column) -> Reader:
    keys: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            keys |= {fold(str(words)).casefold(): key for key, words in column.choices}
    keys |= {fold(key).casefold(): key for key, _words in column.choices}
    names = "、".join(str(words) for _key, words in column.choices)

    def read(value: Cell) -> str:
        text = fold(as_text(value)).casefold()
        found = keys.get(text)
        if found is None:
            raise Bad(_("只能填：%(choices)s。") % {"choices": names})
        return found

    return read


def _boolean(column: Column) -> Reader:
    def read(value: Cell) -> bool:
        text = fold(as_text(value)).casefold()
        if text in _YES:
            return True
        if text in _NO:
            return False
        raise Bad(_("只能填“是”或“否”。"))

    return read


_KINDS: dict[Kind, Callable[[Column], Reader]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.ID_NUMBER: _numbered(_id_number),
    Kind.CREDIT_CODE: _numbered(lambda text: CreditCode.parse(text).value),
    Kind.PHONE: _numbered(Phone.parse),
    Kind.PLATE: _numbered(lambda text: Plate.parse(text).value),
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.CHOICE: _choice,
    Kind.BOOLEAN: _boolean,
}


def as_shown(column: Column, value: Any) -> str:
    """Return a stored value as the spreadsheet shows it: what the reader of the column reads back."""
    if value is None:
        return ""
    if column.kind is Kind.CHOICE:
        return next((str(words) for key, words in column.choices if key == value), str(value))
    if column.kind is Kind.BOOLEAN:
        return "是" if value else "否"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def as_masked(column: Column, value: Any) -> str:
    """Return a value as a preview shows it: personal numbers and addresses keep only their beginning and end."""
    text = as_shown(column, value)
    if not column.personal or not text:
        return text
    return mask(text) if column.mask is None else column.mask(text)


def mask(text: str) -> str:
    """Return a personal text masked: short ones (names) stay, numbers and addresses lose their middle."""
    if len(text) <= 4:
        return text
    if text.isascii():
        return f"{text[:3]}{'*' * min(8, max(1, len(text) - 5))}{text[-2:]}"
    return f"{text[:6]}****" if len(text) > 6 else f"{text[:2]}***"
