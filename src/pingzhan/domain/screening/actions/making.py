"""Making the rounds of a week from the measures in force, and a round that somebody orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.domain.measures.api import InForce, MeasureNow, in_force
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.people.api import headcounts
from pingzhan.domain.screening.enums import PoolMode, RoundKind, RoundState
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import Round
from pingzhan.domain.screening.queries.heads import firms_of, with_key_groups
from pingzhan.domain.screening.rules import require_plan
from pingzhan.domain.screening.weeks import Days, key_days, patterns, shared
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.clock import monday
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Conflict, Invalid

EVERYONE, KEY_GROUPS = "test.everyone", "test.key-groups"
"""Keys of the measures that order testing; the shipped sets share them."""
POOL = 10


@dataclass(frozen=True)
class _Wanted:
    day: date
    kind: RoundKind
    firms: tuple[int, ...]
    measure: MeasureNow


@transaction.atomic
def make_rounds(*, zone: Unit, week: date, by: Actor) -> list[Round]:
    """Make the rounds that the measures in force ask in the week of this day, and return the new ones.

    Days that are over are left out and what exists already stays, so calling it again makes what is missing.
    Raises Refused; Conflict when no measure in force orders testing (a zone tests nobody on its own authority), or
    when rounds and interval contradict each other.
    """
    require_plan(by, zone)
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=zone.pk)
    now = in_force(zone)
    everyone, key = _measure(now, EVERYONE), _measure(now, KEY_GROUPS)
    if everyone is None:
        raise Conflict(
            _("现在没有执行中的全员检测措施，不能建立检测轮次。"),
            hint=_("请先由有权机关作出决定，把措施投入执行；也可以凭文件临时加测。"),
            code="not_in_force",
        )
    first, (_moment, today) = monday(week), business_now()
    wanted = [one for one in _asked(zone, first, now, everyone, key) if one.day >= today]
    existing = set(
        Round.objects.filter(zone=zone, day__range=(first, first + timedelta(days=6)))
        .exclude(state=RoundState.CANCELLED)
        .values_list("day", "kind")
    )
    missing = [one for one in wanted if (one.day, one.kind) not in existing]
    number = _last_number(zone)
    made = [
        Round.objects.create(
            zone=zone,
            number=number + n,
            kind=one.kind,
            day=one.day,
            enterprise_ids=list(one.firms),
            pool_size=1 if one.kind == RoundKind.KEY_GROUPS else POOL,
            mode=PoolMode.SINGLE if one.kind == RoundKind.KEY_GROUPS else PoolMode.SWAB,
            set_version_id=one.measure.version_id,
            rounds_per_week=_whole(now, "test_rounds_per_week", 2),
            interval_hours=_whole(now, "test_interval_hours", 48),
            basis=_basis(now, one.measure),
        )
        for n, one in enumerate(missing, 1)
    ]
    if made:
        announce(LIVE_TOPIC, {"zone": zone.pk})
        record(
            "screening.rounds_made",
            by=by,
            subject=("unit", zone.pk),
            unit_path=zone.path,
            body={"count": len(made), "rounds": [one.pk for one in made]},
        )
    return made


@transaction.atomic
def open_round(
    *,
    zone: Unit,
    day: date,
    basis: str,
    firms: Sequence[int] = (),
    pool_size: int = POOL,
    kind: RoundKind = RoundKind.EXTRA,
    by: Actor,
) -> Round:
    """Open a round that somebody ordered; ``basis`` names the paper. Without ``firms`` it is for the whole zone.

    Raises Refused; Invalid for a day that is over, without a basis, or an enterprise of another zone.
    """
    require_plan(by, zone)
    basis = basis.strip()
    if not basis:
        raise Invalid(_("请写明依据的文件或决定。"), place="basis")
    if not 1 <= pool_size <= 20:
        raise Invalid(_("每管 1 到 20 人。"), place="pool_size")
    _now, today = business_now()
    if day < today:
        raise Invalid(_("这一天已经过去。"), place="day")
    if set(firms) - set(firms_of(zone)):
        raise Invalid(_("企业不在这个开发区，或已注销。"), place="firms")
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=zone.pk)
    made = Round.objects.create(
        zone=zone,
        number=_last_number(zone) + 1,
        kind=kind,
        day=day,
        enterprise_ids=sorted(firms),
        pool_size=pool_size,
        mode=PoolMode.SINGLE if pool_size == 1 else PoolMode.SWAB,
        basis=basis,
    )
    announce(LIVE_TOPIC, {"zone": zone.pk})
    record(
        "screening.rounds_made",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"count": 1, "rounds": [made.pk]},
    )
    return made


def _last_number(zone: Unit) -> int:
    found = Round.objects.filter(zone=zone).aggregate(n=Max("number"))["n"]
    return int(found or 0)


def _measure(now: InForce, key: str) -> MeasureNow | None:
    return next((one for one in now.measures if one.key == key), None)


def _whole(now: InForce, key: str, default: int) -> int:
    found = now.parameters.get(key)
    return int(found.value) if found is not None else default


def _asked(
    zone: Unit, first: date, now: InForce, everyone: MeasureNow, key: MeasureNow | None
) -> list[_Wanted]:
    rounds, hours = _whole(now, "test_rounds_per_week", 2), _whole(now, "test_interval_hours", 48)
    sets = patterns(rounds, hours)
    if sets is None:
        raise Conflict(
            _("每周 %(rounds)d 轮与间隔 %(hours)d 小时不能同时做到。") % {"rounds": rounds, "hours": hours},
            hint=_("请在措施集中改正每周轮次或最短间隔。"),
            code="rounds_and_interval",
        )
    firms = firms_of(zone)
    known = headcounts(firms)
    groups = shared({firm: known.get(firm, 0) for firm in firms}, sets)
    found = _by_day(groups, RoundKind.REGULAR, everyone, first, lambda days: days)
    if key is not None:
        every, special = _whole(now, "key_group_test_days", 2), with_key_groups(firms)
        part = {days: [firm for firm in rows if firm in special] for days, rows in groups.items()}
        found += _by_day(part, RoundKind.KEY_GROUPS, key, first, lambda days: key_days(days, every))
    return sorted(found, key=lambda one: (one.day, one.kind))


def _by_day(
    groups: dict[Days, list[int]],
    kind: RoundKind,
    measure: MeasureNow,
    first: date,
    chosen: object,
) -> list[_Wanted]:
    assert callable(chosen)
    firms: dict[int, list[int]] = {}
    for days, rows in groups.items():
        for day in chosen(days):
            firms.setdefault(day, []).extend(rows)
    return [
        _Wanted(first + timedelta(days=day), kind, tuple(sorted(rows)), measure)
        for day, rows in sorted(firms.items())
        if rows
    ]


def _basis(now: InForce, measure: MeasureNow) -> str:
    version = next((one for one in now.set_versions if one.version_id == measure.version_id), None)
    return _("%(clause)s；措施集“%(title)s”第 %(n)d 版") % {
        "clause": measure.clause,
        "title": version.title if version else "",
        "n": version.n if version else 0,
    }
