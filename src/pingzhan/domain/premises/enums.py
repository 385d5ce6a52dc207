"""Choices of the premises module. The keys are stored."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlanKind(models.TextChoices):
    """The two papers of annex 2 (1)."""

    PREVENTION = "prevention", _("疫情防控方案")
    EMERGENCY = "emergency", _("应急处置预案")


class PlanState(models.TextChoices):
    """Life of one version of a plan."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("已通过")
    SUPERSEDED = "superseded", _("已被新版代替")


OPEN_PLAN = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.RETURNED)
"""A plan has at most one version in these."""
EDITABLE = (PlanState.DRAFT, PlanState.RETURNED)

SECTIONS: dict[str, tuple[tuple[str, Promise], ...]] = {
    PlanKind.PREVENTION: (
        ("organisation", _("工作体系和职责分工")),
        ("daily", _("职工日常健康管理")),
        ("places", _("重点场所清洁消毒和就餐")),
        ("goods", _("车辆、货物和物资")),
        ("training", _("宣传培训")),
    ),
    PlanKind.EMERGENCY: (
        ("trigger", _("启动条件和报告程序")),
        ("isolation", _("人员隔离、转移")),
        ("places", _("场所封控和消毒")),
        ("supply", _("人员和物资保障")),
        ("resume", _("解除和恢复生产")),
    ),
}
"""What each kind of plan has to say, in order."""


class PostDuty(models.TextChoices):
    """职责到岗，任务到人: what a post of the enterprise answers for."""

    IN_CHARGE = "in_charge", _("主要负责人")
    CONTACT = "contact", _("专职联系人")
    TEAM = "team", _("应急队伍负责人")


class TrainingForm(models.TextChoices):
    """通过广播、网络、张贴宣传画等形式 (annex 2 (8))."""

    LECTURE = "lecture", _("集中授课")
    SHIFT_TALK = "shift_talk", _("班前会")
    BROADCAST = "broadcast", _("广播")
    ONLINE = "online", _("网络")
    POSTER = "poster", _("张贴宣传画")


class TeamTask(models.TextChoices):
    """分工明确，责任到人: tasks of the emergency team."""

    LEADER = "leader", _("队长")
    ISOLATION = "isolation", _("隔离转移")
    DISINFECTION = "disinfection", _("消毒")
    LIAISON = "liaison", _("信息报送")
    SUPPLY = "supply", _("物资保障")
    ORDER = "order", _("秩序维护")


NEEDED_TASKS = (TeamTask.LEADER, TeamTask.ISOLATION, TeamTask.DISINFECTION, TeamTask.LIAISON)
"""Without a person for each of these there is no emergency team."""


class CheckKind(models.TextChoices):
    """What an enterprise looked through and found still right."""

    PREVENTION = "prevention", _("方案仍然适用")
    EMERGENCY = "emergency", _("预案仍然适用")
    DUTY = "duty", _("按值班表值班")
    TEAM = "team", _("应急队伍名单无变化")


class IncidentKind(models.TextChoices):
    """What has to be reported at once (annex 2 (9): 疑似病例、无症状感染者)."""

    SUSPECTED = "suspected", _("疑似病例")
    SILENT = "silent", _("无症状感染者")
    CLUSTER = "cluster", _("多人发热等症状")
    CONTACT = "contact", _("密切接触者")
    OTHER = "other", pgettext_lazy("incident", "其他突发情况")


class IncidentState(models.TextChoices):
    """How far an incident has come."""

    REPORTED = "reported", _("已报告")
    RECEIVED = "received", _("已接收")
    HANDLING = "handling", _("处置中")
    CLOSED = "closed", pgettext_lazy("incident", "已结束")


class StepKind(models.TextChoices):
    """One line of the story of an incident."""

    REPORTED = "reported", _("报告")
    RECEIVED = "received", _("接收")
    HANDLING = "handling", _("开始处置")
    FOLLOW_UP = "follow_up", _("续报")
    ISOLATED = "isolated", _("人员隔离转移")
    INSTRUCTION = "instruction", _("指挥部要求")
    CLOSED = "closed", _("结束")


class Period(models.TextChoices):
    """What one row of figures stands for."""

    DAY = "day", _("日报")
    WEEK = "week", _("周报")


class Difficulty(models.TextChoices):
    """资金、用工、市场、产品和原料运输等方面的困难问题 (annex 2 (10))."""

    FUNDS = "funds", _("资金")
    LABOUR = "labour", _("用工")
    MARKET = "market", _("市场")
    TRANSPORT = "transport", _("产品和原料运输")
    OTHER = "other", pgettext_lazy("difficulty", "其他")
