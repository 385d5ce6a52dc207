"""What the actions check alike: areas, moments, agents and their concentration."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from pingzhan.domain.sanitation.enums import PERCENT, SOURCE, STRENGTHS, Agent
from pingzhan.domain.sanitation.models.areas import LONGEST
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

ONE_DAY = timedelta(days=1)
OLDEST = 7 * ONE_DAY
"""What was done longer ago is not registered any more: nobody remembers."""
MAX_WORDS = 120


def check_open(enterprise: Unit) -> None:
    """Raise Invalid unless the unit is an enterprise that still exists."""
    if enterprise.kind != UnitKind.ENTERPRISE:
        raise Invalid(_("消杀通风只能登记在企业名下。"), place="enterprise")
    if Enterprise.objects.filter(unit=enterprise, status=EnterpriseStatus.CLOSED).exists():
        raise Invalid(_("这家企业已注销，不能再登记。"), place="enterprise")


def read_words(text: str, *, place: str, required: str = "") -> str:
    """Return a short text folded. Raises Invalid when too long, or empty and ``required`` says what to fill in."""
    words = fold(text)
    if not words and required:
        raise Invalid(required, place=place)
    if len(words) > MAX_WORDS:
        raise Invalid(_("填写的内容过长，最多 %(n)d 个字。") % {"n": MAX_WORDS}, place=place)
    return words


def read_strength(agent: str, strength: Decimal | None) -> Decimal | None:
    """Return the concentration of an agent, None for one that has none.

    Raises Invalid, with the bounds and their source, for an unknown agent or a concentration outside them.
    """
    if agent not in Agent.values:
        raise Invalid(_("请选择消毒剂。"), place="agent")
    bound = STRENGTHS.get(agent)
    if bound is None:
        return None
    if strength is None:
        raise Invalid(
            _("请填写%(agent)s的浓度。") % {"agent": Agent(agent).label},
            place="strength",
            hint=_("常用 %(usual)s。") % {"usual": amount(agent, bound.usual)},
        )
    if not bound.low <= strength <= bound.high:
        raise Invalid(
            _("%(agent)s的浓度应在 %(low)s 到 %(high)s 之间。")
            % {
                "agent": Agent(agent).label,
                "low": plain(bound.low),
                "high": amount(agent, bound.high),
            },
            place="strength",
            hint=_("依据：%(source)s。") % {"source": SOURCE},
        )
    return strength


def read_minutes(minutes: int | None, *, required: bool) -> int | None:
    """Return minutes. Raises Invalid when missing though required, or outside 1 to LONGEST."""
    if minutes is None:
        if required:
            raise Invalid(_("请填写通风分钟数。"), place="minutes")
        return None
    if not 1 <= minutes <= LONGEST:
        raise Invalid(_("分钟数应在 1 到 %(n)d 之间。") % {"n": LONGEST}, place="minutes")
    return minutes


def read_moment(moment: datetime, now: datetime) -> datetime:
    """Return when something was done. Raises Invalid for what is still to come or too long ago."""
    if moment > now:
        raise Invalid(_("时间不能晚于现在。"), place="at", hint=_("请填写实际完成的时间。"))
    if moment < now - OLDEST:
        raise Invalid(_("只能补登 %(n)d 天以内的消杀和通风。") % {"n": OLDEST.days}, place="at")
    return moment


def amount(agent: str, strength: Decimal) -> str:
    """Return a concentration in the unit of its agent: 500 mg/L, 75%."""
    unit = STRENGTHS[agent].unit
    return f"{plain(strength)}{unit}" if unit == PERCENT else f"{plain(strength)} {unit}"


def plain(number: Decimal) -> str:
    """Return a number without trailing zeros."""
    return f"{number.normalize():f}"
