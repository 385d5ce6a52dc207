"""What has happened to a plan in force, as people say it, as the planner reads it, and what became different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.screening.enums import Event, Patience
from pingzhan.domain.screening.models import PlanVersion
from pingzhan.domain.screening.moments import DAY, seconds, since_midnight
from pingzhan.foundation import clock
from pingzhan.kernel.errors import Conflict, Invalid

VERSION = 1
GRACE = 900
"""Seconds after its moment in which a version may still be put in force: by so much a visit may begin late unsaid."""
UNSERVED = {
    "site_closed": gettext_lazy("企业封闭，不能采样"),
    "window": gettext_lazy("企业能采样的时间已过"),
    "no_team": gettext_lazy("没有采样队可以去"),
    "skill": gettext_lazy("没有具备所需专长的采样队"),
}
"""Why people are given up, in words."""


@dataclass(frozen=True)
class Happened:
    """One thing that has happened: which team, enterprise or laboratory, and until when it lasts.

    ``until`` is a time of the round's day: needed for a team that comes later; an enterprise without it stays shut,
    a laboratory slow.
    """

    event: Event
    team: int | None = None
    enterprise: int | None = None
    until: time | None = None
    tubes_per_hour: int | None = None


@dataclass(frozen=True)
class Change:
    """What became of one visit: who comes when instead of whom and when. None: nobody came or comes."""

    site: str
    persons: int
    from_team: str | None
    from_start: int | None
    to_team: str | None
    to_start: int | None


def moment_of(base: PlanVersion) -> int:
    """Return the seconds of the round's day from which a plan can be changed. Conflict long after the day."""
    at = max(0, since_midnight(clock.now(), base.round.day), int(base.happened.get("at", 0)))
    if at >= 2 * DAY:
        raise Conflict(_("这一轮的采样日已经过去，不能重新编排。"), code="plan_outdated")
    return at


def stored(base: PlanVersion, what: Happened, patience: Patience, *, at: int) -> dict[str, Any]:
    """Return what happened as it is kept with the version. Raises Invalid naming the field."""
    return {"at": at, "mode": patience.value, "changes": [_entry(base.instance, what, at)]}


def _entry(instance: Mapping[str, Any], what: Happened, at: int) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": what.event.value, "at": at}
    if what.event in (Event.TEAM_OUT, Event.TEAM_LATE):
        if str(what.team) not in {one["id"] for one in instance["teams"]}:
            raise Invalid(_("请选择这个计划里的采样队。"), place="team")
        found["team"] = str(what.team)
    elif what.event == Event.SITE_CLOSED:
        if str(what.enterprise) not in {one["id"] for one in instance["sites"]}:
            raise Invalid(_("请选择这个计划里的企业。"), place="enterprise")
        found["site"] = str(what.enterprise)
    else:
        usual = instance["labs"][0].get("tubes_per_h")
        if usual is None:
            raise Invalid(_("实验室没有登记每小时检测管数，不能说它变慢。"), place="tubes_per_hour")
        if what.tubes_per_hour is None or not 1 <= what.tubes_per_hour <= usual:
            raise Invalid(
                _("请填写 1 到 %(n)d 之间的每小时检测管数。") % {"n": usual}, place="tubes_per_hour"
            )
        found["tubes_per_h"] = what.tubes_per_hour
    if what.event == Event.TEAM_OUT:
        return found
    if what.until is not None:
        found["until"] = seconds(what.until)
        if found["until"] <= at:
            raise Invalid(_("这个时间已经过去。"), place="until")
    elif what.event == Event.TEAM_LATE:
        raise Invalid(_("请填写采样队几点能到。"), place="until")
    return found


def changes_of(version: PlanVersion) -> list[Change]:
    """Return the visits that differ from the plan before, those that begin earliest first."""
    found = [
        Change(*(one[key] for key in ("site", "persons", "from_team", "from_start", "to_team", "to_start")))
        for one in (version.plan or {}).get("changes", ())
    ]
    return sorted(
        found,
        key=lambda one: (
            one.to_start if one.to_start is not None else one.from_start or 0,
            one.site,
            one.to_team or "",
        ),
    )


def unserved_of(version: PlanVersion) -> list[tuple[str, int, str]]:
    """Return (enterprise id, people, why) of those whom the plan gives up."""
    rows = (version.plan or {}).get("replan", {}).get("unserved", ())
    return [
        (str(one["site"]), int(one["persons"]), str(UNSERVED.get(one["reason"], one["reason"])))
        for one in rows
    ]


def overtaken(version: PlanVersion) -> str:
    """Return why a version made while the round runs cannot be put in force any more; empty when it can.

    Between its moment and now everybody went on by the plan before: the drive to a visit that it moves may have
    begun. Those of whom it was said that they cannot go on are not asked.
    """
    base, said = version.base, version.happened
    if base is None:
        return ""
    now = since_midnight(clock.now(), version.round.day)
    # Before the first team leaves, nothing that was decided upon can have changed.
    leaving = min((leaves for _team, _visit, leaves in _drives(base)), default=0)
    if now > max(int(said["at"]), leaving) + GRACE:
        return _("这一版是按当时的情况编排的，已经过去太久。")
    halted = {one.get("team") for one in said["changes"]} | {one.get("site") for one in said["changes"]}
    moved = {one["chunk"] for one in (version.plan or {}).get("changes", ())}
    for team, visit, leaves in _drives(base):
        if visit["chunk"] in moved and leaves < now and not {team, visit["site"]} & halted:
            return _("这一版要改动的一次上门，采样队已经按原计划出发。")
    return ""


def _drives(version: PlanVersion) -> Iterator[tuple[str, Mapping[str, Any], int]]:
    for team in (version.plan or {})["teams"]:
        for trip in team["trips"]:
            leaves = int(trip["depart"])
            for visit in trip["visits"]:
                yield str(team["id"]), visit, leaves
                leaves = int(visit["end"])
