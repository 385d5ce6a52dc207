"""What the measures in force ask of meals, and how many sittings fit into a meal's hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from django.utils.translation import gettext as _

from pingzhan.domain.measures.api import InForce, in_force_many
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.sanitation.enums import MealMode
from pingzhan.domain.sanitation.models import SittingPlan
from pingzhan.kernel.levels import Level

WHOLE = 100
_SHARE, _MODE, _CLOSE = "canteen_occupancy", "canteen_mode", "canteen.close"
MINUTES_AN_HOUR = 60
DAY_MINUTES = 24 * MINUTES_AN_HOUR


@dataclass(frozen=True, slots=True)
class MealRule:
    """What holds for meals now: share of the seats in percent, the way of meals, and where that is written.

    ``level`` None is routine. Without a measure set all seats may be taken: the notice names no number.
    """

    percent: int = WHOLE
    mode: MealMode = MealMode.STAGGERED
    posture: str = "routine"
    level: int | None = None
    set_version: int | None = None
    source: str = ""
    verified: bool = False

    @property
    def words(self) -> str:
        """Return the rule as a sentence."""
        if self.mode == MealMode.CLOSED:
            return _("食堂暂停供餐，由外部配餐打包。")
        if self.mode == MealMode.TAKEAWAY:
            return _("只打包，不堂食。")
        if self.percent == WHOLE:
            return _("分批错时就餐，座位可以坐满。")
        return _("分批错时就餐，同时就餐不超过座位数的 %(n)d%%。") % {"n": self.percent}

    @property
    def posture_words(self) -> str:
        """Return under which posture it holds."""
        return _("战时%(level)s级") % {"level": Level(self.level).sign} if self.level else _("常态")


def rule_of(now: InForce) -> MealRule:
    """Return the rule for meals within what is in force. A share of 0 means packed meals only, as the sets say."""
    share, way = now.parameters.get(_SHARE), now.parameters.get(_MODE)
    percent = min(WHOLE, max(0, int(share.value))) if share is not None else WHOLE
    mode = MealMode.STAGGERED
    if (way is not None and way.value == MealMode.TAKEAWAY) or percent == 0:
        mode = MealMode.TAKEAWAY
    if any(one.key == _CLOSE for one in now.measures):
        mode = MealMode.CLOSED
    asked = next((one for one in now.measures if one.evidence == Evidence.CANTEEN_PLAN.value), None)
    version = asked or next(iter(now.measures), None)
    return MealRule(
        percent=percent,
        mode=mode,
        posture=str(now.posture),
        level=now.level,
        set_version=version.version_id if version is not None else None,
        source=share.source if share is not None else "",
        verified=bool(share is not None and share.verified),
    )


def rules_of(unit_ids: Iterable[int]) -> dict[int, MealRule]:
    """Return the rule of each enterprise now, in three queries."""
    return {unit: rule_of(now) for unit, now in in_force_many(unit_ids).items()}


def made_under(plan: SittingPlan, rule: MealRule) -> bool:
    """Return whether a plan was made under this rule: same share, way of meals, posture and level."""
    return (plan.percent, plan.mode, plan.posture, plan.level) == (
        rule.percent, rule.mode, rule.posture, rule.level,
    )  # fmt: skip


def minutes_of(at: time) -> int:
    """Return the minute of the day."""
    return at.hour * MINUTES_AN_HOUR + at.minute


def clock(minutes: int) -> time:
    """Return the time of a minute of the day."""
    return time(minutes // MINUTES_AN_HOUR % 24, minutes % MINUTES_AN_HOUR)


def sittings_within(opens: time, closes: time, minutes: int, gap: int) -> int:
    """Return how many sittings fit: each lasts ``minutes``, with ``gap`` between two, the last ends by ``closes``."""
    window = minutes_of(closes) - minutes_of(opens)
    if window < 0:  # the meal of a night shift ends after midnight
        window += DAY_MINUTES
    return max(0, (window + gap) // (minutes + gap))


def hours_of(plan: SittingPlan, sitting: int) -> tuple[time, time]:
    """Return when a sitting begins and ends."""
    begin = minutes_of(plan.opens) + sitting * (plan.minutes + plan.gap)
    return clock(begin), clock(begin + plan.minutes)
