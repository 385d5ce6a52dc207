"""The sheet as PDF to be printed, as text to be read anywhere, and as a table."""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from pingzhan.foundation.documents.pdf import fonts
from pingzhan.kernel.formulas import protect
from pingzhan.pages.console.sheet.content import Sheet


def title_of(sheet: Sheet) -> str:
    """Return the heading of the sheet."""
    return _("%(zone)s应急通讯录和值班表") % {"zone": sheet.zone}


def foot_of(sheet: Sheet) -> str:
    """Return the line that says when it was made and that it holds telephones."""
    return _("%(time)s 生成，当时为%(posture)s。内含个人电话，仅限值班使用，换班时收回旧页并销毁。") % {
        "time": sheet.made,
        "posture": sheet.posture,
    }


def as_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as PDF, A4; texts go to the typesetter as data, never as source."""
    library, families = fonts.library()
    data = {
        "title": title_of(sheet),
        "foot": foot_of(sheet),
        "sections": [
            {"title": one.title, "head": one.head, "rows": one.rows, "none": _("没有记录")}
            for one in sheet.sections
        ],
        "fonts": fonts.chosen(families)["first"],
    }
    made = typst.compile(
        _source(),
        format="pdf",
        font_paths=library,
        sys_inputs={"sheet": json.dumps(data, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _source() -> bytes:
    return Path(__file__).with_name("sheet.typ").read_bytes()


def as_text(sheet: Sheet) -> bytes:
    """Return the sheet as plain text in UTF-8, one row a line."""
    lines = [title_of(sheet), foot_of(sheet)]
    for one in sheet.sections:
        lines += ["", f"【{one.title}】"]
        lines += ["  ".join(cell for cell in row if cell) for row in one.rows] or [_("没有记录")]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def as_csv(sheet: Sheet) -> bytes:
    """Return the sheet as one table: section, then the cells; nothing in it can act as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    for one in sheet.sections:
        writer.writerow(map(protect, (_("分类"), *one.head)))
        writer.writerows([protect(cell) for cell in (one.title, *row)] for row in one.rows)
    return out.getvalue().encode("utf-8-sig")


FORMS = {"pdf": as_pdf, "txt": as_text, "csv": as_csv}
