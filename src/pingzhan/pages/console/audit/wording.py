"""What the values of a record's body and the nameless fields of rows are called, and how coded values read.

A module names here what it writes; what nobody names is shown under its own key, so nothing is ever hidden.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.api import hazard_name
from pingzhan.domain.command.enums import TaskState
from pingzhan.domain.drills.enums import DrillEnd
from pingzhan.domain.frontline.enums import ArrivalVia, Mode
from pingzhan.domain.gate.enums import GoodsClass, MarkKind, RefusalReason, VisitorMode
from pingzhan.domain.health.enums import CaseState, ReportState
from pingzhan.domain.measures.enums import RestrictionState
from pingzhan.domain.orders.enums import OrderSource, OrderState, TargetKind
from pingzhan.domain.organisation.enums import AbsenceKind, Channel, PostPosture, ResponsibilityKind
from pingzhan.domain.premises.enums import CheckKind, IncidentKind, PlanKind
from pingzhan.domain.reporting.enums import Via
from pingzhan.domain.roster.enums import HolidayKind, ShiftRole
from pingzhan.domain.sanitation.enums import Entered, Kind
from pingzhan.domain.screening.enums import ConflictKind, OwnWay, Verdict
from pingzhan.domain.territory.enums import SiteKind, UnitKind
from pingzhan.foundation import audit
from pingzhan.foundation.access.models import DeviceKind
from pingzhan.foundation.messages.kinds import kinds
from pingzhan.foundation.messages.models import Priority
from pingzhan.foundation.privacy.models import ErasureScope
from pingzhan.foundation.runs.registry import works

NAMES = {
    "absence": _("离岗编号"),
    "accepted": _("已采纳"),
    "account": _("账号编号"),
    "activations": _("启动编号"),
    "added": _("新增数"),
    "after": _("改后"),
    "already": _("已在此状态的范围数"),
    "anchored": _("锚点证明到"),
    "approved": _("已批准"),
    "areas": _("区域数"),
    "asked": _("被换班人员"),
    "asker": _("提出换班人员"),
    "base": _("依据的版本"),
    "based_on": _("依据的版本"),
    "batches": _("批号数"),
    "before": _("改前"),
    "blind": _("不预先告知"),
    "blocks": _("段落数"),
    "both_away": _("AB 岗同时离岗数"),
    "breaks": _("不符处数"),
    "called": _("电话数"),
    "cancelled": _("取消数"),
    "changed": _("修改数"),
    "channel": _("渠道"),
    "class": _("货物类别"),
    "clause": _("职责条号"),
    "closed": _("关闭数"),
    "code": _("代码"),
    "cohorts": _("人群数"),
    "corrected": _("更正数"),
    "count": _("数量"),
    "counts": _("各项数量"),
    "day": _("日期"),
    "days": _("天数"),
    "deleted": _("删除数"),
    "differences": _("不符项数"),
    "disinfected": _("已消毒"),
    "docx_sha": _("文稿校验值"),
    "dropped": _("并入的编号"),
    "due": _("应报事项"),
    "duties": _("职责清单校验值"),
    "duty": _("事项编号"),
    "duty_versions": _("职责清单版本编号"),
    "edition": _("稿次"),
    "employments": _("用工编号"),
    "empty": _("无人的班数"),
    "enterprises": _("企业数"),
    "entries": _("名单条目数"),
    "entry": _("出入库编号"),
    "epoch": _("第几次"),
    "exceptions": _("异常数"),
    "extension": _("延期编号"),
    "factor": _("第二因素"),
    "failures": _("连续故障次数"),
    "faults": _("问题数"),
    "features": _("图形数"),
    "fields": _("字段"),
    "figures": _("数字项数"),
    "file": _("文件名"),
    "files": _("文件数"),
    "finding": _("问题编号"),
    "findings": _("问题数"),
    "first": _("起始编号"),
    "force": _("施行编号"),
    "form": _("形式"),
    "format": _("文件格式"),
    "former": _("原编号"),
    "from": _("原状态"),
    "gaps": _("缺口数"),
    "granted": _("已同意"),
    "group": _("工作组"),
    "groups": _("分组数"),
    "hazard": _("风险种类"),
    "head": _("末条校验值"),
    "held": _("暂缓数"),
    "helpers": _("协办数"),
    "hold": _("管控编号"),
    "how": _("登记方式"),
    "identifier": _("标识"),
    "imported": _("由文件导入"),
    "in_cab": _("司机不下车"),
    "in_time": _("按时报告"),
    "individual": _("个人编号"),
    "inject": _("情况编号"),
    "injects": _("情况数"),
    "job": _("导入编号"),
    "kept": _("保持不变数"),
    "key": _("密钥编号"),
    "keys": _("销毁的密钥数"),
    "kind": _("种类"),
    "known": _("账号存在"),
    "laboratory": _("实验室编号"),
    "last": _("末尾编号"),
    "late": _("逾期数"),
    "left": _("未移交数"),
    "level": _("等级"),
    "line": _("行编号"),
    "lines": _("条数"),
    "links": _("链接数"),
    "listing": _("列表"),
    "made": _("新建数"),
    "marks": _("标记数"),
    "meal": _("餐次编号"),
    "meals": _("份数"),
    "measure": _("措施编号"),
    "measures": _("措施数"),
    "meeting": _("会议编号"),
    "member": _("队员编号"),
    "merge_reason": _("合并原因"),
    "mode": _("方式"),
    "moved": _("移交数"),
    "movements": _("出入库笔数"),
    "n": _("数目"),
    "named": _("须指定的席数"),
    "negative": _("阴性"),
    "new": _("新增数"),
    "notices": _("通知数"),
    "notified": _("通知人数"),
    "number": _("编号"),
    "obligation": _("应办事项编号"),
    "obligations": _("应办事项数"),
    "ok": _("已销号"),
    "old": _("原来"),
    "online": _("线上"),
    "open": _("未办结数"),
    "opened": _("启用数"),
    "order": _("交办编号"),
    "ordered": _("已下交办"),
    "other": _("另一方编号"),
    "outcome": _("结果"),
    "outdated": _("按旧规定的餐次数"),
    "paper": _("公文编号"),
    "paper_kind": _("文种"),
    "parts": _("笔数"),
    "passed": _("转替补的席数"),
    "people": _("人员编号"),
    "person": _("人员编号"),
    "persons": _("人数"),
    "photos": _("照片数"),
    "points": _("满分"),
    "post": _("岗位"),
    "posts": _("岗位"),
    "posture": _("状态"),
    "preview": _("预演校验值"),
    "priority": _("优先级"),
    "problems": _("问题数"),
    "rank": _("次序"),
    "ranks": _("次序"),
    "reads": _("查询次数"),
    "reason": _("事由"),
    "recent": _("刚催过的家数"),
    "recipients": _("收件人数"),
    "records": _("记录数"),
    "redecided": _("重新判定数"),
    "refused": _("未接受数"),
    "removed": _("移除数"),
    "removed_ids": _("移除的编号"),
    "reopened": _("重新应办数"),
    "replaced": _("替换数"),
    "restrictions": _("限制措施数"),
    "retired": _("已销毁的密钥"),
    "returned": _("返回数"),
    "reverses": _("冲销的编号"),
    "risk": _("风险类别"),
    "role": _("角色"),
    "room": _("座位数"),
    "rooms": _("房间数"),
    "rounds": _("轮次编号"),
    "rows": _("行数"),
    "ruled": _("规则判定"),
    "rules": _("规则数"),
    "same": _("相同数"),
    "scope": _("范围"),
    "score": _("得分"),
    "seat": _("席位"),
    "seats": _("席位"),
    "sha": _("校验值"),
    "sha256": _("校验值"),
    "shift": _("班次编号"),
    "shifts": _("班次"),
    "site": _("场所编号"),
    "sites": _("场所数"),
    "sitting": _("就餐批次"),
    "size": _("文件大小（字节）"),
    "slots": _("时段数"),
    "source": _("来源"),
    "spec": _("表格种类"),
    "state": _("状态"),
    "status": _("状态"),
    "step": _("步骤编号"),
    "steps": _("催办步数"),
    "stored": _("登记数"),
    "structure": _("组织架构校验值"),
    "structures": _("组织架构校验值"),
    "subjects": _("涉及人数"),
    "swabs": _("拭子数"),
    "target": _("并入单位编号"),
    "tasks": _("任务数"),
    "team": _("队伍编号"),
    "teams": _("班组数"),
    "to": _("改为"),
    "told": _("通知人数"),
    "tubes": _("管数"),
    "unfilled": _("没有替补的席数"),
    "unit": _("单位编号"),
    "units": _("单位编号"),
    "unknown": _("不认识的条数"),
    "unreachable": _("无法联系的家数"),
    "unreached": _("没有可用渠道的人数"),
    "unread": _("未读懂处数"),
    "urged": _("已催家数"),
    "used_up_to": _("已用到的号"),
    "user": _("账号编号"),
    "value": _("值"),
    "vehicles": _("车辆数"),
    "verdict": _("检测结果"),
    "version": _("版本"),
    "via": _("途径"),
    "waived": _("不予处理的问题数"),
    "way": _("方式"),
    "what_if": _("试算"),
    "whole": _("个人信息未遮盖"),
    "withdrawn": _("撤下数"),
    "workers": _("职工数"),
}
"""What a key means wherever a module does not say otherwise."""

OWN = {
    "command.rebase": {"n": _("组织架构版本")},
    "command.order_several": {"n": _("范围数")},
    "command.stand_down_several": {"n": _("范围数")},
    "command.urge": {"n": _("第几次")},
    "canteen.": {"n": _("第几稿")},
    "drills.": {"group": _("工作组代码"), "named": _("已点名")},
    "gate.device_moved": {"from": _("原门岗编号"), "to": _("现门岗编号")},
    "obligations.waive": {"first": _("从哪一天"), "last": _("到哪一天")},
    "obligations.": {"units": _("单位")},
    "orders.": {"number": _("交办编号"), "n": _("第几次"), "to": _("交办对象"), "made": _("下达数")},
    "orders.issue_bulk": {"asked": _("要求下达数"), "refused": _("未下达数")},
    "orders.meeting": {"people": _("参会人数")},
    "screening.": {"version": _("方案版本")},
    "screening.counted": {"due": _("应采人数")},
    "screening.received": {"held": _("留待核实数")},
    "structure.": {"n": _("组织架构版本")},
    "row.": {
        "changed_at": _("修改时间"),
        "changed_by_name": _("修改人"),
        "created_at": _("建立时间"),
        "expires_at": _("失效时间"),
        "key": _("标识"),
        "sha256": _("校验值"),
        "sort": _("排序"),
        "used_at": _("使用时间"),
    },
    "row.command.activation": {"request_sha": _("命令校验值"), "end_sha": _("解除命令校验值")},
    "row.command.seat": {
        "regime": _("依据的编制"),
        "duty_key": _("职责校验值"),
        "refused_in": _("不再安排的编制"),
    },
    "row.reporting.report": {
        "at": _("取数时间"),
        "label": _("名称"),
        "main": _("主要数字"),
        "source": _("来源"),
        "unit": _("单位"),
        "value": _("值"),
    },
    "row.measures.restriction": {"reserved": _("须由上级决定"), "class_a": _("甲类措施")},
}
"""What a key means for the verbs, or the rows of the tables, that begin so; the longest beginning decides."""

CODED: tuple[tuple[str, str, tuple[type[Choices], ...]], ...] = (
    ("absence.", "kind", (AbsenceKind,)),
    ("command.task_", "from", (TaskState,)),
    ("command.task_", "to", (TaskState,)),
    ("device.", "kind", (DeviceKind,)),
    ("drills.end", "kind", (DrillEnd,)),
    ("frontline.", "mode", (Mode,)),
    ("frontline.", "via", (ArrivalVia,)),
    ("gate.", "class", (GoodsClass,)),
    ("gate.", "kind", (MarkKind,)),
    ("gate.", "mode", (VisitorMode,)),
    ("gate.", "reason", (RefusalReason,)),
    ("health.case_step", "after", (CaseState,)),
    ("health.case_step", "before", (CaseState,)),
    ("health.report_settled", "state", (ReportState,)),
    ("measures.", "posture", (PostPosture,)),
    ("measures.", "state", (RestrictionState,)),
    ("messages.letter_sent", "priority", (Priority,)),
    ("orders.", "source", (OrderSource,)),
    ("orders.", "state", (OrderState,)),
    ("orders.", "to", (TargetKind,)),
    ("person.", "channel", (Channel,)),
    ("premises.checked", "kind", (CheckKind, PlanKind)),
    ("premises.incident", "kind", (IncidentKind,)),
    ("privacy.", "scope", (ErasureScope,)),
    ("reporting.zero", "via", (Via,)),
    ("responsibility.", "kind", (ResponsibilityKind,)),
    ("roster.holiday", "kind", (HolidayKind,)),
    ("roster.", "role", (ShiftRole,)),
    ("roster.", "seat", (ShiftRole,)),
    ("sanitation.", "how", (Entered,)),
    ("sanitation.", "kind", (Kind,)),
    ("screening.conflict", "kind", (ConflictKind,)),
    ("screening.own_read", "way", (OwnWay,)),
    ("screening.pursuit", "verdict", (Verdict,)),
    ("territory.create_site", "kind", (SiteKind,)),
    ("territory.create_unit", "kind", (UnitKind,)),
)
"""Whose labels say the values of a key under a beginning of verbs."""


def _work(key: Any) -> str:
    known = works().get(str(key))
    return str(known.title) if known is not None else str(key)


def _way_of_sending(key: Any) -> str:
    known = kinds().get(str(key))
    return str(known.label) if known is not None else str(key)


def _hazard(key: Any) -> str:
    return hazard_name(str(key))


def register() -> None:
    """Give names and words to the trail; called once when the application is ready."""
    audit.register_names(NAMES)
    for under, names in OWN.items():
        audit.register_names(names, under=under)
    for under, key, choices in CODED:
        audit.register_words(key, audit.choice_words(*choices), under=under)
    audit.register_words("kind", _work, under="run.")
    audit.register_words("kind", _way_of_sending, under="row.outbox.channel")
    audit.register_words("hazard", _hazard)
