"""A version of a plan as the page shows it: figures beside those of the quick plan, table, Gantt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.screening.models import PlanVersion, SamplingTeam
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.pages.console.rounds.shared import clock


@dataclass(frozen=True)
class Figure:
    """One figure of a plan beside the same of the quick plan; ``better`` None where none is better."""

    name: str
    plan: str
    quick: str
    better: bool | None


@dataclass(frozen=True)
class Line:
    """One visit: team, which trip, where, when, how many."""

    team: str
    trip: int
    firm: str
    arrive: str
    start: str
    end: str
    heads: int
    tubes: int
    slack: int
    lab: str
    age: float


def names_of(version: PlanVersion) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the teams and of the enterprises of a plan by the ids it uses. Two queries."""
    instance = version.instance
    teams = SamplingTeam.objects.filter(pk__in=[int(one["id"]) for one in instance["teams"]])
    firms = Unit.objects.filter(pk__in=[int(one["id"]) for one in instance["sites"]])
    return (
        {str(pk): name for pk, name in teams.values_list("pk", "name")},
        {str(pk): name for pk, name in firms.values_list("pk", "name")},
    )


def figures(version: PlanVersion) -> list[Figure]:
    """Return what counts of a plan, beside the plan made at once without a search, or the one it was made from."""
    plan, quick = version.score or {}, version.greedy or {}
    if version.base is not None:
        quick = version.base.score or {}
    bound = (version.plan or {}).get("bounds", {})
    found = [
        time(_("最后出结果"), plan, quick, "last_result"),
        time(_("最后送到实验室"), plan, quick, "last_lab"),
        number(_("人时"), plan, quick, "staff_h", 1),
        number(_("行驶公里"), plan, quick, "km", 1),
        number(_("最忙队与平均之比"), plan, quick, "fairness", 2),
        number(_("用了几个队"), plan, quick, "teams_used", 0),
        number(_("管数"), plan, quick, "tubes", 0),
    ]
    if bound.get("last_result"):
        found.insert(1, Figure(_("不可能早于"), clock(bound["last_result"]), "", None))
    return found


def time(name: str, plan: Mapping[str, Any], quick: Mapping[str, Any], key: str) -> Figure:
    """Return a time of day beside that of another plan, which may be empty; earlier is better."""
    mine, other = plan.get(key, 0), quick.get(key, 0)
    return Figure(name, clock(mine), clock(other) if quick else "", None if mine == other else mine < other)


def number(name: str, plan: Mapping[str, Any], quick: Mapping[str, Any], key: str, digits: int) -> Figure:
    """Return a number beside that of another plan, which may be empty; less is better, except of tubes."""
    mine, other = round(plan.get(key, 0), digits), round(quick.get(key, 0), digits)
    return Figure(
        name,
        f"{mine:.{digits}f}",
        f"{other:.{digits}f}" if quick else "",
        None if mine == other or key == "tubes" else mine < other,
    )


def lines(version: PlanVersion, teams: Mapping[str, str], firms: Mapping[str, str]) -> list[Line]:
    """Return every visit of a plan, by team and time."""
    return [
        Line(
            team=teams.get(team["id"], ""),
            trip=n,
            firm=firms.get(visit["site"], ""),
            arrive=clock(visit["arrive"]),
            start=clock(visit["start"]),
            end=clock(visit["end"]),
            heads=visit["persons"],
            tubes=visit["tubes"],
            slack=visit["slack"] // 60,
            lab=clock(trip["lab_arrive"]),
            age=round(trip["max_age_min"]),
        )
        for team in (version.plan or {}).get("teams", ())
        for n, trip in enumerate(team["trips"], 1)
        for visit in trip["visits"]
    ]


def gantt(version: PlanVersion, teams: Mapping[str, str], firms: Mapping[str, str]) -> dict[str, Any]:
    """Return the data of the Gantt: one row for each team, hours of the day; visits, and the way to the laboratory."""
    used = [team for team in (version.plan or {}).get("teams", ()) if team["trips"]]
    bars = []
    for row, team in enumerate(used):
        for trip in team["trips"]:
            bars += [
                {
                    "row": row,
                    "from": round(visit["start"] / 3600, 3),
                    "to": round(visit["end"] / 3600, 3),
                    "name": _("%(firm)s，%(heads)d 人")
                    % {"firm": firms.get(visit["site"], ""), "heads": visit["persons"]},
                    "tone": "info",
                }
                for visit in trip["visits"]
            ]
            bars.append(
                {
                    "row": row,
                    "from": round(trip["visits"][-1]["end"] / 3600, 3),
                    "to": round(trip["lab_arrive"] / 3600, 3),
                    "name": _("送实验室"),
                    "tone": "warn",
                }
            )
    return {"rows": [teams.get(team["id"], "") for team in used], "bars": bars}


