"""Choices of orders, and the table of permitted transitions, which the database enforces too."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import Evidence

__all__ = [
    "EXTENSION_LIVE",
    "FINAL_STATES",
    "LIVE_STATES",
    "TRANSITIONS",
    "WORKING_STATES",
    "Evidence",
    "ExtensionState",
    "Light",
    "OrderSource",
    "OrderState",
    "OrderVerb",
    "TargetKind",
    "TargetRole",
]


class OrderState(models.TextChoices):
    """交办、签收、办理、反馈、核实、销号. An extension is no state of its own: it moves the due time."""

    OPEN = "open", _("已下达")
    RECEIVED = "received", _("已签收")
    DOING = "doing", _("办理中")
    FEEDBACK = "feedback", _("已反馈待核实")
    RETURNED = "returned", _("已退回重办")
    CHECKED = "checked", _("已核实待销号")
    CLOSED = "closed", _("已销号")
    CANCELLED = "cancelled", _("已撤销")


_S = OrderState

#: From which state an order may come into which.
TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    _S.OPEN: frozenset({_S.RECEIVED, _S.DOING, _S.FEEDBACK, _S.CANCELLED}),
    _S.RECEIVED: frozenset({_S.DOING, _S.FEEDBACK, _S.CANCELLED}),
    _S.DOING: frozenset({_S.FEEDBACK, _S.CANCELLED}),
    _S.FEEDBACK: frozenset({_S.RETURNED, _S.CHECKED, _S.CANCELLED}),
    _S.RETURNED: frozenset({_S.DOING, _S.FEEDBACK, _S.CANCELLED}),
    _S.CHECKED: frozenset({_S.CLOSED, _S.RETURNED, _S.CANCELLED}),
    _S.CLOSED: frozenset(),
    _S.CANCELLED: frozenset(),
}

FINAL_STATES: tuple[OrderState, ...] = (_S.CLOSED, _S.CANCELLED)
LIVE_STATES: tuple[OrderState, ...] = tuple(one for one in OrderState if one not in FINAL_STATES)
WORKING_STATES: tuple[OrderState, ...] = (_S.OPEN, _S.RECEIVED, _S.DOING, _S.RETURNED)
"""The owner has something to do; only these run late: what is fed back in time is not overdue while it is checked."""


class OrderSource(models.TextChoices):
    """Where an order comes from."""

    MEETING = "meeting", _("会议")
    DECISION = "decision", _("决定")
    DESK = "desk", _("值班台")
    REVIEW = "review", _("复盘整改")
    INSPECTION = "inspection", _("督导检查")
    REPORT = "report", _("报告")


class TargetKind(models.TextChoices):
    """Whom an order goes to. Only a person is fixed; the others follow whoever sits there now."""

    POST = "post", _("岗位")
    GROUP = "group", _("工作组")
    ENTERPRISE = "enterprise", _("企业")
    PERSON = "person", _("个人")


class TargetRole(models.TextChoices):
    """主办责任制: one leads, others help."""

    LEAD = "lead", _("主办")
    CO = "co", _("协办")


class OrderVerb(models.TextChoices):
    """What happened to an order."""

    ISSUE = "issue", _("下达")
    RECEIVE = "receive", _("签收")
    START = "start", _("开始办理")
    FEEDBACK = "feedback", _("反馈")
    NOTE = "note", _("进展")
    CHECK = "check", _("核实")
    RETURN = "return", _("退回")
    CLOSE = "close", _("销号")
    CANCEL = "cancel", _("撤销事项")
    ASK_EXTENSION = "ask_extension", _("申请延期")
    EXTEND = "extend", _("同意延期")
    REFUSE_EXTENSION = "refuse_extension", _("不同意延期")
    REMIND = "remind", _("到期提醒")
    URGE = "urge", _("催办")
    ESCALATE = "escalate", _("逾期上报")
    MOVE = "move", _("改由")


class ExtensionState(models.TextChoices):
    """Life of a request for more time."""

    PENDING = "pending", _("待答复")
    GRANTED = "granted", _("同意")
    REFUSED = "refused", _("不同意")
    OVER = "over", _("事项已办结")


EXTENSION_LIVE = ExtensionState.PENDING


class Light(models.TextChoices):
    """红黄绿灯: overdue, close to the due time, in time; grey when it is over or waits for somebody's check."""

    RED = "red", _("红灯")
    YELLOW = "yellow", _("黄灯")
    GREEN = "green", _("绿灯")
    GREY = "grey", _("不计时")
