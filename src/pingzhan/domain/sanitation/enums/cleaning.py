"""Choices of the sanitation module, and what a disinfectant may be. Keys are stored, so they never change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What is done in an area."""

    DISINFECTION = "disinfection", _("消杀")
    VENTILATION = "ventilation", _("通风")


class AreaKind(models.TextChoices):
    """What an area is; annex 2 (4) names workshops, canteens, dormitories and where workers gather."""

    WORKSHOP = "workshop", _("车间")
    CANTEEN = "canteen", _("食堂")
    DORMITORY = "dormitory", _("宿舍")
    TOILET = "toilet", _("卫生间")
    LIFT = "lift", _("电梯")
    GATE = "gate", _("门岗")
    OFFICE = "office", _("办公室")
    MEETING = "meeting", _("会议室")
    CHANGING = "changing", _("更衣室")
    ISOLATION = "isolation", _("隔离室")
    WAREHOUSE = "warehouse", _("仓库")
    VEHICLE = "vehicle", _("通勤车")
    OTHER = "other", pgettext_lazy("area", "其他区域")


KEY_KINDS = frozenset(
    {
        AreaKind.CANTEEN,
        AreaKind.DORMITORY,
        AreaKind.TOILET,
        AreaKind.LIFT,
        AreaKind.GATE,
        AreaKind.CHANGING,
        AreaKind.ISOLATION,
        AreaKind.VEHICLE,
    }
)
"""Kinds that are key areas unless the enterprise says otherwise: many people, or people who may be ill."""
CLOSED_KINDS = frozenset({AreaKind.LIFT, AreaKind.VEHICLE})
"""Kinds without windows to open at planned times."""


class Agent(models.TextChoices):
    """What an area is disinfected with."""

    CHLORINE = "chlorine", _("含氯消毒剂")
    DIOXIDE = "dioxide", _("二氧化氯")
    ALCOHOL = "alcohol", _("乙醇")
    QUATERNARY = "quaternary", _("季铵盐类消毒剂")
    PERACETIC = "peracetic", _("过氧乙酸")
    PEROXIDE = "peroxide", _("过氧化氢")
    ULTRAVIOLET = "ultraviolet", _("紫外线")
    HEAT = "heat", _("煮沸或流通蒸汽")


@dataclass(frozen=True, slots=True)
class Strength:
    """Between which concentrations a disinfectant is used on surfaces, and which is usual.

    From the guide named by SOURCE, from memory and not checked against its text: a bound against slips of the
    pen, not a prescription; what the measures in force demand comes from them.
    """

    unit: str
    low: Decimal
    high: Decimal
    usual: Decimal


MG_L, PERCENT = "mg/L", "%"
SOURCE: Promise = _("《消毒剂使用指南》（国卫办监督函〔2020〕147号），数值未核实")
STRENGTHS: dict[str, Strength] = {
    Agent.CHLORINE: Strength(MG_L, Decimal(250), Decimal(10_000), Decimal(500)),
    Agent.DIOXIDE: Strength(MG_L, Decimal(50), Decimal(1_000), Decimal(100)),
    Agent.ALCOHOL: Strength(PERCENT, Decimal(60), Decimal(85), Decimal(75)),
    Agent.QUATERNARY: Strength(MG_L, Decimal(400), Decimal(2_000), Decimal(1_000)),
    Agent.PERACETIC: Strength(PERCENT, Decimal("0.1"), Decimal("0.5"), Decimal("0.2")),
    Agent.PEROXIDE: Strength(PERCENT, Decimal(1), Decimal(6), Decimal(3)),
}
"""Agents without an entry have no concentration."""


class Entered(models.TextChoices):
    """How a record came into the ledger."""

    ROUND = "round", _("按轮次登记")
    TABLE = "table", _("表格补登")
    PLANNED = "planned", _("按计划申报")
    IMPORT = "import", _("表格导入")
    CORRECTION = "correction", _("更正")