def routes(
    version: PlanVersion, zone: Unit, teams: Mapping[str, str], firms: Mapping[str, str]
) -> dict[str, Any] | None:
    """Return the data of the map: ground, laboratory, places and trips in metres of the park plan.

    None while no park plan is drawn: everything would lie in one point.
    """
    areas = Unit.objects.filter(path__startswith=zone.path, kind__in=[UnitKind.AREA, UnitKind.ENTERPRISE])
    features = territory.shown_features(territory.plan_of(zone), set(areas.values_list("code", flat=True)))
    if not features:
        return None
    instance = version.instance
    lab = metres(instance["labs"][0]["pos"])
    where = {one["id"]: metres(one["pos"]) for one in instance["sites"]}
    used = [team for team in (version.plan or {}).get("teams", ()) if team["trips"]]
    seen = {visit["site"] for team in used for trip in team["trips"] for visit in trip["visits"]}
    return {
        "name": f"routes-{zone.pk}",
        "geo": {
            "type": "FeatureCollection",
            "features": [{**one, "properties": {"name": str(n)}} for n, one in enumerate(features)],
        },
        "base": _("实验室"),
        "lab": lab,
        "stops": [
            {"name": firms.get(site, ""), "at": at} for site, at in where.items() if site in seen
        ],
        "teams": [
            {
                "name": teams.get(team["id"], ""),
                "trips": [
                    [lab, *(where[visit["site"]] for visit in trip["visits"]), lab] for trip in team["trips"]
                ],
            }
            for team in used
        ],
    }  # fmt: skip


def metres(spot: Sequence[float]) -> list[float]:
    """Return a position of an instance, which is in kilometres, in metres of the park plan."""
    return [round(one * 1000, 1) for one in spot]


def route_columns() -> Sequence[str]:
    """Return the head words of the table beneath the map."""
    return [_("采样队"), _("趟次"), _("依次到"), _("送到实验室")]


def route_rows(found: Sequence[Line]) -> list[list[Any]]:
    """Return the rows of the table beneath the map: one for each trip."""
    trips: dict[tuple[str, int], list[Line]] = {}
    for one in found:
        trips.setdefault((one.team, one.trip), []).append(one)
    return [
        [team, trip, _("、").join(dict.fromkeys(one.firm for one in visits)), visits[0].lab]
        for (team, trip), visits in trips.items()
    ]


def columns() -> Sequence[str]:
    """Return the head words of the table beneath the Gantt."""
    return [_("采样队"), _("趟次"), _("企业"), _("到达"), _("开始"), _("结束"), _("人数"), _("管数")]


def rows(found: Sequence[Line]) -> list[list[Any]]:
    """Return the rows of the table beneath the Gantt."""
    return [
        [one.team, one.trip, one.firm, one.arrive, one.start, one.end, one.heads, one.tubes] for one in found
    ]


def assumed_words(version: PlanVersion) -> str:
    """Return what a version assumes otherwise, in words; empty when nothing."""
    what, parts = version.what_if, []
    without = what.get("without") or []
    if without:
        named = SamplingTeam.objects.filter(pk__in=without).values_list("name", flat=True)
        parts.append(_("不用 %(teams)s") % {"teams": _("、").join(named)})
    if what.get("tubes_per_hour"):
        parts.append(_("实验室每小时 %(n)d 管") % {"n": what["tubes_per_hour"]})
    if what.get("pool_size"):
        parts.append(_("每管 %(n)d 人") % {"n": what["pool_size"]})
    if what.get("drivers"):
        n = what["drivers"]
        parts.append(ngettext("%(n)d 名送样员运送", "%(n)d 名送样员运送", n) % {"n": n})
    if what.get("age_minutes"):
        n = what["age_minutes"]
        parts.append(ngettext("样本 %(n)d 分钟内送到", "样本 %(n)d 分钟内送到", n) % {"n": n})
    return _("，").join(parts)
