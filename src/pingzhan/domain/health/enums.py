"""The words of the module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Result(models.IntegerChoices):
    """What is known of a person in a slot. NORMAL is the team's word without a number."""

    MEASURED = 0, _("已测量")
    NORMAL = 1, _("正常")
    ABSENT = 2, _("未到岗")
    ON_LEAVE = 3, _("请假")


class Source(models.IntegerChoices):
    """How a reading came in."""

    SINGLE = 0, _("单人登记")
    TEAM = 1, _("全班登记")
    DEVICE = 2, _("设备")
    SHEET = 3, _("表格")


class CaseState(models.TextChoices):
    """Where somebody with symptoms stands; whoever is not back has stopped work."""

    STOPPED = "stopped", _("已停工，待就诊")
    AT_CLINIC = "at_clinic", _("已到发热门诊")
    EXCLUDED = "excluded", _("医院已排除疫情")
    CONFIRMED = "confirmed", _("医院已确诊")
    RETURNED = "returned", _("已返岗")
    WITHDRAWN = "withdrawn", _("登记有误")


class ReportState(models.TextChoices):
    """Where a worker's own report stands; the contact asks him before anything follows from it."""

    WAITING = "waiting", _("待核实")
    CONFIRMED = "confirmed", _("已核实，停工")
    DISMISSED = "dismissed", _("已核实，没有症状")


class Symptom(models.TextChoices):
    """What a worker may feel."""

    FEVER = "fever", _("发热")
    COUGH = "cough", _("咳嗽")
    SORE_THROAT = "sore_throat", _("咽痛")
    FATIGUE = "fatigue", _("乏力")
    TASTE = "taste", _("嗅觉或味觉减退")
    DIARRHOEA = "diarrhoea", _("腹泻")
    VOMITING = "vomiting", _("呕吐")
    RASH = "rash", _("皮疹")


CASE_MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.STOPPED: frozenset({CaseState.AT_CLINIC, CaseState.WITHDRAWN}),
    CaseState.AT_CLINIC: frozenset({CaseState.EXCLUDED, CaseState.CONFIRMED}),
    CaseState.EXCLUDED: frozenset({CaseState.RETURNED, CaseState.AT_CLINIC}),
    CaseState.CONFIRMED: frozenset({CaseState.EXCLUDED}),
    CaseState.RETURNED: frozenset(),
    CaseState.WITHDRAWN: frozenset(),
}
"""Annex 2 (3): nobody comes back but after the hospital has excluded the disease."""
OPEN = (CaseState.STOPPED, CaseState.AT_CLINIC, CaseState.EXCLUDED, CaseState.CONFIRMED)
