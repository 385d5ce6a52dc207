"""What the trail says of each order, seat and task; persons by number, never by name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import AckVia
from pingzhan.foundation.audit import register_verb, register_words
from pingzhan.kernel.levels import Level


def register() -> None:
    """Give every verb of this module its sentence."""
    register_words("level", _level_words)
    register_words("via", _via_words)
    register_verb(
        "command.order_switch",
        _("{actor} 下令转入战时{level}，第 {epoch} 次，预演校验值 {preview}"),
        title=_("下令转换"),
    )
    register_verb("command.stand_down", _("{actor} 下令转回平时，第 {epoch} 次"), title=_("下令解除"))
    register_verb(
        "command.order_several",
        _("{actor} 一道命令将 {n} 个选定范围转入战时{level}，预演校验值 {preview}"),
        title=_("下令转换（多个范围）"),
    )
    register_verb(
        "command.stand_down_several",
        _("{actor} 一道命令将 {n} 个选定范围转回平时"),
        title=_("下令解除（多个范围）"),
    )
    register_verb(
        "command.rebase",
        _("{actor} 下令换用组织架构第 {n} 版，等级不变，第 {epoch} 次，预演校验值 {preview}"),
        title=_("换用新版组织架构"),
    )
    register_verb(
        "command.take_command", _("{actor} 登记提级指挥，由上级人员 {person} 指挥"), title=_("提级指挥")
    )
    register_verb("command.hand_back", _("{actor} 登记上级人员 {person} 交回指挥"), title=_("交回指挥"))
    register_verb(
        "command.reconcile", _("{actor} 校正席位：启用 {opened} 个，关闭 {closed} 个"), title=_("校正席位")
    )
    register_verb("command.ensure_defaults", _("{actor} 启用默认职责清单和催办规则"), title=_("启用默认清单"))
    _seats()
    _tasks()
    register_verb("log.write", _("{actor} 记了一笔值班日志"), title=_("值班日志"))


def _seats() -> None:
    register_verb(
        "command.acknowledge",
        _("人员 {person} 确认到岗位 {post}（{via}），由 {actor} 办理"),
        title=_("确认到岗"),
    )
    register_verb(
        "command.late_acknowledge",
        _("人员 {person} 在岗位 {post} 已转由他人之后才确认（{via}）"),
        title=_("迟到的确认"),
    )
    register_verb("command.arrive", _("人员 {person} 到达岗位 {post}"), title=_("到岗"))
    register_verb(
        "command.decline", _("人员 {person} 不能到岗位 {post}，启用替补 {opened} 个"), title=_("不能到岗")
    )
    register_verb(
        "command.replace_person",
        _("{actor} 临时指定人员 {person} 到岗位 {post} 第 {seat} 席"),
        title=_("换人"),
    )
    register_verb(
        "command.put_back", _("{actor} 恢复迟到签收的人员 {person} 到岗位 {post}"), title=_("恢复原人员")
    )
    register_verb(
        "command.escalate",
        _(
            "逾期未签收：再次通知 {notified} 人，电话 {called} 人，"
            "转替补 {passed} 席，没有替补 {unfilled} 席，须指定 {named} 席"
        ),
        title=_("逾期催办"),
    )
    register_verb(
        "command.broadcast",
        _("通告 {subject_id} 已送到 {workers} 名职工，范围内企业 {enterprises} 家"),
        title=_("全员通告"),
    )
    register_verb("command.urge", _("{actor} 第 {n} 次催办人员 {person}（岗位 {post}）"), title=_("催办"))


def _tasks() -> None:
    register_verb("command.task_take", _("{actor} 开始任务 {subject_id}"), title=_("开始任务"))
    register_verb("command.task_feedback", _("{actor} 反馈任务 {subject_id}"), title=_("反馈任务"))
    register_verb("command.task_check", _("{actor} 核实任务 {subject_id}"), title=_("核实任务"))
    register_verb("command.task_close", _("{actor} 办结任务 {subject_id}"), title=_("办结任务"))
    register_verb("command.task_cancel", _("{actor} 取消任务 {subject_id}"), title=_("取消任务"))
    register_verb(
        "command.task_hand_over", _("{actor} 把任务 {subject_id} 移交给席位 {seat}"), title=_("移交任务")
    )


def _level_words(value: Any) -> str:
    return _now("%(sign)s级") % {"sign": Level(value).sign}


def _via_words(value: Any) -> str:
    return str(AckVia(value).label) if value in AckVia.values else str(value)
