"""What the wizard says about an import."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.foundation.imports.models import ImportJob, ImportState


@dataclass(frozen=True)
class Tile:
    """One figure: name, number, note, colour."""

    name: str
    value: int
    note: str = ""
    tone: str = ""


def steps() -> list[str]:
    """Return the names of the four steps."""
    return [_("选择文件"), _("检查"), _("预览和确认"), _("存入")]


def tone(job: ImportJob) -> str:
    """Return the state of the badge."""
    if job.state == ImportState.DONE:
        return "ok"
    if job.state == ImportState.FAILED:
        return "bad"
    return {"ready": "warn", "cancelled": "idle"}.get(job.state, "info")


def outcome_tiles(job: ImportJob) -> list[Tile]:
    """Return what the rows would do; the four add up to the rows read."""
    return [
        Tile(_("读入"), job.total, _("空行不算")),
        Tile(_("将新增"), job.found_new, _("系统里还没有"), "ok" if job.found_new else ""),
        Tile(_("有变化"), job.found_changed, _("系统里有，内容不同"), "warn" if job.found_changed else ""),
        Tile(_("相同"), job.found_same, _("不需要再存")),
        Tile(_("拒绝"), job.found_refused, _bad_note(job), "bad" if job.found_refused else ""),
    ]


def stored_tiles(job: ImportJob) -> list[Tile]:
    """Return what was done; after the first all add up to the rows read."""
    tiles = [
        Tile(_("读入"), job.total),
        Tile(_("已新增"), job.stored_new, tone="ok" if job.stored_new else ""),
        Tile(_("已更新"), job.stored_changed, tone="ok" if job.stored_changed else ""),
        Tile(_("未变"), job.same),
        Tile(_("拒绝"), job.refused, tone="bad" if job.refused else ""),
    ]
    if job.left_out:
        tiles.append(Tile(_("没有选"), job.left_out))
    waiting = job.total - job.stored - job.same - job.refused - job.left_out
    if waiting > 0:
        tiles.append(Tile(_("没有存入"), waiting, _("结束前没有轮到"), "warn"))
    return tiles


def _bad_note(job: ImportJob) -> str:
    return ngettext("%(count)d 处问题", "%(count)d 处问题", job.bad_cells) % {"count": job.bad_cells}


def notes(job: ImportJob) -> list[str]:
    """Return what should be known about the file: what was ignored, hidden, filled in."""
    found = job.summary
    said: list[str] = []
    if found.get("extra"):
        said.append(_("多出的列没有读入：%(columns)s。") % {"columns": "、".join(found["extra"])})
    if found.get("absent"):
        said.append(
            _("文件里没有这些列，已登记的内容保持不变：%(columns)s。")
            % {"columns": "、".join(found["absent"])}
        )
    if found.get("ignored_sheets"):
        said.append(_("这些工作表没有读入：%(sheets)s。") % {"sheets": "、".join(found["ignored_sheets"])})
    if len(found.get("sheets", [])) > 1:
        said.append(_("读入了这些工作表：%(sheets)s。") % {"sheets": "、".join(found["sheets"])})
    if found.get("hidden_rows"):
        said.append(
            ngettext(
                "有 %(count)d 行在表里是隐藏的，也已读入。",
                "有 %(count)d 行在表里是隐藏的，也已读入。",
                found["hidden_rows"],
            )
            % {"count": found["hidden_rows"]}
        )
    if found.get("filled"):
        said.append(
            ngettext(
                "%(count)d 个单元格属于合并单元格，按合并的内容读入。",
                "%(count)d 个单元格属于合并单元格，按合并的内容读入。",
                found["filled"],
            )
            % {"count": found["filled"]}
        )
    if found.get("formulas"):
        said.append(
            ngettext(
                "%(count)d 个公式按文件里保存的结果读入。",
                "%(count)d 个公式按文件里保存的结果读入。",
                found["formulas"],
            )
            % {"count": found["formulas"]}
        )
    if found.get("encoding") == "gb18030":
        said.append(_("CSV 文件按 GB18030 编码读入，请核对汉字是否正确。"))
    return said
