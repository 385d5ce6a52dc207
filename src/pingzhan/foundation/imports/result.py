"""The result workbook: the refused rows as they were uploaded, with the reasons, to be mended and uploaded again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from pingzhan.foundation.imports.actions import REFUSED, key_of
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.privacy import sealed_files as sealed

SHEET_ROWS = 1_000_000
"""Rows of a worksheet that are filled; the format allows 1,048,576."""


def build(job: ImportJob) -> IO[bytes]:
    """Return the workbook as an open temporary file. Raises Conflict when the uploaded rows are gone.

    Columns stand as in the upload, so it can be uploaded as it is; in front of nothing, behind everything come
    错误原因 and 原行号, which the reader ignores. User text is written as text, never as a formula.
    """
    file = tempfile.TemporaryFile(prefix="pz-result-")  # noqa: SIM115 - the caller closes it
    options: dict[str, Any] = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1, "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        bad = book.add_format({"num_format": "@", "bg_color": "#FFC7CE"})
        why = book.add_format({"num_format": "@", "font_color": "#9C0006"})
        sheet: Any = None
        row, width, first = 0, 0, 1
        for entry in _entries(job):
            if entry[0] == "h":
                _letter, index, name, header, first = entry
                sheet = book.add_worksheet((name or _("被拒绝的行"))[:31] if index == 0 else None)
                width = len(header)
                sheet.set_column(0, width, 18)
                sheet.set_column(width, width, 60)
                sheet.freeze_panes(1, 0)
                for at, title in enumerate([*header, _("错误原因"), _("原行号")]):
                    sheet.write_string(0, at, title, head)
                row = 1
                continue
            if row >= SHEET_ROWS:
                continue
            _letter, number, cells, reasons = entry
            marked = {one[0] for one in reasons}
            for at, value in enumerate(cells[:width]):
                sheet.write_string(row, at, value, bad if _letters(first + at) in marked else text)
            sheet.write_string(row, width, "；".join(_reason(one) for one in reasons), why)
            sheet.write_string(row, width + 1, str(number), text)
            row += 1
    file.seek(0)
    return file


def _entries(job: ImportJob) -> Iterator[list[Any]]:
    stop = job.summary["frames"][REFUSED]
    for frame in sealed.json_frames(job.owner, REFUSED, key_of(job), stop=stop):
        yield from frame


def _reason(one: list[str]) -> str:
    letters, title, message = one
    where = f"{letters} {title}".strip()
    return f"{where}：{message.rstrip('。')}" if where else message.rstrip("。")


def _letters(number: int) -> str:
    from pingzhan.foundation.imports.sheets import column_letters

    return column_letters(number)
