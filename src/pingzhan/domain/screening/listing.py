"""Coverage of a round and who was not swabbed, as files; names are masked for whoever may not have them whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, BooleanField, QuerySet, Value
from django.utils.translation import gettext_lazy

from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening import rules
from pingzhan.domain.screening.models import Probe, Round
from pingzhan.domain.screening.queries.chase import Chased, chase_lines, chased
from pingzhan.domain.screening.queries.coverage import CoverLine, firm_lines
from pingzhan.domain.screening.queries.probes import ProbeLine, probe_lines, probes_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.privacy.masks import mask_name

MOST_DIGITS = 18


def _number(params: Params, key: str) -> int | None:
    """Return a number of an address, None where nothing sound is said."""
    text = params.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def _round(actor: Actor, params: Params) -> Round | None:
    """Return the round an address names, if the actor may see it from the zone or from an enterprise of his."""
    pk = _number(params, "round")
    if pk is None:
        return None
    rows = rules.rounds_visible_to(actor) | rules.rounds_told_to(actor)
    return rows.select_related("zone").filter(pk=pk).first()


def _covered(actor: Actor, params: Params) -> QuerySet[Unit]:
    found = _round(actor, params)
    if found is None or not rules.can_see(actor, found.zone):
        return Unit.objects.none()
    rows = Unit.objects.filter(pk__in=[one.pk for one in firm_lines(found)])
    return rows.annotate(asked=Value(found.pk, BigIntegerField())).order_by("name", "pk")


def _cover_lines(units: Sequence[Any]) -> list[tuple[str, CoverLine]]:
    lines = {one.pk: one for one in firm_lines(Round.objects.get(pk=units[0].asked))}
    return [(unit.name, lines[unit.pk]) for unit in units]


def _chased(actor: Actor, params: Params) -> QuerySet[Placement]:
    found = _round(actor, params)
    if found is None:
        return Placement.objects.none()
    firms = rules.firms_seen(actor, found.zone)
    unit = _number(params, "unit")
    if unit is not None:
        firms = firms.filter(pk=unit)
    asked = found.enterprise_ids or None
    ids = [pk for pk in firms.values_list("pk", flat=True) if asked is None or pk in asked]
    rows = chased(found, ids, why=params.get("why", "due"), team=_number(params, "team"))
    # Why somebody is exempt speaks of health: the file says it where all of its enterprises may be looked at so.
    open_ = not firms.exclude(within("path", actor.paths(Permission.VIEW_HEALTH))).exists()
    return rows.select_related("employment__individual", "team", "enterprise").annotate(
        asked=Value(found.pk, BigIntegerField()), reasons=Value(open_, BooleanField())
    )


def _chase_lines(rows: Sequence[Any]) -> list[Chased]:
    return chase_lines(Round.objects.get(pk=rows[0].asked), rows, whole=True, reasons=rows[0].reasons)


def _probed(actor: Actor, params: Params) -> QuerySet[Probe]:
    zone = rules.probe_zones(actor).filter(pk=_number(params, "zone") or 0).first()
    if zone is None:
        return Probe.objects.none()
    sees = rules.sees_verdicts(actor, zone)
    rows = probes_of(
        rules.probes_visible_to(actor).filter(tube__round__zone=zone),
        kind=params.get("kind", ""),
        verdict=params.get("verdict", "") if sees else "",
        first=_day(params, "first"),
        last=_day(params, "last"),
    )
    return rows.annotate(sees=Value(sees, BooleanField()))


def _day(params: Params, key: str) -> date | None:
    try:
        return date.fromisoformat(params.get(key, ""))
    except ValueError:
        return None


def _probe_lines(rows: Sequence[Probe]) -> list[ProbeLine]:
    return probe_lines(rows, whole=True)


def _sees_probes(actor: Actor) -> bool:
    return any(actor.has(one) for one in rules.PROBING)


def _sees_zone(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_SCREENING) or actor.has(Permission.PLAN_SCREENING)


def _sees_some(actor: Actor) -> bool:
    return _sees_zone(actor) or actor.has(Permission.VIEW_LEDGERS)


COVERAGE = Listing(
    key="screening.coverage",
    title=gettext_lazy("核酸检测覆盖"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one[0], width=24),
        OutColumn("due", gettext_lazy("应采"), lambda one: one[1].due, width=10),
        OutColumn("tested", gettext_lazy("已采"), lambda one: one[1].tested, width=10),
        OutColumn("missed", gettext_lazy("未采"), lambda one: one[1].missed, width=10),
        OutColumn("probed", gettext_lazy("当日愿检和抽检"), lambda one: one[1].probed, width=14),
        OutColumn("exempt", gettext_lazy("暂不采样"), lambda one: one[1].exempt, width=10),
        OutColumn("recent", gettext_lazy("间隔内已采"), lambda one: one[1].recent, width=12),
        OutColumn("conflicts", gettext_lazy("有疑问"), lambda one: one[1].conflicts, width=10),
    ),
    queryset=_covered,
    may=_sees_zone,
    load=_cover_lines,
)
CHASE = Listing(
    key="screening.chase",
    title=gettext_lazy("未采样名单"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.enterprise, width=20),
        OutColumn("team", gettext_lazy("班组"), lambda one: one.team),
        OutColumn("employee_no", gettext_lazy("工号"), lambda one: one.number, width=14),
        OutColumn(
            "name", gettext_lazy("姓名"), lambda one: one.name, personal=True, mask=mask_name, width=12
        ),
        OutColumn("groups", gettext_lazy("重点人群"), lambda one: "、".join(one.groups) or None),
        OutColumn("why", gettext_lazy("情况"), lambda one: str(one.why.label), width=12),
        OutColumn("reason", gettext_lazy("原因"), lambda one: one.reason or None, width=20),
        OutColumn("away", gettext_lazy("当日测温"), lambda one: one.away or None, width=12),
        OutColumn("last", gettext_lazy("上次采样"), lambda one: one.last_at, width=18),
    ),
    queryset=_chased,
    may=_sees_some,
    load=_chase_lines,
)


PROBES = Listing(
    key="screening.probes",
    title=gettext_lazy("愿检和抽检"),
    columns=(
        OutColumn("tube", gettext_lazy("管码"), lambda one: one.probe.tube.code, width=14),
        OutColumn("kind", gettext_lazy("类别"), lambda one: one.probe.get_kind_display(), width=12),
        OutColumn(
            "name",
            gettext_lazy("姓名"),
            lambda one: one.name or None,
            personal=True,
            mask=mask_name,
            width=12,
        ),
        OutColumn("employee_no", gettext_lazy("工号"), lambda one: one.number or None, width=14),
        OutColumn(
            "enterprise",
            gettext_lazy("企业"),
            lambda one: one.probe.enterprise.name if one.probe.enterprise else None,
            width=20,
        ),
        OutColumn("at", gettext_lazy("采样时间"), lambda one: one.at, width=18),
        OutColumn("state", gettext_lazy("状态"), lambda one: one.probe.tube.get_state_display(), width=12),
        OutColumn(
            "verdict",
            gettext_lazy("结果"),
            lambda one: (
                one.probe.tube.get_verdict_display() if one.probe.sees and one.probe.tube.verdict else None
            ),
            width=10,
        ),
    ),
    queryset=_probed,
    may=_sees_probes,
    load=_probe_lines,
)


def register() -> None:
    """Make the lists exportable."""
    register_listing(COVERAGE)
    register_listing(CHASE)
    register_listing(PROBES)
