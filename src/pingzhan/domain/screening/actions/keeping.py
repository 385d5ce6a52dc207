"""Keeping sampling teams and laboratories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.screening.models import Laboratory, SamplingTeam
from pingzhan.domain.screening.rules import require_plan
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

MOST_NAME = 40


@dataclass(frozen=True)
class TeamData:
    """What is said of a sampling team; ``cooler_tubes`` 0 is no limit."""

    name: str
    samplers: int = 2
    starts: time = time(7, 30)
    ends: time = time(20)
    cooler_tubes: int = 0
    active: bool = True


@dataclass(frozen=True)
class LaboratoryData:
    """What is said of a laboratory; place in metres of the park plan, ``tubes_per_hour`` None when not known."""

    name: str
    code: str
    x: float = 0.0
    y: float = 0.0
    opens: time = time(0)
    closes: time = time(0)
    tubes_per_hour: int | None = None
    run_minutes: int = 240
    active: bool = True


@transaction.atomic
def save_team(*, zone: Unit, data: TeamData, team: SamplingTeam | None = None, by: Actor) -> SamplingTeam:
    """Register a sampling team, or change one. Plans made before keep what they were made with.

    Raises Refused; Invalid with the place for what does not fit.
    """
    require_plan(by, zone)
    name = _named(data.name)
    if data.ends <= data.starts:
        raise Invalid(_("收工要晚于出工。"), place="ends")
    if not 1 <= data.samplers <= 100:
        raise Invalid(_("采样人数在 1 到 100 之间。"), place="samplers")
    others = SamplingTeam.objects.filter(zone=zone, name=name, active=True)
    if data.active and others.exclude(pk=team.pk if team else 0).exists():
        raise Invalid(_("已有同名的采样队。"), place="name")
    row = team or SamplingTeam(zone=zone)
    row.name, row.samplers, row.active = name, data.samplers, data.active
    row.starts, row.ends, row.cooler_tubes = data.starts, data.ends, data.cooler_tubes
    row.save()
    record("screening.team_saved", by=by, subject=("sampling_team", row.pk), unit_path=zone.path, body={})
    return row


@transaction.atomic
def save_laboratory(
    *, zone: Unit, data: LaboratoryData, laboratory: Laboratory | None = None, by: Actor
) -> Laboratory:
    """Register a laboratory, or change one. Raises Refused; Invalid with the place for what does not fit."""
    require_plan(by, zone)
    name, code = _named(data.name), fold(data.code)
    if not code or len(code) > MOST_NAME:
        raise Invalid(_("请填写编号，最多 40 个字。"), place="code")
    if not 1 <= data.run_minutes <= 2880:
        raise Invalid(_("检测用时在 1 到 2880 分钟之间。"), place="run_minutes")
    if data.tubes_per_hour is not None and data.tubes_per_hour < 1:
        raise Invalid(_("每小时至少检测 1 管。"), place="tubes_per_hour")
    others = Laboratory.objects.filter(zone=zone, code=code)
    if others.exclude(pk=laboratory.pk if laboratory else 0).exists():
        raise Invalid(_("已有这一编号的实验室。"), place="code")
    row = laboratory or Laboratory(zone=zone)
    row.name, row.code, row.active = name, code, data.active
    row.x, row.y, row.opens, row.closes = data.x, data.y, data.opens, data.closes
    row.tubes_per_hour, row.run_minutes = data.tubes_per_hour, data.run_minutes
    row.save()
    record("screening.laboratory_saved", by=by, subject=("laboratory", row.pk), unit_path=zone.path, body={})
    return row


def _named(text: str) -> str:
    name = fold(text)
    if not name or len(name) > MOST_NAME:
        raise Invalid(_("请填写名称，最多 40 个字。"), place="name")
    return name
