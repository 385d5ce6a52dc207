"""Files as people send them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.testing import drain

HEADER = (
    "编号",
    "名称",
    "保管人证件号",
    "保管人电话",
    "入库日期",
    "数量",
    "单价",
    "状态",
    "急用",
    "送货车牌",
    "备注",
)
ID = "110101180001010015"
GOOD = ("A-001", "轴承", ID, "13800000001", "2026-01-31", 5, 2.5, "完好", "是", "鲁M12345", "")


def xlsx(rows: Sequence[Sequence[Any]], change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook written by openpyxl; ``change(book, sheet)`` may do more to it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "零件"
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(book, sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def csv_text(rows: Sequence[Sequence[Any]], mark: str = ",") -> str:
    return "\r\n".join(mark.join(str(cell) for cell in row) for row in rows) + "\r\n"


def send(
    clerk: Actor, data: bytes, name: str = "零件.xlsx", key: str = "sample", scope: str = "7"
) -> ImportJob:
    """Upload and check."""
    job = upload(key=key, scope_code=scope, name=name, chunks=[data], by=clerk)
    drain()
    job.refresh_from_db()
    return job


def store(clerk: Actor, job: ImportJob, **choice: Any) -> ImportJob:
    """Confirm and store."""
    confirm(job=job, by=clerk, **{"new": True, "changed": True, **choice})
    drain()
    job.refresh_from_db()
    return job
