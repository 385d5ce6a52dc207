"""Plans beside their former version: what changed, and when they are to be looked through again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.domain.measures.api import Every, InForce, in_force_many
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.premises.enums import SECTIONS, PlanKind, PlanState
from pingzhan.domain.premises.models import Plan, SelfCheck
from pingzhan.foundation import clock

LONGEST = 180
"""A plan is looked through within so many days when no measure in force says how often."""
_EVIDENCE = {PlanKind.PREVENTION: Evidence.PLAN_REVIEW, PlanKind.EMERGENCY: Evidence.EMERGENCY_PLAN}
_SENTENCE = re.compile(r"[^\u3002\uff1b\n]*[\u3002\uff1b\n]?")


def next_reviews(plans: Iterable[Plan]) -> dict[int, date]:
    """Return by plan when an approved one is to be looked through again, or replaced. Four queries for any number.

    So many days after it was last looked through as the measures in force ask, but no later than it is valid.
    """
    rows = [one for one in plans if one.state == PlanState.APPROVED]
    if not rows:
        return {}
    units = {one.enterprise_id for one in rows}
    checks = SelfCheck.objects.filter(enterprise__in=units, kind__in=PlanKind.values).order_by()
    last = {
        (unit, kind): at for unit, kind, at in checks.values_list("enterprise", "kind").annotate(at=Max("at"))
    }
    force = in_force_many(units)
    found = {}
    for one in rows:
        seen = max(filter(None, (one.decided_at, last.get((one.enterprise_id, one.kind)), one.created_at)))
        again = clock.day_of(seen) + timedelta(days=_days(force.get(one.enterprise_id), PlanKind(one.kind)))
        found[one.pk] = min(again, one.valid_until)
    return found


def _days(now: InForce | None, kind: PlanKind) -> int:
    wanted = _EVIDENCE[kind].value
    asked = [
        one.cadence.days
        for one in (now.measures if now is not None else ())
        if one.evidence == wanted and isinstance(one.cadence, Every)
    ]
    return min(asked, default=LONGEST)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: ``mark`` is ``same``, ``gone`` or ``new``."""

    mark: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a plan that differs from the version before."""

    label: str
    pieces: tuple[Piece, ...]


def compare(plan: Plan, former: Plan) -> list[Change]:
    """Return what a version says differently from a former one, sentence by sentence. Two queries for the posts."""
    pairs = [
        (str(label), former.sections.get(key, ""), plan.sections.get(key, ""))
        for key, label in SECTIONS[PlanKind(plan.kind)]
    ]
    pairs.append((_("文件名称"), former.paper, plan.paper))
    pairs.append((_("有效期至"), f"{former.valid_until}", f"{plan.valid_until}"))
    pairs.append((_("责任岗位"), _posts(former), _posts(plan)))
    return [Change(label, pieces(before, after)) for label, before, after in pairs if before != after]


def _posts(plan: Plan) -> str:
    return "\n".join(
        _("%(duty)s：%(post)s") % {"duty": one.get_duty_display(), "post": one.title}
        for one in plan.posts.all()
    )


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return two texts as one, cut into sentences that stayed, went and came."""
    old, new = ([one for one in _SENTENCE.findall(text) if one] for text in (before, after))
    found: list[Piece] = []
    for tag, a0, a1, b0, b1 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[a0:a1])))
            continue
        if a1 > a0:
            found.append(Piece("gone", "".join(old[a0:a1])))
        if b1 > b0:
            found.append(Piece("new", "".join(new[b0:b1])))
    return tuple(found)
