"""The reference times an emergency is measured against (command.md sections 14 G14 and 19)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Reference:
    """One mark: ``minutes`` after the order, ``key`` of the time in the facts that is held against it."""

    key: str
    minutes: int
    label: Promise
    source: Promise


REFERENCES: tuple[Reference, ...] = (
    Reference("leads_acked", 15, _("领导和各组组长全部签收"), _("系统目标：岗位人员 15 分钟签收")),
    Reference("leads_arrived", 60, _("领导和各组组长全部到岗"), _("PHEP 3.1：60 分钟内关键岗位到位")),
    Reference("posts_acked", 120, _("指挥体系全部启用"), _("GHSA：120 分钟内启动公共卫生应急")),
    Reference("posts_arrived", 120, _("2 小时：全员到位"), _("2/4/5 小时要求：2 小时到现场")),
    Reference("tasks_4h", 240, _("4 小时：4 小时内到期的任务办结"), _("2+4+24：4 小时核清基本情况")),
    Reference("tasks_5h", 300, _("5 小时：5 小时内到期的任务办结"), _("2/4/5 小时要求：5 小时发布")),
    Reference("tasks_24h", 1440, _("24 小时：24 小时内到期的任务办结"), _("2+4+24：24 小时完成报告")),
)
"""In the order of a report."""
TASK_HOURS = {"tasks_4h": 4, "tasks_5h": 5, "tasks_24h": 24}
