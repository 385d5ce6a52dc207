"""The template workbook of an import, made from its columns."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from pingzhan.foundation.imports.spec import Column, ImportSpec, Kind

LIST_ROWS = 5_000
"""Rows of the template that carry drop-down lists and text formats."""
_TEXT_KINDS = frozenset({Kind.TEXT, Kind.CODE, Kind.ID_NUMBER, Kind.CREDIT_CODE, Kind.PHONE, Kind.PLATE})


def kind_words(column: Column) -> str:
    """Return how a column is filled in, one sentence."""
    match column.kind:
        case Kind.CODE:
            return _("编号，最多 %(limit)d 个字符，按文本填写。") % {"limit": column.max_length}
        case Kind.ID_NUMBER:
            return _("18 位身份证号码，按文本填写。")
        case Kind.CREDIT_CODE:
            return _("18 位统一社会信用代码。")
        case Kind.PHONE:
            return _("手机号码，或带区号的固定电话，按文本填写。")
        case Kind.PLATE:
            return _("车牌号，例如鲁M12345。")
        case Kind.DATE:
            return _("日期，写成 2026-01-31 的样子。")
        case Kind.TIME:
            return _("时刻，24 小时制，写成 08:00 的样子。")
        case Kind.INTEGER:
            return _("整数。")
        case Kind.DECIMAL:
            return _("数字，可带小数。")
        case Kind.CHOICE:
            return _("从列表中选择：%(choices)s。") % {
                "choices": "、".join(str(words) for _key, words in column.choices)
            }
        case Kind.BOOLEAN:
            return _("填“是”或“否”。")
        case _:
            return _("文字，最多 %(limit)d 个字。") % {"limit": column.max_length}


def build(spec: ImportSpec) -> bytes:
    """Return the template as .xlsx: text columns, lists, a frozen header, and a sheet that explains.

    It holds no example row, which somebody would leave in; examples stand in the explaining sheet.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet(str(spec.title)[:31])
        required = book.add_format(
            {"bold": True, "bg_color": "#DCE6F2", "border": 1, "font_color": "#9C0006", "num_format": "@"}
        )
        optional = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1, "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(spec.columns):
            style = text if column.kind in _TEXT_KINDS else day if column.kind is Kind.DATE else None
            sheet.set_column(at, at, column.width, style)
            sheet.write_string(0, at, str(column.title), required if column.required else optional)
            if rule := _validation(column):
                sheet.data_validation(1, at, LIST_ROWS, at, rule)
        _notes(book, spec)
    return file.getvalue()


def _validation(column: Column) -> dict[str, Any] | None:
    words = [str(one) for _key, one in column.choices]
    if column.kind is Kind.BOOLEAN:
        words = ["是", "否"]
    # Excel takes lists of up to 255 characters; a longer one is explained in words only.
    if words and len(",".join(words)) <= 255:
        return {
            "validate": "list",
            "source": words,
            "error_title": _("不在列表中"),
            "error_message": _("请从下拉列表中选择。"),
        }
    return None


def _notes(book: Any, spec: ImportSpec) -> None:
    sheet = book.add_worksheet(_("填写说明"))
    head = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for at, width in enumerate((20, 8, 46, 26, 46)):
        sheet.set_column(at, at, width)
    lines = [
        _("一行填一条，表头不要改动；列的顺序可以调整，多出的列不会读入。"),
        _("没有填的选填列视为空；整列删掉则保留系统里原有的内容。"),
        *([str(spec.note)] if spec.note else []),
    ]
    for at, line in enumerate(lines):
        sheet.write_string(at, 0, line)
    top = len(lines) + 1
    for at, title in enumerate((_("列名"), _("必填"), _("怎么填"), _("例子"), _("说明"))):
        sheet.write_string(top, at, title, head)
    for row, column in enumerate(spec.columns, top + 1):
        cells = (
            str(column.title),
            _("必填") if column.required else "",
            kind_words(column),
            column.example,
            str(column.note),
        )
        for at, value in enumerate(cells):
            sheet.write_string(row, at, value, wrap)
    sheet.freeze_panes(top + 1, 0)
