"""What the measures in force ask of the gate of an enterprise, with the version that asks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from pingzhan.domain.gate.enums import GoodsClass, StarRule, VisitorMode
from pingzhan.domain.measures.api import in_force
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.territory.models import Unit

FEVER_LINE = Decimal("37.3")
"""Degrees Celsius at a COVID-19 gate (reference/domain.md section 8)."""
STAY_HOURS = 10
"""A visitor who has not left after so many hours is asked after."""


@dataclass(frozen=True, slots=True)
class Standard:
    """What holds for visitors and meetings now.

    ``star`` None: a star on a travel code means nothing; ``meeting_max`` None: no limit.
    """

    visitor_mode: VisitorMode = VisitorMode.REGISTER
    health_checks: bool = False
    star: StarRule | None = None
    fever_line: Decimal = FEVER_LINE
    stay: timedelta = timedelta(hours=STAY_HOURS)
    meeting_max: int | None = None
    set_version: int | None = None


@dataclass(frozen=True, slots=True)
class GoodsRule:
    """What a lot of a class is held to: quarantine in days of 24 hours, and where that is written."""

    days: int
    disinfection: bool
    test: bool
    certificate: bool
    source: str
    set_version: int | None = None


#: The measure that asks for temperature and codes of visitors names the fever line among its parameters.
_VISITORS, _FEVER = Evidence.VISITORS.value, "fever_line"
_DAYS = {
    GoodsClass.COLD_CHAIN: "quarantine_days_goods_cold_chain",
    GoodsClass.IMPORTED: "quarantine_days_goods",
}


def standard_of(unit: Unit) -> Standard:
    """Return what the measures in force ask of an enterprise now; without any the notice's plain registration.

    Health is checked when a measure for visitors in force names the fever line, or as the parameter
    ``visitor_health_checks`` says. ``visitor_star`` says what becomes of a starred travel code; what a set does not
    ask for is not asked, a word it should not hold asks.
    """
    now = in_force(unit)
    asked = next((one for one in now.measures if one.evidence == _VISITORS), None)
    value = {key: one.value for key, one in now.parameters.items()}
    mode = value.get("visitor_mode")
    limit = value.get("meeting_max_people")
    star = value.get("visitor_star")
    checks = value.get("visitor_health_checks")
    return Standard(
        visitor_mode=VisitorMode(mode) if mode in VisitorMode.values else VisitorMode.REGISTER,
        health_checks=bool(checks)
        if checks is not None
        else asked is not None and _FEVER in asked.parameters,
        star=_star(star),
        fever_line=Decimal(str(value.get(_FEVER, FEVER_LINE))),
        stay=timedelta(hours=float(value.get("visitor_stay_hours", STAY_HOURS))),
        meeting_max=int(limit) if limit is not None else None,
        set_version=asked.version_id if asked is not None else None,
    )


def _star(value: object) -> StarRule | None:
    if value is None:
        return None
    return StarRule(value) if value in StarRule.values else StarRule.ASK


def goods_rule(unit: Unit, goods_class: GoodsClass) -> GoodsRule:
    """Return the rule for goods of a class that arrive at an enterprise now.

    The days are those of the class in the measure set in force, none without a set: the notice names no number.
    Imported goods are disinfected whatever is in force (annex 2 (6)); cold-chain goods need the certificate by
    which they are traced. ``goods_test`` as a parameter asks for a test report.
    """
    plain = _("附件 2（六）：进口货物严格消杀后方可入厂。")
    if goods_class == GoodsClass.DOMESTIC:
        return GoodsRule(0, False, False, False, _("国内货物不适用静置。"))
    now = in_force(unit)
    days = now.parameters.get(_DAYS[goods_class])
    test = now.parameters.get("goods_test")
    asked = next((one for one in now.measures if one.evidence == Evidence.GOODS.value), None)
    version = asked or next(iter(now.measures), None)
    source = plain
    if days is not None:
        source = days.source if days.verified else _("%(source)s（未核实）") % {"source": days.source}
    return GoodsRule(
        days=int(days.value) if days is not None else 0,
        disinfection=True,
        test=bool(test.value) if test is not None else False,
        certificate=goods_class == GoodsClass.COLD_CHAIN,
        source=source,
        set_version=version.version_id if version is not None and days is not None else None,
    )
