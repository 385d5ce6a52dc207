"""What has happened while a round runs: teams lost or late, gates shut, a slower laboratory, more people.

Version 1 of the JSON: ``{"version": 1, "changes": [{"kind": ...}, ...]}``. Of two entries about the same team, site or
laboratory the later one counts. Each entry keeps the moment at which it was said, so that a second re-planning knows
all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.fields import Fields
from pingzhan.engines.planning.instance import DAY, Cohort, Instance

VERSION = 1
KINDS = ("team_out", "team_late", "courier_lost", "site_closed", "lab_slower", "extra")


@dataclass(frozen=True, slots=True)
class Out:
    """A team that works until ``from_``; ``lost`` when the samples it carries then are lost as well."""

    from_: int
    lost: bool


@dataclass(frozen=True, slots=True)
class Disturbances:
    """Everything that was said up to the moment ``at``, seconds from midnight.

    ``closed`` holds when a site opens again, None when it does not. ``slower`` are (from, tubes an hour) of the
    laboratory. ``entries`` are the changes as they are written into the plan.
    """

    at: int
    out: Mapping[str, Out]
    late: Mapping[str, int]
    closed: Mapping[str, int | None]
    slower: tuple[tuple[int, float], ...]
    extra: tuple[tuple[str, Cohort], ...]
    entries: tuple[dict[str, Any], ...]

    def gone(self, team: str) -> bool:
        """Return whether a team works no more."""
        return team in self.out and self.out[team].from_ <= self.at

    def apply(self, instance: Instance) -> Instance:
        """Return the round as it is now: with the people added, with windows that open later, with the team's hours."""
        sites = []
        for site in instance.sites:
            until = self.closed.get(site.id)
            cohorts = [*site.cohorts, *(one for where, one in self.extra if where == site.id)]
            if until is not None:
                cohorts = [replace(one, open=max(one.open, until)) for one in cohorts]
            sites.append(replace(site, cohorts=tuple(cohorts)))
        teams = tuple(
            replace(team, to=min(team.to, self.out[team.id].from_))
            if team.id in self.out and not self.gone(team.id)
            else team
            for team in instance.teams
        )
        lab = replace(instance.lab, slower=self.slower)
        return replace(instance, sites=tuple(sites), teams=teams, lab=lab)


def read_changes(data: Any, instance: Instance, at: int) -> Disturbances:
    """Return the disturbances that JSON data describes. Raises PlanningError with the path of the first wrong field."""
    top = Fields(data)
    if top.whole("version", VERSION) != VERSION:
        raise PlanningError(f"只认得第 {VERSION} 版的格式。", place="version")
    out: dict[str, Out] = {}
    late: dict[str, int] = {}
    closed: dict[str, int | None] = {}
    slower: list[tuple[int, float]] = []
    extra: list[tuple[str, Cohort]] = []
    entries = []
    for one in top.rows("changes"):
        kind, said = one.text("kind"), one.whole("at", at, most=7 * DAY)
        if said > at:
            raise PlanningError("变化不能发生在重排之后。", place=one.at("at"))
        until = one.whole("until", most=7 * DAY) if one.has("until") else None
        if kind in ("team_out", "team_late", "courier_lost"):
            team = _known(one, "team", {team.id for team in instance.teams})
            out.pop(team, None)
            late.pop(team, None)
            if kind == "team_late" and until is None:
                raise PlanningError("缺少这一项。", place=one.at("until"))
            if until is not None and kind != "team_out":
                late[team] = until
            else:
                from_ = one.whole("from", said, most=7 * DAY)
                out[team] = Out(from_, kind == "courier_lost" or one.text("samples", "home") == "lost")
        elif kind == "site_closed":
            closed[_known(one, "site", {site.id for site in instance.sites})] = until
        elif kind == "lab_slower":
            _known(one, "lab", {instance.lab.id}, instance.lab.id)
            slower = [phase for phase in slower if phase[0] < said] + _slower(one, instance, said, until)
        elif kind == "extra":
            extra.append(_extra(one, instance, extra, said))
        else:
            raise PlanningError(f"不认得这种变化：{kind}。", place=one.at("kind"), hint="、".join(KINDS))
        entries.append({**one.data, "at": said})
    return Disturbances(at, out, late, closed, tuple(slower), tuple(extra), tuple(entries))


def _known(one: Fields, key: str, names: set[str], default: str | None = None) -> str:
    name = one.text(key) if default is None else one.text(key, default)
    if name not in names:
        raise PlanningError(f"实例里没有 {name}。", place=one.at(key))
    return name


def _slower(one: Fields, instance: Instance, said: int, until: int | None) -> list[tuple[int, float]]:
    usual = instance.lab.tubes_per_h
    if usual is None:
        raise PlanningError("实例没有写明实验室每小时检多少管，不能说它变慢。", place=one.at("kind"))
    found = [(said, one.number("tubes_per_h", least=0.0, most=usual))]
    if until is not None:
        if until <= said:
            raise PlanningError("结束要晚于开始。", place=one.at("until"))
        found.append((until, usual))
    elif not found[0][1]:
        raise PlanningError("只有一个实验室，停检要写明恢复的时间。", place=one.at("until"))
    return found


def _extra(
    one: Fields, instance: Instance, others: list[tuple[str, Cohort]], said: int
) -> tuple[str, Cohort]:
    site = _known(one, "site", {site.id for site in instance.sites})
    taken = {cohort.id for where in instance.sites if where.id == site for cohort in where.cohorts}
    taken |= {cohort.id for where, cohort in others if where == site}
    cohort = Cohort(
        id=one.text("cohort"),
        persons=one.whole("persons", least=1, most=1_000_000),
        open=one.whole("open", said, most=2 * DAY),
        close=one.whole("close", 2 * DAY, most=2 * DAY),
        pool=one.whole("pool", 1, least=1, most=100),
        priority=one.whole("priority", 1, most=100),
        key_group=one.text("key_group", ""),
        skill=one.text("skill", ""),
    )
    if cohort.id in taken:
        raise PlanningError(f"编号 {cohort.id} 出现了两次。", place=one.at("cohort"))
    if cohort.close < cohort.open:
        raise PlanningError("最晚开始不能早于最早开始。", place=one.at("close"))
    return site, cohort
