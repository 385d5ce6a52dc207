"""The sheet is written every hour, whether anybody asks or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory import api as territory
from pingzhan.foundation.audit import register_verb
from pingzhan.foundation.privacy.file_stores import FileStore, register_file_store
from pingzhan.foundation.runs.registry import Run, work
from pingzhan.foundation.runs.schedules import schedule
from pingzhan.pages.console.sheet import files

KIND = "sheet.make"


def register() -> None:
    """Make the work, its hour, its words in the trail and its files known; called once when ready."""
    register_verb(
        "sheet.made",
        _("{actor} 生成了应急通讯录和值班表，{rows} 行；删除过期文件 {deleted} 个"),
        title=_("生成应急通讯录"),
    )
    register_verb(
        "sheet.taken",
        _("{actor} 下载了应急通讯录和值班表（{form}）"),
        title=_("下载应急通讯录"),
        reads=True,
    )
    work(KIND, title=_("生成应急通讯录和值班表"), tries=3)(make_sheets)
    schedule("sheet.hourly", kind=KIND, every=3600)
    register_file_store(FileStore("sheets", _("应急通讯录和值班表"), files.destroy_all))


def make_sheets(run: Run) -> Mapping[str, Any]:
    """Write the sheet of every zone, in Chinese; a repeated execution writes it again."""
    zones = list(territory.zones())
    rows = 0
    with translation.override("zh-hans"):
        for n, zone in enumerate(zones, start=1):
            rows += files.make(zone=zone, by=run.by)
            run.progress(n, len(zones))
    return {"zones": len(zones), "rows": rows}
